"""Step 5: one long stream of tokens, cut into rows of equal length.

The documents already end with the end of text, so a row is a slice of the stream: each shard of
rows is cut by itself, whatever the order in which that is done.
"""

from __future__ import annotations

import functools
from bisect import bisect_right
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.data.arrays import load_mapped, save
from models.data.rows.encoded import FULL
from models.data.stage import Work
from models.data.tally import Tally


@dataclass(frozen=True, slots=True)
class RowFormat:
    """The shape of rows, and what fills the last one if it is kept."""

    length: int
    per_shard: int
    pad_last: bool
    end_of_text: int
    weighted: bool


def rows_in(tokens: int, form: RowFormat) -> int:
    """Return how many rows so many tokens give."""
    return -(-tokens // form.length) if form.pad_last else tokens // form.length


def concatenate_work(shuffled: Path, sizes: tuple[int, ...], form: RowFormat) -> Work[int]:
    """Return the work of this stage; `sizes` are the tokens of each bucket, a unit a shard."""
    return functools.partial(_concatenate, shuffled, sizes, form)


def _concatenate(
    shuffled: Path, sizes: tuple[int, ...], form: RowFormat, folder: Path, number: int, shard: int
) -> tuple[list[str], Tally]:
    total = rows_in(sum(sizes), form)
    count = min(form.per_shard, total - shard * form.per_shard)
    begin = shard * form.per_shard * form.length
    names = [f"rows-{number:05d}.npy"]
    ids = _cut(shuffled, "ids", sizes, begin, count * form.length)
    filled = len(ids)
    ids = np.pad(ids, (0, count * form.length - filled), constant_values=form.end_of_text)
    save(folder / names[0], ids.reshape(count, form.length))
    tally = Tally(count, 0, ids.nbytes)
    tally.bytes_in = filled * ids.itemsize
    tally.counted["tokens"] = filled
    if form.weighted:
        names.append(f"weights-{number:05d}.npy")
        weights = _cut(shuffled, "weights", sizes, begin, count * form.length)
        weights = np.pad(weights, (0, count * form.length - filled))
        save(folder / names[1], weights.reshape(count, form.length))
    return names, tally


def _cut(
    shuffled: Path, part: str, sizes: tuple[int, ...], begin: int, count: int
) -> NDArray[np.generic]:
    """Return `count` numbers of the stream from `begin` on, fewer at its end."""
    edges = np.cumsum([0, *sizes]).tolist()
    pieces = []
    bucket = bisect_right(edges, begin) - 1
    while count and bucket < len(sizes):
        skip = max(0, begin - edges[bucket])
        size = min(count, sizes[bucket] - skip)
        pieces.append(_part(shuffled, bucket, part, skip, size))
        count -= size
        bucket += 1
    return np.concatenate(pieces)


def _part(shuffled: Path, bucket: int, part: str, skip: int, size: int) -> NDArray[np.generic]:
    path = shuffled / f"shuffled-{bucket:05d}.{part}.npy"
    if part == "weights" and not path.exists():
        return np.full(size, FULL, np.uint8)
    return load_mapped(path)[skip : skip + size]
