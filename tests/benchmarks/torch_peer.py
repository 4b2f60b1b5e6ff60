#!/usr/bin/env python3
"""The PyTorch side of `hourglass-cli bench`: the same networks, batches, optimiser and loss, the batch in memory.

Needs Debian's python3-torch and libopenblas0-openmp. Prints one JSON object like `bench --json`.
"""
import argparse
import json
import os
import time

import torch
from torch import nn
from torch.nn.functional import mse_loss


def dense_autoencoder(sizes=(784, 512, 256, 32)):
    """Linear layers down to the code and back, ReLU between, sigmoid at the end, no activation on the code."""
    layers = []
    widths = list(sizes) + list(reversed(sizes[:-1]))
    for index, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
        layers.append(nn.Linear(inputs, outputs))
        if index == len(widths) - 2:
            layers.append(nn.Sigmoid())
        elif index != len(sizes) - 2:
            layers.append(nn.ReLU())
    return nn.Sequential(*layers)


def measure(model, batch, seconds, bf16):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            reconstruction = model(batch)
        loss = mse_loss(reconstruction.float(), batch)
        loss.backward()
        optimizer.step()
        return loss.item()

    first = step()
    for _ in range(10):
        step()
    steps, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < seconds:
        last = step()
        steps += 1
    return first, last, steps, steps * len(batch) / (time.perf_counter() - begin)


WORKLOADS = {"dense_ae_b128": 128, "dense_ae_b1024": 1024}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="")
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--bf16", action="store_true")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(os.cpu_count())
    results = []
    for name, size in WORKLOADS.items():
        if arguments.only in name:
            first, last, steps, rate = measure(dense_autoencoder(), torch.rand(size, 784), arguments.seconds,
                                               arguments.bf16)
            results.append({"name": name, "precision": "bf16" if arguments.bf16 else "f32", "samples_per_second": rate,
                            "first_loss": first, "loss": last, "steps": steps})
    print(json.dumps({"workloads": results}))
