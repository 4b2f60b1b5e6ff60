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

    def limits(self):
        """Of each pair, items a second when all products run at the machine's peak and Adam's pass over the parameters
        at memory's, as measured within the same process. Products done with fewer multiplications (Winograd) may exceed
        it."""
        def limit(ours):
            peak = ours["peak"]
            products = max(peak[f"{kind}_{self.precision}"] for kind in ("matmul", "convolution"))
            return 1e9 / (ours["flops_per_item"] / products + ours["update_bytes_per_item"] / peak["update"])
        return [limit(ours) for ours, _ in self.pairs]

    def share(self):
        """Ours of that limit."""
        return median(rate(ours) / limit for (ours, _), limit in zip(self.pairs, self.limits()))

    def verdict(self):
        if self.passes():
            return "pass"
        limit = median(self.limits())
        # No program could reach it, the peer being as fast as it is; where fewer multiplications do, who knows.
        if self.name.startswith("dense") and self.bar * self.theirs() > limit:
            return f"miss: bar beyond the limit, {written(limit, self.name)}"
        return "**miss**"

    def remarks(self):
        loud = [f"**LOSS DIFFERS by {self.difference():.1%}**"] if self.differs() else []
        return loud + ([f"**disturbed ({self.foreign():.0%})**"] if self.foreign() > FOREIGN_LIMIT else [])

    def text(self):
        """For a person watching; two lines."""
        losses = " / ".join(f"{value:.5g}" for value in self.losses())
        return (f"{self.name} {self.precision} {written(self.ours(), self.name)}, "
                f"{self.peer} {peer_setting(self.setting)} {written(self.theirs(), self.name)}: "
                f"ratio {median(self.ratios()):.2f} ({min(self.ratios()):.2f}–{max(self.ratios()):.2f}), "
                f"bar {self.bar:g}: {self.verdict().replace('**', '')}\n"
                f"    {self.share():.0%} of the limit, check loss {losses}  "
                f"{' '.join(self.remarks()).replace('**', '')}").rstrip()

    def row(self):
        verdict = [self.verdict(), *self.remarks()]
        return [self.name, self.precision, f"{self.peer} {peer_setting(self.setting)}",
                written(self.ours(), self.name), written(self.theirs(), self.name), f"**{median(self.ratios()):.2f}**",
                f"{min(self.ratios()):.2f}–{max(self.ratios()):.2f}", f"{self.bar:g}", ", ".join(verdict),
                f"{self.share():.0%}", " / ".join(f"{value:.5g}" for value in self.losses()),
                f"{self.difference():.2%}"]
