"""RESULTS.md, made of what compare.py measured."""
import datetime
import platform
from dataclasses import dataclass, field

from comparison import Comparison, peer_setting, written
from measuring import cores, memory_gib, processor, system


def table(titles, rows, left=1):
    """Markdown; the first `left` columns are text."""
    lines = [titles, [":--"] * left + ["--:"] * (len(titles) - left), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


@dataclass
class Report:
    version: str
    turns: int
    seconds: float
    peaks: list = field(default_factory=list)  # Bench.peak(), before and after
    settings: dict = field(default_factory=dict)  # {workload: {PyTorch's setting: rate}}
    torch: dict = field(default_factory=dict)
    onnx_runtime: str = ""
    comparisons: list = field(default_factory=list)
    skipped: list = field(default_factory=list)
    failures: list = field(default_factory=list)

    def summary(self):
        passed = sum(comparison.passes() for comparison in self.comparisons)
        different = sum(comparison.differs() for comparison in self.comparisons)
        lines = [f"{passed} of {len(self.comparisons)} ratios reach their bar; losses differ in {different}."]
        lines += [f"hourglass-cli has no workload {name}." for name in self.skipped]
        return "\n".join(lines + [f"FAILED: {failure}" for failure in self.failures])

    def machine(self):
        blas = self.torch.get("blas", "?")
        return table(["", ""], [
            ["measured", f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC"],
            ["processor", f"{processor()}, {cores()} cores used by all"],
            ["memory, system", f"{memory_gib():.0f} GiB, {system()}"],
            ["Hourglass", self.version],
            ["PyTorch", f"{self.torch.get('version', '?')}, {blas}; Python {platform.python_version()}"],
            ["ONNX Runtime", self.onnx_runtime],
            ["used by others", f"at most {max(map(Comparison.foreign, self.comparisons), default=0):.0%}"],
        ], left=2)

    def peak_table(self):
        kinds = sorted(self.peaks[0]["peak"], key=lambda kind: kind.split("_")[::-1], reverse=True)
        return table(["", *(kind.replace("_", " ") for kind in kinds), "used by others"],
                     [[when, *(f"{result['peak'][kind]:,.0f}" for kind in kinds), f"{result['foreign']:.0%}"]
                      for when, result in zip(("before", "after"), self.peaks)])

    def settings_table(self):
        columns = ["f32", "f32_channels_last", "bf16", "bf16_channels_last", "bf16_whole", "bf16_whole_channels_last"]
        return table(["workload", *map(peer_setting, columns)],
                     [[name, *(written(rates[column], name) if column in rates else "" for column in columns)]
                      for name, rates in self.settings.items()])

    def markdown(self):
        blas_warning = "" if "blas" in self.torch.get("blas", "") else "\n**PyTorch runs without OpenBLAS.**\n"
        titles = ["workload", "ours", "peer", "our rate", "its rate", "ratio", "min–max", "bar ≥", "verdict",
                  "share of limit", "check loss", "Δ"]
        return f"""# Results

Written by `tests/benchmarks/compare.sh`; what is measured, and how, says `README.md` beside it.

{self.machine()}{blas_warning}
{self.summary()}

{table(titles, [comparison.row() for comparison in self.comparisons], left=3)}
Rates and ratios are medians of {self.turns} turns, ours and theirs one after the other, {self.seconds:g} s each.
Share of limit: ours of the rate at which all products, counted as direct ones, would run at the machine's peak and the
update of the parameters at memory's, one after the other, both measured in the process of the measurement; Winograd's
convolutions need fewer multiplications and may go beyond it. Check loss: ours / theirs.

## Peak of the machine

GFLOP/s of large matrix products and convolutions; the better of a precision counts for a limit. Update: GB/s of
Adam's pass over 2²⁰ parameters (28 bytes each).

{self.peak_table()}
## PyTorch's settings

The better of two short runs each; the best of f32, and the best of all, is the peer above.

{self.settings_table()}"""
