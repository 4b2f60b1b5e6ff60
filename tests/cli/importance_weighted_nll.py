"""−ELBO, KL and the importance-weighted −log p(x) of an exported variational autoencoder, computed from its safetensors
file without any of Hourglass: dense layers, Bernoulli likelihood, random numbers of NumPy's. In nats per sample.

python3 importance_weighted_nll.py MODEL.safetensors SAMPLES [--draws K]

SAMPLES is an .npy file [N, …] of values in [0, 1], or gzipped IDX images such as Fashion-MNIST's.

Prints one JSON object: neg_elbo, kl, iw_nll (Burda et al. 2016, equation 8), and what one evaluation with one draw (of
neg_elbo) or K draws (of iw_nll) differs from another by in standard errors: neg_elbo_error, iw_nll_error."""

import argparse
import gzip
import json
import struct

import numpy as np


def read_safetensors(path):
    """The metadata and the float32 tensors by name."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        assert entry["dtype"] == "F32", f"{name} is {entry['dtype']}"
        begin, end = entry["data_offsets"]
        tensors[name] = np.frombuffer(data[begin:end], "<f4").reshape(entry["shape"])
    return metadata, tensors


def read_samples(path):
    if path.endswith(".npy"):
        samples = np.load(path)
    else:
        data = gzip.open(path).read()
        count = struct.unpack(">I", data[4:8])[0]
        samples = np.frombuffer(data, np.uint8, offset=16).reshape(count, -1) / 255
    return samples.reshape(len(samples), -1).astype(np.float32)


def activation_named(name):
    return {"relu": lambda x: np.maximum(x, 0), "tanh": np.tanh, "identity": lambda x: x}[name]


class Network:
    """784-[…]-code-[…]-784; the encoder's last layer gives means, then log-variances."""

    def __init__(self, path):
        metadata, self.tensors = read_safetensors(path)
        options = json.loads(metadata["hourglass_model"])["options"]
        for key, needed in {"family": "variational", "architecture": "dense"}.items():
            assert options["model." + key] == needed, f"model.{key} is {options['model.' + key]}"
        assert options["objective.loss"] == "bce", f"objective.loss is {options['objective.loss']}"
        self.code_size = options["model.code_size"]
        self.activation = activation_named(options["model.activation"])

    def part(self, part, x):
        layers = sum(name.startswith(part) for name in self.tensors) // 2
        for layer in range(layers):
            if layer > 0:
                x = self.activation(x)
            x = x @ self.tensors[f"{part}.{layer}.weight"].T + self.tensors[f"{part}.{layer}.bias"]
        return x

    def encode(self, x):
        heads = self.part("encoder", x)
        return heads[:, : self.code_size], np.clip(heads[:, self.code_size :], -10, 10)

    def negative_log_likelihood(self, x, z):
        """−Σ (x log p + (1 − x) log(1 − p)) with p = sigmoid(l): Σ (log(1 + e^l) − x l)."""
        logits = self.part("decoder", z)
        softplus = np.maximum(logits, 0) + np.log(1 + np.exp(-np.abs(logits)))  # many times faster than logaddexp
        return np.sum(softplus - x * logits, axis=1, dtype=np.float64)


def log_mean_exp(values):
    most = values.max()
    return most + np.log(np.mean(np.exp(values - most)))


def measure(network, samples, draws, random):
    means, log_variances = network.encode(samples)
    rows = []
    for x, mean, log_variance in zip(samples, means, log_variances):
        epsilon = random.standard_normal((2 * draws, len(mean)), dtype=np.float32)
        z = mean + np.exp(0.5 * log_variance) * epsilon
        nll = network.negative_log_likelihood(x, z)
        # log p(x|z) + log p(z) − log q(z|x)
        log_weights = 0.5 * np.sum(epsilon**2 + log_variance - z**2, axis=1, dtype=np.float64) - nll
        kl = 0.5 * np.sum(mean**2 + np.exp(log_variance) - 1 - log_variance, dtype=np.float64)
        # Two evaluations: the second says how far the first can be trusted.
        halves = -log_mean_exp(log_weights[:draws]), -log_mean_exp(log_weights[draws:])
        rows.append((kl, nll.mean(), nll.var(ddof=1), np.mean(halves), np.var(halves, ddof=1)))
    kl, nll, nll_variance, iw_nll, iw_nll_variance = np.mean(rows, axis=0)
    return {
        "kl": kl,
        "neg_elbo": nll + kl,
        "neg_elbo_error": np.sqrt(nll_variance / len(samples)),
        "iw_nll": iw_nll,
        "iw_nll_error": np.sqrt(iw_nll_variance / len(samples)),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("samples")
    parser.add_argument("--draws", type=int, default=100)
    arguments = parser.parse_args()
    network, samples = Network(arguments.model), read_samples(arguments.samples)
    print(json.dumps(measure(network, samples, arguments.draws, np.random.default_rng(1))))


if __name__ == "__main__":
    main()
