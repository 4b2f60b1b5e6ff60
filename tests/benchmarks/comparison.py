"""One workload, ours against one peer: the pairs measured, and what follows from them."""
import math
from dataclasses import dataclass, field
from statistics import median

from measuring import FOREIGN_LIMIT

LOSS_TOLERANCE = {"f32": 0.01, "bf16": 0.05}  # relative


def rate(result):
    """Samples or pixels a second."""
    return result.get("samples_per_second") or result["pixels_per_second"]


def written(value, name):
    """A rate with its unit."""
    return f"{value / 1e6:.3f} Mpx/s" if "_infer_" in name else f"{value:,.0f} /s"


def loss(result):
    """To compare; JSON writes what is no number as null."""
    return math.nan if result["check_loss"] is None else result["check_loss"]


def peer_setting(setting):
    return setting.replace("_channels_last", ", channels last").replace("_whole", " weights")


@dataclass
class Comparison:
    """Pairs of measurements, ours and theirs, of one workload in one of our precisions against one peer."""
    name: str
    precision: str
    peer: str
    setting: str
    bar: float
    pairs: list = field(default_factory=list)

    def add(self, ours, theirs):
        self.pairs.append((ours, theirs))

    def ours(self):
        return median(rate(ours) for ours, _ in self.pairs)

    def theirs(self):
        return median(rate(theirs) for _, theirs in self.pairs)

    def ratios(self):
        return [rate(ours) / rate(theirs) for ours, theirs in self.pairs]

    def passes(self):
        return median(self.ratios()) >= self.bar

    def losses(self):
        return [loss(result) for result in self.pairs[-1]]

    def difference(self):
        """Of the losses, relative: the worst pair's, NaN if any is."""
        differences = [abs(loss(ours) / loss(theirs) - 1) for ours, theirs in self.pairs]
        return max(differences, key=lambda difference: math.inf if math.isnan(difference) else difference)

    def differs(self):
        return not self.difference() <= LOSS_TOLERANCE[self.precision]  # NaN differs

    def foreign(self):
        """The worst measurement's share of the machine that others used."""
        return max(result["foreign"] for pair in self.pairs for result in pair)

    def limit(self, peak, precision):
        """Items a second when all products run at the machine's peak and Adam's pass over the parameters at its. `peak`
        is {precision: GFLOP/s, "update": GB/s}. Products done with fewer multiplications (Winograd) may exceed it."""
        ours = self.pairs[0][0]
        return 1e9 / (ours["flops_per_item"] / peak[precision] + ours["update_bytes_per_item"] / peak["update"])

    def shares(self, peak):
        """Of that limit in the precision each runs in, ours and theirs."""
        sides = ((self.ours(), self.precision), (self.theirs(), self.setting.split("_")[0]))
        return [f"{value / self.limit(peak, precision):.0%}" if precision in peak else "?" for value, precision in sides]

    def bar_beyond_limit(self, peak):
        """Whether no program could reach the bar on this machine, the peer being as fast as it is."""
        return self.precision in peak and self.bar * self.theirs() > self.limit(peak, self.precision)

    def verdict(self, peak):
        if self.passes():
            return "pass"
        if self.bar_beyond_limit(peak):
            return f"miss: bar beyond the limit, {written(self.limit(peak, self.precision), self.name)}"
        return "**miss**"

    def remarks(self):
        loud = [f"**LOSS DIFFERS by {self.difference():.1%}**"] if self.differs() else []
        return loud + ([f"**disturbed ({self.foreign():.0%})**"] if self.foreign() > FOREIGN_LIMIT else [])

    def text(self, peak):
        """For a person watching; two lines."""
        losses = " / ".join(f"{value:.5g}" for value in self.losses())
        return (f"{self.name} {self.precision} {written(self.ours(), self.name)}, "
                f"{self.peer} {peer_setting(self.setting)} {written(self.theirs(), self.name)}: "
                f"ratio {median(self.ratios()):.2f} ({min(self.ratios()):.2f}–{max(self.ratios()):.2f}), "
                f"bar {self.bar:g}: {self.verdict(peak).replace('**', '')}\n"
                f"    share of limit {' / '.join(self.shares(peak))}, check loss {losses}  "
                f"{' '.join(self.remarks()).replace('**', '')}").rstrip()

    def row(self, peak):
        verdict = [self.verdict(peak), *self.remarks()]
        return [self.name, self.precision, f"{self.peer} {peer_setting(self.setting)}",
                written(self.ours(), self.name), written(self.theirs(), self.name), f"**{median(self.ratios()):.2f}**",
                f"{min(self.ratios()):.2f}–{max(self.ratios()):.2f}", f"{self.bar:g}", ", ".join(verdict),
                " / ".join(self.shares(peak)), " / ".join(f"{value:.5g}" for value in self.losses()),
                f"{self.difference():.2%}"]
