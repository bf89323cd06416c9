"""How fast a run is: tokens per second, the share of the hardware's peak, what is left."""

from __future__ import annotations

import time

import jax
import jax.numpy as jnp

from models.train.settings import Training

#: Peak bfloat16 operations per second of one device, from the makers' data sheets (dense).
_PEAKS = {
    "H100": 989e12,
    "H200": 989e12,
    "A100": 312e12,
    "L4": 121e12,
    "TPU v3": 123e12,
    "TPU v4": 275e12,
    "TPU v5 lite": 197e12,
    "TPU v5": 459e12,
}

#: The square matrices whose product measures a device nobody knows.
_SIDE = 1024


def peak_flops(training: Training) -> float:
    """Return the operations per second of all devices: as set, from the table, or measured."""
    devices = len(jax.devices())
    if training.peak_tflops:
        return training.peak_tflops * 1e12 * devices
    kind = jax.devices()[0].device_kind
    known = [peak for name, peak in _PEAKS.items() if name in kind]
    if known and training.dtype == "bfloat16":
        return known[0] * devices
    # Devices that are forced on one CPU share its cores, so they are measured as one.
    return _measured(training.dtype) * (1 if jax.default_backend() == "cpu" else devices)


def _measured(dtype: str) -> float:
    """Return the best of some matrix products of this type."""
    square = jnp.ones((_SIDE, _SIDE), dtype)
    product = jax.jit(jnp.matmul)
    product(square, square).block_until_ready()
    best = float("inf")
    for _ in range(5):
        begin = time.perf_counter()
        product(square, square).block_until_ready()
        best = min(best, time.perf_counter() - begin)
    return 2 * _SIDE**3 / best


class Clock:
    """Time spent in steps alone, without saving, evaluation and compilation."""

    def __init__(self) -> None:
        self._spent = 0.0
        self._since = time.perf_counter()
        self._steps = 0

    def restart(self) -> None:
        """Begin to count again, without what came before."""
        self._spent, self._steps, self._since = 0.0, 0, time.perf_counter()

    def pause(self) -> None:
        """Stop counting."""
        self._spent += time.perf_counter() - self._since

    def go_on(self) -> None:
        """Count again."""
        self._since = time.perf_counter()

    def step(self) -> None:
        """Count one step."""
        self._steps += 1

    def seconds_per_step(self) -> float:
        """Return the mean since the restart; 0 before the first step."""
        spent = self._spent + time.perf_counter() - self._since
        return spent / self._steps if self._steps else 0.0


def duration(seconds: float) -> str:
    """Return a duration as a person says it: 42s, 7m05s, 3h20m."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
