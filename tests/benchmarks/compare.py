#!/usr/bin/env python3
"""Hourglass against PyTorch, and against ONNX Runtime for inference: the work of compare.sh, which see.

Each measurement is a process of its own, from the same weights and batch, and they take turns: ours, theirs, ours,
theirs. PyTorch runs in the fastest of its memory layouts (f32), or of layouts and precisions (bf16), found beforehand.
"""
import argparse
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass

from comparison import Comparison, rate
from measuring import Bench, MeasurementError, cores, peer_environment, run
from results import Report

HERE = os.path.dirname(os.path.abspath(__file__))
SETTING_SECONDS = 1.0  # for each setting of PyTorch while its best is sought


@dataclass(frozen=True)
class Workload:
    """`bars` are the ratios to reach, {precision: (against PyTorch, against ONNX Runtime in f32 or None)}."""
    name: str
    bars: dict

    def is_inference(self):
        return "_infer_" in self.name

    def settings(self):
        layouts = ("",) if self.name.startswith(("dense", "vae")) else ("", "_channels_last")
        precisions = ("f32", "bf16", "bf16_whole") if self.is_inference() else ("f32", "bf16")
        return [precision + layout for precision in precisions for layout in layouts]


WORKLOADS = [
    Workload("dense_ae_b128", {"f32": (2.2, None), "bf16": (2.2, None)}),
    Workload("dense_ae_b1024", {"f32": (1.1, None), "bf16": (1.3, None)}),
    Workload("vae_b128", {"f32": (1.8, None), "bf16": (1.8, None)}),
    Workload("dncnn8_train_b32_40", {"f32": (1.0, None), "bf16": (1.15, None)}),
    Workload("unet_train_b32_64", {"f32": (1.25, None), "bf16": (1.5, None)}),
    Workload("dncnn8_infer_1024_px", {"f32": (1.25, 1.1), "bf16": (2.3, 2.0)}),
    Workload("unet_infer_1024_px", {"f32": (2.0, 1.1), "bf16": (3.5, 1.7)}),
]


class Peers:
    """The other programs, on the weights and batches in `folder`."""

    def __init__(self, folder, python, modules):
        self.folder, self.python, self.modules = folder, python, modules
        self.node = shutil.which("node")
        self.onnx_runtime = None if self.node and modules else "not installed"

    def torch(self, name, setting, seconds):
        return run([self.python, os.path.join(HERE, "torch_peer.py"), "--workload", name, "--setting", setting,
                    "--seconds", str(seconds), "--start", os.path.join(self.folder, name + ".safetensors"), "--json"],
                   peer_environment())

    def onnx(self, name, seconds):
        """None when there is no ONNX Runtime; self.onnx_runtime then says why, else its version."""
        if not (self.node and self.modules):
            return None
        result = run([self.node, os.path.join(HERE, "onnx_runtime_peer.mjs"), "--modules", self.modules,
                      "--model", os.path.join(self.folder, name + ".onnx"), "--seconds", str(seconds),
                      "--start", os.path.join(self.folder, name + ".safetensors"), "--threads", str(cores())])
        self.onnx_runtime = result.get("version") or f"not available: {result['unavailable']}"
        return result if "version" in result else None


def compare_precision(workload, precision, setting, bench, peers, options):
    """Our `precision` against PyTorch in `setting`, and against ONNX Runtime where the workload has a bar for it."""
    torch_bar, onnx_bar = workload.bars[precision]
    comparisons = [Comparison(workload.name, precision, "PyTorch", setting, torch_bar)]
    if onnx_bar is not None:
        comparisons.append(Comparison(workload.name, precision, "ONNX Runtime", "f32", onnx_bar))
    for _ in range(options.pairs):
        ours = bench.workload(workload.name, precision, options.seconds, peak=True)
        comparisons[0].add(ours, peers.torch(workload.name, setting, options.seconds))
        for comparison in comparisons[1:]:
            if (theirs := peers.onnx(workload.name, options.seconds)) is not None:
                comparison.add(ours, theirs)
    return [comparison for comparison in comparisons if comparison.pairs]


def compare_workload(workload, bench, peers, options, report):
    try:
        bench.workload(workload.name, seconds=0.1, save=peers.folder)
    except MeasurementError as error:
        if "There is no workload" not in str(error):
            raise
        report.skipped.append(workload.name)
        return
    tried = {}
    for setting in workload.settings():  # the better of two, since a short run is easily disturbed
        try:
            tried[setting] = max((peers.torch(workload.name, setting, SETTING_SECONDS) for _ in range(2)), key=rate)
        except MeasurementError as error:
            if "whole" not in setting:  # there are networks that PyTorch's bf16 kernels refuse
                raise
            print(f"{workload.name}, PyTorch {setting}: {error}", file=sys.stderr)
    report.settings[workload.name] = {setting: rate(result) for setting, result in tried.items()}
    report.torch = next(iter(tried.values()))
    for precision in ("f32", "bf16"):
        allowed = [setting for setting in tried if precision == "bf16" or setting.startswith("f32")]
        best = max(allowed, key=lambda setting: rate(tried[setting]))
        try:
            report.comparisons += compare_precision(workload, precision, best, bench, peers, options)
        except MeasurementError as error:
            report.failures.append(f"{workload.name}, {precision}: {error}")


def main():
    parser = argparse.ArgumentParser(prog="compare.sh", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cli", default=os.path.join(HERE, "../../build/release/bin/hourglass-cli"),
                        help="program to measure (default: build/release's)")
    parser.add_argument("--pairs", type=int, default=5, help="turns of ours and theirs (default: 5)")
    parser.add_argument("--seconds", type=float, default=3, help="for each measurement (default: 3)")
    parser.add_argument("--only", default="", metavar="NAME", help="only workloads whose name contains this")
    parser.add_argument("--output", default=os.path.join(HERE, "RESULTS.md"), metavar="FILE")
    parser.add_argument("--modules", default="", metavar="DIR", help="folder with onnxruntime-node, set by compare.sh")
    options = parser.parse_args()
    chosen = [workload for workload in WORKLOADS if options.only in workload.name]
    if not chosen:
        parser.error(f"no workload's name contains '{options.only}'")

    bench = Bench(options.cli)
    with tempfile.TemporaryDirectory() as folder:
        peers = Peers(folder, sys.executable, options.modules)
        report = Report(bench.version(), options.pairs, options.seconds)
        report.peaks.append(bench.peak())
        for workload in chosen:
            done = len(report.comparisons)
            try:
                compare_workload(workload, bench, peers, options, report)
            except MeasurementError as error:
                report.failures.append(f"{workload.name}: {error}")
            for comparison in report.comparisons[done:]:
                print(comparison.text(), flush=True)
        report.peaks.append(bench.peak())
        report.onnx_runtime = peers.onnx_runtime or "not asked for"
    with open(options.output, "w", encoding="utf-8") as file:
        file.write(report.markdown())
    print(report.summary())
    return 1 if report.failures or any(comparison.differs() for comparison in report.comparisons) else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (MeasurementError, OSError) as error:
        sys.exit(f"compare.sh: {error}")
