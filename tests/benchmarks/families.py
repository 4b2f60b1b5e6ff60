#!/usr/bin/env python3
"""What each family reaches on Fashion-MNIST, by `hourglass-cli` alone: against PCA, sparsity, contraction, evidence,
anomalies. Writes FAMILIES.md. About 15 minutes on two cores; `--only NAME` for one part, printed and not written.

Needs NumPy and Debian's dataset-fashion-mnist.
"""
import argparse
import gzip
import json
import os
import statistics
import subprocess
import tempfile

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = "/usr/share/datasets/fashion-mnist/"
LAYERS = "model.layers=[512,256]"
WHOLE = "data.validation_fraction=0"


def images(part):
    with gzip.open(f"{FOLDER}{part}-images-idx3-ubyte.gz") as file:
        pixels = numpy.frombuffer(file.read(), numpy.uint8, offset=16)
    return pixels.reshape(-1, 784).astype(numpy.float64) / 255


class Bench:
    """Trains and measures through the command line, in a folder that goes afterwards."""

    def __init__(self, cli, folder):
        self.cli, self.folder, self.runs = cli, folder, 0

    def call(self, *arguments):
        done = subprocess.run([self.cli, *arguments], check=False, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def train(self, family, *settings, architecture="dense"):
        self.runs += 1
        run = os.path.join(self.folder, f"run{self.runs}")
        pairs = [part for setting in settings for part in ("--set", setting)]
        self.call("new", "--family", family, "--architecture", architecture, "--data", "fashion-mnist:train", *pairs,
                  "-o", run + ".hourglass")
        self.call("train", run + ".hourglass", "--run", run)
        return run

    def evaluate(self, run):
        return json.loads(self.call("evaluate", run, "--data", "fashion-mnist:test", "--json"))["metrics"]

    def array(self, command, run):
        out = os.path.join(self.folder, "out.npy")
        self.call(command, run, "--data", "fashion-mnist:test", "-o", out, "--force")
        return numpy.load(out)

    def anomaly(self, run):
        out = os.path.join(self.folder, "scores.npy")
        return json.loads(self.call("anomaly", run, "--data", "fashion-mnist:test", "-o", out, "--force", "--json"))

    def weights(self, run):
        file = run + ".safetensors"
        self.call("export", run, "--format", "safetensors", "-o", file, "--force")
        with open(file, "rb") as content:
            data = content.read()
        start = 8 + int.from_bytes(data[:8], "little")
        entries = json.loads(data[8:start])
        entries.pop("__metadata__", None)
        return {name: numpy.frombuffer(data[start + e["data_offsets"][0]:start + e["data_offsets"][1]], "<f4")
                .reshape(e["shape"]).astype(numpy.float64) for name, e in entries.items()}


def table(heads, rows):
    lines = ["| " + " | ".join(heads) + " |", "| " + " | ".join("---" for _ in heads) + " |"]
    return "\n".join(lines + ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows])


def against_pca(bench):
    train, test = images("train"), images("t10k")
    mean = train.mean(0)
    directions = numpy.linalg.eigh((train - mean).T @ (train - mean) / len(train))[1][:, ::-1]
    rows = []
    for size in (8, 16, 32, 64):
        kept = directions[:, :size]
        pca = ((test - mean - (test - mean) @ kept @ kept.T) ** 2).mean()
        ours = bench.evaluate(bench.train("undercomplete", LAYERS, WHOLE, f"model.code_size={size}"))["mse"]
        rows.append((size, f"{pca:.5f}", f"{ours:.5f}", f"{1 - ours / pca:.0%}"))
    return ("## Undercomplete against PCA\n\n784-512-256-code, 10 epochs, squared error, test MSE.\n\n"
            + table(("code", "PCA", "undercomplete", "better by"), rows))


def evidence(bench):
    rows = []
    for seed in range(3):
        m = bench.evaluate(bench.train("variational", WHOLE, f"training.seed={seed}"))
        rows.append((seed, f"{m['neg_elbo']:.2f}", f"{m['kl']:.2f}", f"{m['iw_nll']:.2f}",
                     f"{m['neg_elbo'] - m['iw_nll']:.2f}"))
    return ("## Variational\n\n784-400-20, Bernoulli, 10 epochs; nats per test sample, iw_nll with 100 codes. "
            "PyTorch: 244.0.\n\n" + table(("seed", "neg_elbo", "kl", "iw_nll", "between"), rows))


