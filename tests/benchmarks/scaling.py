#!/usr/bin/env python3
"""Time and memory of `hourglass-cli bench` against picture size, width, batch and threads.

Writes SCALING.md and scaling.png, and says where memory was predicted wrong by more than 10 %. Measured memory is what
the process grew by at most. The plots need Debian's python3-matplotlib.
"""
import argparse
import os
import sys
from dataclasses import dataclass

from measuring import FOREIGN_LIMIT, Bench, MeasurementError, cores, processor
from results import table

HERE = os.path.dirname(os.path.abspath(__file__))
MEMORY_TOLERANCE = 0.10
AXES = {"size": "size (pixels a side)", "width": "width (× the network's channels)", "batch": "batch (samples)",
        "threads": "threads"}


@dataclass(frozen=True)
class Subject:
    """A workload and the values it is measured at, one axis after the other, from what `base` says."""
    name: str
    label: str
    base: dict
    sweeps: dict


@dataclass(frozen=True)
class Point:
    subject: Subject
    axis: str
    value: float
    milliseconds: float  # per sample, which is a picture or a row
    measured: float  # MiB
    predicted: float  # MiB
    foreign: float

    def error(self):
        return self.predicted / self.measured - 1


def thread_counts():
    """Each up to 4, then doubling, and all."""
    return sorted({count for count in (1, 2, 3, 4, 8, 16, 32, 64, 128) if count <= cores()} | {cores()})


def subjects():
    threads = thread_counts()
    widths = [0.25, 0.5, 1, 2]
    return [
        Subject("unet_train_b32_64", "U-Net training", {"size": 64, "width": 1, "batch": 32},
                {"size": [16, 32, 64, 128], "width": widths, "batch": [1, 2, 4, 8, 16, 32, 64], "threads": threads}),
        Subject("unet_infer_1024_px", "U-Net inference", {"size": 512, "width": 1, "batch": 1},
                {"size": [128, 256, 512, 1024, 2048], "width": widths, "batch": [1, 2, 4, 8], "threads": threads}),
        Subject("dense_ae_b128", "dense training", {"batch": 128},
                {"batch": [16, 32, 64, 128, 256, 512, 1024, 2048, 4096], "threads": threads}),
    ]


def measure(bench, subject, axis, value, options):
    settings = {**subject.base, axis: value}
    result = bench.workload(subject.name, options.precision, options.seconds, **settings)
    if "pixels_per_second" in result:
        per_sample = settings["size"] ** 2 / result["pixels_per_second"]
    else:
        per_sample = 1 / result["samples_per_second"]
    return Point(subject, axis, value, 1000 * per_sample, result["peak_rss_mb"] - result["baseline_rss_mb"],
                 result["predicted_mb"], result["foreign"])


def sweep(bench, options):
    """All points, and a line for each that failed."""
    points, failures = [], []
    for subject in subjects():
        for axis, value in ((axis, value) for axis, values in subject.sweeps.items() for value in values):
            try:
                points.append(measure(bench, subject, axis, value, options))
                point = points[-1]
                print(f"{subject.name} {axis} {value:g}: {point.milliseconds:.4g} ms, {point.measured:.1f} MiB, "
                      f"predicted {point.predicted:.1f}", flush=True)
            except MeasurementError as error:
                failures.append(f"{subject.name}, {axis} {value:g}: {error}")
                print(failures[-1], file=sys.stderr)
    return points, failures


def row(point):
    marks = ["**beyond 10 %**"] if abs(point.error()) > MEMORY_TOLERANCE else []
    marks += [f"**disturbed ({point.foreign:.0%})**"] if point.foreign > FOREIGN_LIMIT else []
    return [f"{point.value:g}", f"{point.milliseconds:.4g}", f"{point.measured:,.1f}", f"{point.predicted:,.1f}",
            f"{point.error():+.1%}", ", ".join(marks)]


def markdown(points, failures, options):
    wrong = sum(abs(point.error()) > MEMORY_TOLERANCE for point in points)
    parts = [f"""# Scaling

Written by `tests/benchmarks/scaling.py` on {processor()}, {cores()} cores, in {options.precision}.

Memory was predicted within 10 % in {len(points) - wrong} of {len(points)} configurations.

![Time and memory](scaling.png)
"""]
    parts += [f"Failed: {failure}\n" for failure in failures]
    for subject in subjects():
        base = ", ".join(f"{axis} {value}" for axis, value in subject.base.items())
        parts.append(f"## {subject.label}\n\n`{subject.name}` with {base}, but for what varies.\n")
        for axis in subject.sweeps:
            rows = [row(point) for point in points if point.subject.name == subject.name and point.axis == axis]
            titles = [AXES[axis], "ms per sample", "measured (MiB)", "predicted (MiB)", "error", ""]
            parts.append(table(titles, rows))
    return "\n".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", default=os.path.join(HERE, "../../build/release/bin/hourglass-cli"))
    parser.add_argument("--precision", default="f32", choices=["f32", "bf16"])
    parser.add_argument("--seconds", type=float, default=1, help="for each measurement (default: 1)")
    parser.add_argument("--output", default=HERE, metavar="DIR", help="where SCALING.md and scaling.png go")
    options = parser.parse_args()
    points, failures = sweep(Bench(options.cli), options)
    if not points:
        return "nothing could be measured"
    with open(os.path.join(options.output, "SCALING.md"), "w", encoding="utf-8") as file:
        file.write(markdown(points, failures, options))
    try:
        from scaling_plot import plot
    except ImportError:
        return "SCALING.md is written; for the plots: apt-get install python3-matplotlib"
    plot(points, AXES, os.path.join(options.output, "scaling.png"), 100 * MEMORY_TOLERANCE,
         f"{processor()}, {cores()} cores, {options.precision}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
