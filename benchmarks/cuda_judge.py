"""What `benchmarks.cuda_check` measured, when it counts as right, and how it is shown."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from codegen_cli.engine.device import GIB, Device, usable_gpus

PASSED, FAILED, NO_GPU = 0, 1, 3

#: Mean KL divergence (nats) and RMS error over the spread of the logits. Both sides compute with
#: 8 or 16 bits of activations, in another order; a wrong kernel or layout is far outside.
MOST_KL = 0.01
MOST_RELATIVE = 0.05

BUILD = 'CMAKE_ARGS="-DGGML_CUDA=on" pip install --force-reinstall --no-cache-dir \\\n'
BUILD += "    --no-binary llama-cpp-python llama-cpp-python==0.3.36"


@dataclass(frozen=True)
class Parity:
    """GPU against CPU on one file, with one request of layers.

    `equal_tokens` of the `greedy_tokens` are the same from the start; `margin` is by how much the
    CPU's best logit beat its second where they first differ (0 where they do not).
    """

    model: str
    gpu_layers: str
    placement: str
    placed_layers: int
    kl: float
    relative_error: float
    max_difference: float
    same_argmax: float
    greedy_tokens: int
    equal_tokens: int
    margin: float = 0.0

    @property
    def is_tie(self) -> bool:
        """Say whether rounding explains the first different token."""
        return self.margin <= 2 * self.max_difference

    @property
    def problem(self) -> str:
        """Say what is wrong; empty when nothing is. NaN is wrong."""
        if not self.placed_layers:
            return "no layer was on a GPU"
        if not self.kl <= MOST_KL:
            return f"KL {self.kl:.2e} is above {MOST_KL:g}"
        if not self.relative_error <= MOST_RELATIVE:
            return f"relative error {self.relative_error:.4f} is above {MOST_RELATIVE:g}"
        if self.equal_tokens < self.greedy_tokens and not self.is_tie:
            return f"greedy text differs from token {self.equal_tokens} on, which was no close race"
        return ""


@dataclass(frozen=True)
class Speed:
    """Tokens a second; `gpu` and `cpu` are medians."""

    model: str
    measure: str
    cpu: float
    gpu: float


@dataclass(frozen=True)
class Placed:
    """What the automatic plan said, what llama.cpp then did, and the memory it took (bytes)."""

    model: str
    plan: str
    planned_layers: int
    placement: str
    placed_layers: int
    planned_bytes: int
    taken_bytes: int
    reserve_bytes: int

    @property
    def problem(self) -> str:
        """Say what is wrong; empty when nothing is."""
        if self.planned_layers != self.placed_layers:
            return f"{self.planned_layers} layers were planned, {self.placed_layers} are on a GPU"
        if self.taken_bytes > self.planned_bytes + self.reserve_bytes:
            return (
                f"it took {self.taken_bytes / GIB:.2f} GiB, "
                f"but {self.planned_bytes / GIB:.2f} GiB were planned"
            )
        return ""


@dataclass
class Report:
    """Everything that was found."""

    machine: str
    devices: list[str]
    parity: list[Parity] = field(default_factory=list)
    speed: list[Speed] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """Return one line for each thing that is wrong."""
        checked: list[Parity | Placed] = [*self.parity, *self.placed]
        return [f"{item.model}: {item.problem}" for item in checked if item.problem]

    @property
    def exit_code(self) -> int:
        """Return what the process should end with."""
        return FAILED if self.problems or not self.parity else PASSED


def missing_gpu(devices: list[Device], *, build_has_gpu: bool, driver: bool) -> str:
    """Say why nothing can be checked, and what to do; empty where a GPU is usable.

    `driver` says whether the system has NVIDIA's driver.
    """
    if build_has_gpu and usable_gpus(devices):
        return ""
    found = ", ".join(map(str, devices)) or "none"
    if driver:
        why = "This build of llama.cpp cannot use the NVIDIA GPU. Build it with CUDA:\n\n" + BUILD
    else:
        why = "No GPU device is here: no driver answers. On a machine with one:\n\n" + BUILD
    return f"{why}\n\nDevices found: {found}"


def equal_prefix(first: list[int], second: list[int]) -> int:
    """Return how many tokens are the same from the start.

    >>> equal_prefix([1, 2, 3], [1, 2, 4])
    2
    """
    pairs = enumerate(zip(first, second, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(first), len(second)))


def to_json(report: Report) -> str:
    """Return the report as one JSON object."""
    values = asdict(report) | {"problems": report.problems, "passed": not report.exit_code}
    return json.dumps(values, indent=2, ensure_ascii=False) + "\n"


def to_markdown(report: Report) -> str:
    """Return the report as a page."""
    lines = ["# CPU against GPU", "", f"Machine: {report.machine}.", ""]
    lines += [f"- {device}" for device in report.devices]
    lines += ["", "## Parity", ""]
    lines += [
        "| model | --gpu-layers | placement | max \\|Δ\\| | KL | relative | argmax | greedy |  |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {p.model} | {p.gpu_layers} | {p.placement} | {p.max_difference:.2g} | {p.kl:.1e} "
        f"| {p.relative_error:.4f} | {p.same_argmax:.1%} | {p.equal_tokens}/{p.greedy_tokens} "
        f"| {p.problem or 'ok'} |"
        for p in report.parity
    ]
    lines += ["", "## Speed, tokens/s", ""]
    lines += ["| model | measure | CPU | GPU | ratio |", "|---|---|---|---|---|"]
    lines += [
        f"| {s.model} | {s.measure} | {s.cpu:.0f} | {s.gpu:.0f} | {s.gpu / s.cpu:.1f} |"
        for s in report.speed
    ]
    lines += ["", "## The automatic plan", ""]
    lines += ["| model | plan | placement | planned, GiB | taken, GiB |  |"]
    lines += ["|---|---|---|---|---|---|"]
    lines += [
        f"| {p.model} | {p.plan} | {p.placement} | {p.planned_bytes / GIB:.2f} "
        f"| {p.taken_bytes / GIB:.2f} | {p.problem or 'ok'} |"
        for p in report.placed
    ]
    return "\n".join(lines) + "\n"
