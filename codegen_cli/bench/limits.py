"""Measure what the CPU can do at best, with NumPy, in this process."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from codegen_cli.bench.plan import Plan
from codegen_cli.bench.records import Limits
from codegen_cli.errors import Interrupted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Of several tries the best one counts: everything that disturbs a limit makes it lower.
_TRIES = 8


def measure_limits(plan: Plan, threads: int, should_stop: Callable[[], bool]) -> Limits:
    """Measure the read bandwidth of memory and the speed of a float32 matrix product.

    Raises:
        Interrupted: `should_stop` said so.
    """
    return Limits(
        read_bytes=_read_bandwidth(plan.read_bytes, threads, should_stop),
        matmul_flops=_matmul_peak(plan.matmul_size, should_stop),
    )


def _read_bandwidth(size: int, threads: int, should_stop: Callable[[], bool]) -> float:
    """Return bytes a second: each thread takes the maximum of its part of one large array.

    NumPy's maximum of float32 is one vector instruction a load, and it releases the GIL.
    """
    import numpy as np

    array = np.ones(size // 4, np.float32)
    parts = np.array_split(array, threads)

    def read(part: NDArray[np.float32]) -> float:
        return float(part.max())

    with ThreadPoolExecutor(threads) as pool:
        return size / _best(lambda: list(pool.map(read, parts)), should_stop)


def _matmul_peak(size: int, should_stop: Callable[[], bool]) -> float:
    """Return operations a second of a square product, on as many threads as NumPy's BLAS takes."""
    import numpy as np

    left = np.random.default_rng(0).standard_normal((size, size), dtype=np.float32)
    out = np.empty_like(left)
    return 2.0 * size**3 / _best(lambda: np.matmul(left, left, out=out), should_stop)


def _best(work: Callable[[], object], should_stop: Callable[[], bool]) -> float:
    """Return the shortest time of several tries, in seconds."""
    best = float("inf")
    for _ in range(_TRIES):
        if should_stop():
            raise Interrupted()
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best
