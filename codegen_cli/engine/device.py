"""A device that computes, as ggml describes it, and which of them get layers of a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

DeviceKind = Literal["cpu", "gpu", "igpu", "accel"]

GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Device:
    """Something that computes. Both sizes are 0 where it does not tell its memory."""

    name: str
    description: str
    kind: DeviceKind
    free_bytes: int
    total_bytes: int

    @property
    def memory(self) -> str:
        """Say how much memory is free; of main memory ggml only tells the size."""
        if not self.total_bytes:
            return "memory unknown"
        if self.kind == "cpu":
            return f"{self.total_bytes / GIB:.1f} GiB"
        return f"{self.free_bytes / GIB:.1f} of {self.total_bytes / GIB:.1f} GiB free"

    def __str__(self) -> str:
        return f"{self.name} ({self.description}, {self.memory})"


def usable_gpus(devices: Sequence[Device]) -> tuple[Device, ...]:
    """Return the devices that llama.cpp gives layers to: integrated GPUs only without others.

    The order is llama.cpp's, so an index here is its `main_gpu` (`src/llama.cpp`,
    llama_prepare_model_devices).
    """
    return tuple(d for d in devices if d.kind == "gpu") or tuple(
        d for d in devices if d.kind == "igpu"
    )
