"""The text that a tokenizer is trained on: a share of every shard, the same on every run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from models.data.documents import read_shard


def sample(shards: Iterable[Path], most: int) -> Iterator[str]:
    """Yield texts of about `most` bytes in all, from every shard the same share of its beginning.

    Shards of source files stand in the order of their paths: beginnings of many shards are a
    wider choice than the whole of a few.
    """
    paths = sorted(shards)
    total = sum(path.stat().st_size for path in paths)
    share = min(1.0, most / max(total, 1))
    for path in paths:
        left = share * path.stat().st_size
        for document in read_shard(path):
            if left <= 0:
                break
            left -= len(document.text.encode())
            yield document.text
