"""Runs one measurement in a process of its own, sees whether the machine was ours alone meanwhile, and says what
machine it is. Linux only."""
import json
import os
import platform
import resource
import subprocess
import time

FOREIGN_LIMIT = 0.05  # of all cores: what others may use before a measurement counts as disturbed
TRIES = 3


class MeasurementError(Exception):
    """A process failed or printed no JSON; the text says which and why."""


def cores():
    return len(os.sched_getaffinity(0))


def busy_seconds():
    """Of all cores since boot, time taken by other guests of the host ("steal") included."""
    with open("/proc/stat", encoding="ascii") as file:
        user, nice, system, _, _, irq, soft_irq, steal = map(int, file.readline().split()[1:9])
    return (user + nice + system + irq + soft_irq + steal) / os.sysconf("SC_CLK_TCK")


def own_seconds():
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def peer_environment():
    """Ours without what holds OpenBLAS back from choosing kernels for this processor itself."""
    return {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS_")}


def run_once(command, environment=None):
    """The JSON object a command prints, with "foreign": the share of the machine that others used meanwhile."""
    begin, busy, own = time.monotonic(), busy_seconds(), own_seconds()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    foreign = (busy_seconds() - busy - own_seconds() + own) / ((time.monotonic() - begin) * os.cpu_count())
    if done.returncode != 0:
        reason = done.stderr.strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
        raise MeasurementError(f"{os.path.basename(command[0])}: {reason[0]}")
    try:
        return {**json.loads(done.stdout), "foreign": max(0.0, foreign)}
    except ValueError as error:
        raise MeasurementError(f"{os.path.basename(command[0])} printed no JSON: {error}") from error


def run(command, environment=None):
    """The same, tried again while others disturb it; the least disturbed try counts."""
    best = None
    for _ in range(TRIES):
        result = run_once(command, environment)
        best = min(best or result, result, key=lambda r: r["foreign"])
        if best["foreign"] <= FOREIGN_LIMIT:
            break
    return best


class Bench:
    """`hourglass-cli bench` of one build."""

    def __init__(self, cli):
        self.cli = cli

    def version(self):
        return subprocess.run([self.cli, "--version"], capture_output=True, text=True, check=True).stdout.strip()

    def workload(self, name, precision="f32", seconds=3, peak=False, **options):
        """One workload's measurements; options are `threads`, `batch`, `size`, `width`, `save`. With `peak`, what the
        machine is capable of in that precision at that moment, as peak() says."""
        extra = [text for key, value in options.items() for text in (f"--{key}", str(value))]
        result = run([self.cli, "bench", "--json", "--only", name, "--precision", precision,
                      "--seconds", str(seconds), *(["--peak"] if peak else []), *extra])
        for workload in result["workloads"]:
            if workload["name"] == name:
                return {**workload, **{key: result[key] for key in ("threads", "foreign", "peak") if key in result}}
        raise MeasurementError(f"There is no workload '{name}'")

    def peak(self):
        """{"peak": {"matmul_f32": GFLOP/s, "convolution_f32", and of bf16 where the processor has it, "update": GB/s of
        Adam's pass}, "foreign"}."""
        return run([self.cli, "bench", "--json", "--only", "no workload", "--peak"])


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        fields = dict(line.split(":", 1) for line in file if ":" in line)
    fields = {name.strip(): value.strip() for name, value in fields.items()}
    known = ("avx2", "avx512f", "avx512_bf16", "amx_bf16")
    flags = fields.get("flags", "").split()
    return f"{fields.get('model name', platform.machine())} ({', '.join(flag for flag in known if flag in flags)})"


def memory_gib():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def system():
    return f"{platform.freedesktop_os_release().get('PRETTY_NAME', 'Linux')}, kernel {platform.release()}"
