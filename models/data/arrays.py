"""Arrays on the disk: written whole, read where they are looked at, searched without the rest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.data.streams import whole

Table = NDArray[np.uint64]


def save(path: Path, table: NDArray[np.generic]) -> None:
    """Write an array whole or not at all."""
    with whole(path) as stream:
        np.lib.format.write_array(stream, np.ascontiguousarray(table), allow_pickle=False)


def load_mapped(path: Path) -> NDArray[np.generic]:
    """Return an array whose parts are read when they are looked at."""
    array: NDArray[np.generic] = np.load(path, mmap_mode="r", allow_pickle=False)
    return array


def rows_between(table: NDArray[np.generic], low: int, high: int) -> Table:
    """Return the columns of a table, sorted by its first, where `low` <= first <= `high`."""
    first = table[0]
    begin = np.searchsorted(first, np.uint64(low), side="left")
    end = np.searchsorted(first, np.uint64(high), side="right")
    return np.array(table[:, begin:end], dtype=np.uint64)