def sparsity(bench):
    plain = bench.evaluate(bench.train("undercomplete", WHOLE, "model.code_size=64"))["psnr"]
    run = bench.train("sparse", WHOLE)
    means = bench.array("encode", run).mean(0)
    within = ((means >= 0.02) & (means <= 0.10)).mean()
    psnr = bench.evaluate(run)["psnr"]
    return ("## Sparse, KL at ρ = 0.05\n\nCode 64, 10 epochs, means of each unit over the test data.\n\n"
            + table(("units within 0.02–0.10", "least", "most", "PSNR", "plain", "less"),
                    [(f"{within:.0%}", f"{means.min():.3f}", f"{means.max():.3f}", f"{psnr:.2f} dB", f"{plain:.2f} dB",
                      f"{plain - psnr:.2f} dB")]))


def jacobian_norm(weights, code_activation):
    """Mean ‖∂x̂/∂x‖_F over 100 test images, row by row of the chain rule; ReLU between, sigmoid at the end."""
    samples = images("t10k")[::100]
    kinds = {"identity": lambda z: (z, numpy.ones_like(z)), "relu": lambda z: (numpy.maximum(z, 0), (z > 0) * 1.0)}
    kinds["sigmoid"] = lambda z: (1 / (1 + numpy.exp(-z)), numpy.exp(-abs(z)) / (1 + numpy.exp(-abs(z))) ** 2)
    names = [f"{part}.{i}" for part in ("encoder", "decoder") for i in range(8) if f"{part}.{i}.weight" in weights]
    last = max(i for i, name in enumerate(names) if name.startswith("encoder"))
    norms = []
    for h in samples:
        jacobian = None
        for i, name in enumerate(names):
            weight = weights[name + ".weight"]
            kind = code_activation if i == last else "sigmoid" if i == len(names) - 1 else "relu"
            h, slope = kinds[kind](weight @ h + weights[name + ".bias"])
            jacobian = slope[:, None] * (weight if jacobian is None else weight @ jacobian)
        norms.append(numpy.linalg.norm(jacobian))
    return statistics.mean(norms)


def contraction(bench):
    rows = []
    for seed in range(3):
        plain = None
        for family in ("undercomplete", "contractive"):
            run = bench.train(family, LAYERS, WHOLE, "model.code_size=32", "training.epochs=20",
                              "optimizer.schedule=cosine", f"training.seed={seed}")
            options = json.loads(bench.call("inspect", run + ".hourglass", "--json"))
            activation = options["options"]["model.code_activation"]
            norm, mse = jacobian_norm(bench.weights(run), activation), bench.evaluate(run)["mse"]
            plain = plain or (norm, mse)
            rows.append((f"{family}, seed {seed}", f"{mse:.5f}", f"{mse / plain[1]:.2f}×", f"{norm:.2f}",
                         f"{plain[0] / norm:.2f}×"))
    return ("## Contractive\n\n784-512-256-32, 20 epochs, cosine schedule; ‖∂x̂/∂x‖_F by the chain rule outside, mean of 100 test images."
            "\n\n" + table(("", "test MSE", "of plain", "‖∂x̂/∂x‖_F", "smaller by"), rows))


def anomalies(bench):
    dense = (LAYERS, "model.code_size=32")
    rows = []
    for name, family, architecture, settings in (
            ("undercomplete, code 32", "undercomplete", "dense", dense),
            ("denoising, code 32", "denoising", "dense", dense),
            ("sparse, code 64", "sparse", "dense", (LAYERS,)),
            ("contractive, code 32", "contractive", "dense", dense),
            ("variational, code 20", "variational", "dense", ()),
            ("convolutional, code 32", "undercomplete", "convolutional", ("model.code_size=32",))):
        areas = []
        for number in range(10):
            run = bench.train(family, WHOLE, f'data.classes="{number}"', "training.epochs=15", *settings,
                              architecture=architecture)
            areas.append(bench.anomaly(run)["auroc"])
        rows.append((name, f"**{statistics.mean(areas):.4f}**", *(f"{area:.3f}" for area in areas)))
    return ("## Anomalies, one class of ten as normal\n\n15 epochs on one class, tested on all; AUROC of the default "
            "score, mean and each class.\n\n" + table(("", "mean", *range(10)), rows))


PARTS = {"pca": against_pca, "variational": evidence, "sparse": sparsity, "contractive": contraction,
         "anomalies": anomalies}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", default=os.path.join(HERE, "../../build/release/bin/hourglass-cli"))
    parser.add_argument("--only", choices=PARTS)
    arguments = parser.parse_args()
    texts = []
    for part in [arguments.only] if arguments.only else PARTS:
        with tempfile.TemporaryDirectory() as scratch:
            texts.append(PARTS[part](Bench(arguments.cli, scratch)))
        print(texts[-1] + "\n", flush=True)
    if not arguments.only:
        with open(os.path.join(HERE, "FAMILIES.md"), "w", encoding="utf-8") as report:
            report.write("# What each family reaches\n\nWritten by `families.py`, on Fashion-MNIST.\n\n"
                         + "\n\n".join(texts) + "\n")
