"""Second pass: which documents have an earlier one like them, one partition of keys at a time."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.data.arrays import Table, load_mapped, rows_between, save
from models.data.dedup.kinds import EXACT, HALF, ROW
from models.data.partition import Partition
from models.data.settings import DedupSettings
from models.data.stage import Work
from models.data.tally import Tally

#: Documents of one group that a new one is compared with; the report counts groups that have more.
_MOST_COMPARED = 256


def duplicates_work(settings: DedupSettings, keys: Path, shards: int) -> Work[Partition]:
    """Return the work of the second pass over the keys of so many shards."""
    return functools.partial(_duplicates_in, settings, keys, shards)


def _duplicates_in(
    settings: DedupSettings, keys: Path, shards: int, folder: Path, number: int, part: Partition
) -> tuple[list[str], Tally]:
    tally = Tally()
    table = _gather(keys, shards, part)
    tally.bytes_in = table.nbytes
    signatures = Signatures(keys)
    found: list[tuple[int, int, int]] = []
    for kind, group in _groups(table):
        if kind == EXACT:
            found += [(int(one), int(group[0]), EXACT) for one in group[1:]]
            continue
        near, crowded = near_duplicates(group, signatures, settings.threshold)
        found += [(one, kept, kind) for one, kept in near]
        tally.counted["crowded groups"] += crowded
    tally.counted["pairs"] = len(found)
    drops = np.array(sorted(found), np.uint64).reshape(-1, 3).T
    name = f"duplicates-{number:05d}.npy"
    save(folder / name, drops)
    return [name], tally


def _gather(keys: Path, shards: int, part: Partition) -> Table:
    """Return columns (high, low, kind, document) of a partition, sorted."""
    pieces = []
    for shard in range(shards):
        piece = rows_between(load_mapped(keys / f"keys-{shard:05d}.npy"), part.low, part.high)
        kind, row = piece[2] >> HALF, piece[2] & ROW
        document = np.uint64(shard) << HALF | row
        pieces.append(np.vstack([piece[0], piece[1], kind, document]))
    table = np.hstack(pieces) if pieces else np.zeros((4, 0), np.uint64)
    return np.asarray(table[:, np.lexsort(table[::-1])], dtype=np.uint64)


def _groups(table: Table) -> Iterator[tuple[int, NDArray[np.uint64]]]:
    """Yield the kind and the documents of each key that several documents have."""
    if table.shape[1] < 2:
        return
    changes = np.any(table[:2, 1:] != table[:2, :-1], axis=0)
    edges = np.concatenate([[0], np.flatnonzero(changes) + 1, [table.shape[1]]])
    for i in np.flatnonzero(np.diff(edges) > 1):
        begin, end = edges[i], edges[i + 1]
        yield int(table[2, begin]), table[3, begin:end]


class Signatures:
    """The signatures of documents, read from the disk where they are needed."""

    def __init__(self, folder: Path) -> None:
        self._load = functools.lru_cache(maxsize=64)(
            lambda shard: load_mapped(folder / f"signatures-{shard:05d}.npy")
        )

    def of(self, document: int) -> NDArray[np.uint32]:
        """Return the signature of a document."""
        shard, row = divmod(document, 1 << 32)
        return np.asarray(self._load(shard)[row], dtype=np.uint32)


def near_duplicates(
    group: NDArray[np.uint64], signatures: Signatures, threshold: float
) -> tuple[list[tuple[int, int]], bool]:
    """Return (document, kept) for those like an earlier kept one, and whether there were too many.

    Likeness is the share of equal numbers in the signatures: an estimate of Jaccard's index of the
    sets of shingles, with a standard error of sqrt(J(1-J)/permutations).
    """
    found: list[tuple[int, int]] = []
    kept = [int(group[0])]
    rows = signatures.of(kept[0])[None, :]
    for number in group[1:]:
        document = int(number)
        signature = signatures.of(document)
        likeness = (rows == signature).mean(axis=1)
        best = int(likeness.argmax())
        if likeness[best] >= threshold:
            found.append((document, kept[best]))
        elif len(kept) < _MOST_COMPARED:
            kept.append(document)
            rows = np.vstack([rows, signature[None, :]])
    return found, len(kept) == _MOST_COMPARED
