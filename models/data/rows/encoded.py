"""Token shards: the ids of many documents one after another, where each ends, and their weights."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.data.arrays import load_mapped, save

#: What a weight of 1 is, as a byte.
FULL = 255

Ids = NDArray[np.unsignedinteger]


@dataclass(frozen=True, slots=True)
class Encoded:
    """Documents as ids [tokens], ends [documents] (exclusive), weights [tokens] or None."""

    ids: NDArray[np.generic]
    ends: NDArray[np.int64]
    weights: NDArray[np.generic] | None

    def pick(self, order: NDArray[np.int64]) -> Encoded:
        """Return some documents in another order."""
        ends = self.ends.tolist()
        begins = [0, *ends][:-1]
        spans = [slice(begins[i], ends[i]) for i in order.tolist()]
        lengths = [span.stop - span.start for span in spans]
        weights = None if self.weights is None else _picked(self.weights, spans)
        return Encoded(_picked(self.ids, spans), np.cumsum(lengths, dtype=np.int64), weights)


def _picked(array: NDArray[np.generic], spans: list[slice]) -> NDArray[np.generic]:
    # Slices, not indices: eight bytes a token would be four times the tokens themselves.
    return np.concatenate([array[:0], *(array[span] for span in spans)])


def dtype_for(vocab_size: int) -> type[np.unsignedinteger]:
    """Return the smallest type that holds every id."""
    return np.uint16 if vocab_size <= 1 << 16 else np.uint32


def write_encoded(folder: Path, stem: str, encoded: Encoded) -> list[str]:
    """Write a token shard and return the names of its files."""
    parts = {"ids": encoded.ids, "ends": encoded.ends, "weights": encoded.weights}
    names = []
    for part, array in parts.items():
        if array is not None:
            names.append(f"{stem}.{part}.npy")
            save(folder / names[-1], array)
    return names


def read_encoded(folder: Path, stem: str) -> Encoded:
    """Return a token shard, mapped: what is looked at is read."""
    weights = folder / f"{stem}.weights.npy"
    return Encoded(
        load_mapped(folder / f"{stem}.ids.npy"),
        np.asarray(load_mapped(folder / f"{stem}.ends.npy"), dtype=np.int64),
        load_mapped(weights) if weights.exists() else None,
    )


def join(parts: list[Encoded], dtype: type[np.unsignedinteger]) -> Encoded:
    """Return the documents of several shards as one; where some have weights, the others' are 1."""
    ids = np.concatenate([np.zeros(0, dtype), *(part.ids for part in parts)]).astype(dtype)
    sizes = np.cumsum([0, *(len(part.ids) for part in parts)])
    ends = [part.ends + shift for part, shift in zip(parts, sizes, strict=False)]
    some = any(part.weights is not None for part in parts)
    weights = np.concatenate([_weights(part) for part in parts]) if some else None
    return Encoded(ids, np.concatenate([np.zeros(0, np.int64), *ends]), weights)


def _weights(part: Encoded) -> NDArray[np.generic]:
    if part.weights is None:
        return np.full(len(part.ids), FULL, np.uint8)
    return part.weights
