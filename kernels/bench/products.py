"""Products alone: how near each kernel comes to what the machine can do, on one thread.

Weights are cycled through 400 MB of memory, so that they come from there as they do in a model.
Time is what the thread computed, so that other work on the machine matters less.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from blocks import TYPES, random_rows
from library import installed
from test_products import own_name

_K, _N = 1024, 4096
_MEMORY = 400_000_000
_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Speed:
    """Products and bytes of weights a second, best of all calls."""

    kernels: str
    type: str
    rows: int
    products: float
    bytes: float


def speeds(rows: tuple[int, ...]) -> Iterator[Speed]:
    """Yield the speed of each kernel but the plain one, on each type, for each number of rows."""
    library = installed()
    rng = np.random.default_rng(0)
    for type_ in TYPES:
        name = own_name(type_)
        one = library.packed(name, _K, _N)
        library.pack(name, _K, _N, one, random_rows(type_, _N, _K, rng))
        copies = np.tile(one, (max(1, _MEMORY // one.size), 1))
        for kernels in library.kernels[:-1]:
            for count in rows:
                x = rng.standard_normal((count, _K)).astype(np.float32)
                best, end, turn = float("inf"), time.thread_time() + _SECONDS, 0
                while turn < 3 or time.thread_time() < end:
                    weights = copies[turn % len(copies)]
                    start = time.thread_time()
                    library.multiply(kernels, name, _N, weights, x)
                    best, turn = min(best, time.thread_time() - start), turn + 1
                yield Speed(kernels, type_, count, count * _K * _N / best, one.size / best)
