"""Folders of rows: token ids and loss weights, mapped, in an order that a number determines."""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen_cli.errors import UsageError

#: What a weight of 1 is, as a byte.
_FULL = 255

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some sequences: token ids [B, S] int32 and the loss weight of each token [B, S] float32."""

    tokens: Array
    weights: Array


class Sequences:
    """The sequences of a folder of rows; each row holds `row_length / sequence` of them."""

    def __init__(
        self, shards: list[tuple[Array, Array | None]], sequence: int, fingerprint: str
    ) -> None:
        self.fingerprint = fingerprint
        self._shards = shards
        self._sequence = sequence
        per_row = shards[0][0].shape[1] // sequence
        self._per_row = per_row
        self._ends = np.cumsum([len(tokens) * per_row for tokens, _ in shards])

    def __len__(self) -> int:
        return int(self._ends[-1])

    def at(self, indices: Array) -> Batch:
        """Return these sequences."""
        tokens = np.empty((len(indices), self._sequence), np.int32)
        weights = np.ones((len(indices), self._sequence), np.float32)
        for i, index in enumerate(indices):
            shard = int(np.searchsorted(self._ends, index, side="right"))
            begin = self._ends[shard - 1] if shard else 0
            row, part = divmod(int(index - begin), self._per_row)
            place = slice(part * self._sequence, (part + 1) * self._sequence)
            ids, weighed = self._shards[shard]
            tokens[i] = ids[row, place]
            if weighed is not None:
                weights[i] = weighed[row, place].astype(np.float32) / _FULL
        return Batch(tokens, weights)


def order(count: int, seed: int, begin: int, size: int) -> Array:
    """Return the indices of `size` sequences from position `begin` of an endless order.

    Each pass over the `count` sequences has a permutation of its own, which the seed and the number
    of the pass determine: the position is all there is to resume.
    """
    taken = []
    while size:
        epoch, offset = divmod(begin, count)
        part = _permutation(count, seed, epoch)[offset : offset + size]
        taken.append(part)
        begin += len(part)
        size -= len(part)
    return np.concatenate(taken)


@functools.lru_cache(maxsize=2)
def _permutation(count: int, seed: int, epoch: int) -> Array:
    return np.random.default_rng((seed, epoch)).permutation(count)


def read_rows(folder: Path, sequence: int, vocab: int) -> Sequences:
    """Open a folder of rows.

    Raises:
        UsageError: it is not one, or does not fit the model or the sequence length.
    """
    manifest = _manifest(folder)
    length = int(manifest["row_length"])
    if length % sequence:
        raise UsageError(
            f'the rows in "{folder}" have {length} tokens: not a multiple of sequence = {sequence}'
        )
    if int(manifest["vocab_size"]) > vocab:
        raise UsageError(
            f'the rows in "{folder}" were made with {manifest["vocab_size"]} token ids, '
            f"the model has {vocab}",
            "make them with the model's tokenizer",
        )
    shards = [_shard(folder, entry, length) for entry in manifest["shards"]]
    if not sum(len(tokens) for tokens, _ in shards):
        raise UsageError(f'"{folder}" holds no rows')
    return Sequences(shards, sequence, _digest(folder))


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(
            f'"{folder}" is not a folder of rows: {error}', "make one: python -m models.data"
        ) from error
    keys = ("row_length", "vocab_size", "shards")
    missing = [k for k in keys if not isinstance(manifest, dict) or k not in manifest]
    if missing:
        raise UsageError(f'"{path}" has no {missing[0]}')
    if manifest.get("format") != 1:
        raise UsageError(f'"{path}" has format {manifest.get("format")}', "format 1 is read")
    return dict(manifest)


def _shard(folder: Path, entry: dict[str, Any], length: int) -> tuple[Array, Array | None]:
    tokens = _mapped(folder / entry["rows"])
    if tokens.shape != (entry["count"], length):
        raise UsageError(
            f'"{entry["rows"]}" has the shape {tokens.shape}, its manifest says '
            f"({entry['count']}, {length})"
        )
    weights = _mapped(folder / entry["weights"]) if entry.get("weights") else None
    if weights is not None and weights.shape != tokens.shape:
        raise UsageError(f'"{entry["weights"]}" has another shape than "{entry["rows"]}"')
    return tokens, weights


def _mapped(path: Path) -> Array:
    try:
        array: Array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise UsageError(f'cannot read "{path}": {error}', "make the rows again") from error
    return array


def _digest(folder: Path) -> str:
    """Return the SHA-256 of the manifest, which names that of each shard."""
    return hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
