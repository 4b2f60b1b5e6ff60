#!/usr/bin/env python3
"""One workload of `hourglass-cli bench` in PyTorch, from the weights and the batch that `bench --save` wrote.

Prints one JSON object: the rate, and `check_loss`, which is the loss after 20 updates from the given weights
(training) or the mean square of the output (inference), so that work left out by either side shows.
Needs Debian's python3-torch and libopenblas0-openmp.
"""
import argparse
import ctypes
import json
import os
import time

import numpy
import torch

from torch_networks import LOSSES, NETWORKS

CHECK_STEPS = 20
# Precision and layout; "whole": the model itself in bf16 rather than what autocast chooses.
SETTINGS = ["f32", "f32_channels_last", "bf16", "bf16_channels_last", "bf16_whole", "bf16_whole_channels_last"]


def read_safetensors(path):
    """{name: float32 array}; no other type is expected here."""
    with open(path, "rb") as file:
        data = file.read()
    start = 8 + int.from_bytes(data[:8], "little")
    tensors = json.loads(data[8:start])
    tensors.pop("__metadata__", None)
    result = {}
    for name, entry in tensors.items():
        if entry["dtype"] != "F32":
            raise ValueError(f"{path}: '{name}' is {entry['dtype']}, expected F32")
        begin, end = entry["data_offsets"]
        values = numpy.frombuffer(data[start + begin:start + end], "<f4")
        result[name] = values.reshape(entry["shape"]).copy()
    return result


def blas():
    """The BLAS library in this process and the kernels it chose: PyTorch's products are only as fast as those."""
    with open("/proc/self/maps", encoding="utf-8") as file:
        paths = {line.split()[-1] for line in file if "blas" in line}
    for path in sorted(paths, key=lambda path: "openblas" not in os.path.basename(path)):
        library = ctypes.CDLL(path)
        if hasattr(library, "openblas_get_config"):
            library.openblas_get_corename.restype = ctypes.c_char_p
            return f"{os.path.basename(path)}, {library.openblas_get_corename().decode()} kernels"
    return "not OpenBLAS"


def rate(run, seconds):
    """Runs per second, over at least `seconds`."""
    runs, begin = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - begin) < seconds:
        run()
        runs += 1
    return runs / elapsed, runs


def train(forward, loss_of, model, batch, seconds):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(forward(batch), batch)
        loss.backward()
        optimizer.step()
        return loss.item()

    first = step()
    for _ in range(CHECK_STEPS - 1):
        step()
    with torch.no_grad():
        check = loss_of(forward(batch), batch).item()
    per_second, steps = rate(step, seconds)
    return {"samples_per_second": per_second * len(batch), "first_loss": first, "check_loss": check,
            "check_steps": CHECK_STEPS, "steps": steps}


def infer(forward, batch, seconds):
    with torch.inference_mode():
        check = forward(batch).double().square().mean().item()
        per_second, steps = rate(lambda: forward(batch), seconds)
    return {"pixels_per_second": per_second * batch.numel(), "check_loss": check, "steps": steps}


def measure(workload, setting, seconds, start):
    tensors = read_safetensors(start)
    memory_format = torch.channels_last if setting.endswith("channels_last") else torch.contiguous_format
    batch = torch.from_numpy(tensors.pop("batch"))
    model = NETWORKS[workload]()
    model.load_state_dict({name: torch.from_numpy(values) for name, values in tensors.items()})
    if batch.dim() == 4:
        batch, model = batch.contiguous(memory_format=memory_format), model.to(memory_format=memory_format)

    if "whole" in setting:  # weights too: of no use in training, whose small updates they would lose
        batch, model = batch.bfloat16(), model.bfloat16()

    def forward(x):
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=setting.startswith("bf16") and "whole" not in setting):
            y = model(x)
        return tuple(part.float() for part in y) if isinstance(y, tuple) else y.float()

    if "_infer_" in workload:
        return infer(forward, batch, seconds)
    return train(forward, LOSSES[workload], model, batch, seconds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workload", required=True, choices=NETWORKS)
    parser.add_argument("--setting", default="f32", choices=SETTINGS)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--start", required=True, metavar="FILE", help="safetensors of `bench --save`")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--json", action="store_true", help="accepted for likeness with `bench`: it is always JSON")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    result = measure(arguments.workload, arguments.setting, arguments.seconds, arguments.start)
    print(json.dumps({"workload": arguments.workload, "setting": arguments.setting, **result,
                      "threads": torch.get_num_threads(), "version": torch.__version__, "blas": blas()}))
