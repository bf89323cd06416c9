"""Step 4: a random order of all documents, in two passes that never hold more than a bucket.

Each document gets a random key. The first pass sorts every shard by it; the second gathers, for
each range of keys, the slices of all shards, and sorts them together.
"""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.data.arrays import load_mapped, save
from models.data.partition import Partition
from models.data.rows.encoded import Encoded, dtype_for, join, read_encoded, write_encoded
from models.data.stage import Work
from models.data.tally import Tally


def random_keys(seed: int, shard: int, count: int) -> NDArray[np.uint64]:
    """Return a random key for each document of a shard.

    Philox's raw output is a counter's cipher: NumPy keeps it the same in all releases.
    """
    return np.asarray(np.random.Philox(key=[seed, shard]).random_raw(count), dtype=np.uint64)


def sort_work(tokens: Path, seed: int) -> Work[int]:
    """Return the work of the first pass: a unit is the number of a token shard."""
    return functools.partial(_sort, tokens, seed)


def _sort(
    tokens: Path, seed: int, folder: Path, number: int, shard: int
) -> tuple[list[str], Tally]:
    encoded = read_encoded(tokens, f"tokens-{shard:05d}")
    keys = random_keys(seed, shard, len(encoded.ends))
    order = np.argsort(keys, kind="stable")
    picked = encoded.pick(order)
    names = write_encoded(folder, f"sorted-{number:05d}", picked)
    keys_name = f"sorted-{number:05d}.keys.npy"
    save(folder / keys_name, keys[order])
    return [*names, keys_name], _tally(picked)


def bucket_work(tokens: Path, shards: int, vocab_size: int) -> Work[Partition]:
    """Return the work of the second pass: a unit is a range of keys over so many sorted shards."""
    return functools.partial(_bucket, tokens, shards, vocab_size)


def _bucket(
    sorted_: Path, shards: int, vocab_size: int, folder: Path, number: int, part: Partition
) -> tuple[list[str], Tally]:
    pieces, keys = [], []
    for shard in range(shards):
        stem = f"sorted-{shard:05d}"
        here = load_mapped(sorted_ / f"{stem}.keys.npy")
        begin = int(np.searchsorted(here, np.uint64(part.low), side="left"))
        end = int(np.searchsorted(here, np.uint64(part.high), side="right"))
        pieces.append(_slice(read_encoded(sorted_, stem), begin, end))
        keys.append(np.asarray(here[begin:end], dtype=np.uint64))
    together = join(pieces, dtype_for(vocab_size))
    picked = together.pick(np.argsort(np.concatenate(keys), kind="stable"))
    return write_encoded(folder, f"shuffled-{number:05d}", picked), _tally(picked)


def _slice(encoded: Encoded, begin: int, end: int) -> Encoded:
    first = int(encoded.ends[begin - 1]) if begin else 0
    last = int(encoded.ends[end - 1]) if end > begin else first
    weights = None if encoded.weights is None else encoded.weights[first:last]
    return Encoded(encoded.ids[first:last], encoded.ends[begin:end] - first, weights)


def _tally(encoded: Encoded) -> Tally:
    size = encoded.ids.nbytes
    tally = Tally(len(encoded.ends), size, size)
    tally.counted["tokens"] = len(encoded.ids)
    return tally
