#!/usr/bin/env python3
"""Trains Hourglass's reference experiment in PyTorch: dense 784-512-256-32 on Fashion-MNIST, MSE, Adam 1e-3, batch 128.

`--sigma 76.5 --code 64` makes it the denoising one (Gaussian noise, clipped). Prints seconds of training, samples per
second and test MSE as JSON. Needs Debian's python3-torch, libopenblas0-openmp and dataset-fashion-mnist.
"""
import argparse
import gzip
import json
import os
import time

import numpy
import torch
from torch.nn.functional import mse_loss

from torch_networks import DenseAutoencoder

FOLDER = "/usr/share/datasets/fashion-mnist/"


def images(name):
    with gzip.open(FOLDER + name) as file:
        pixels = numpy.frombuffer(file.read(), numpy.uint8, offset=16)
    return torch.from_numpy(pixels.reshape(-1, 784).astype(numpy.float32) / 255)


def noisy(batch, sigma):
    return (batch + sigma / 255 * torch.randn_like(batch)).clamp(0, 1) if sigma > 0 else batch


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--code", type=int, default=32)
    parser.add_argument("--sigma", type=float, default=0)
    arguments = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(os.cpu_count())
    train, test = images("train-images-idx3-ubyte.gz"), images("t10k-images-idx3-ubyte.gz")
    model = DenseAutoencoder((784, 512, 256, arguments.code))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    begin = time.perf_counter()
    for _ in range(arguments.epochs):
        order = torch.randperm(len(train))
        for at in range(0, len(train), 128):
            batch = train[order[at:at + 128]]
            optimizer.zero_grad(set_to_none=True)
            mse_loss(model(noisy(batch, arguments.sigma)), batch).backward()
            optimizer.step()
    seconds = time.perf_counter() - begin
    torch.manual_seed(1)
    with torch.no_grad():
        mse = mse_loss(model(noisy(test, arguments.sigma)), test).item()
    print(json.dumps({"seconds": seconds, "samples_per_second": arguments.epochs * len(train) / seconds, "test_mse": mse}))
