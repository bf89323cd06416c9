"""A small model's sizes and rows for the tests of the trainer, with NumPy alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from models.train.shape import ModelShape

SHAPE = ModelShape(layers=2, width=32, heads=4, rotary=4, vocab=64, context=32)


def write_rows(folder: Path, rows: int = 24, length: int = 16, weights: bool = True) -> Path:
    """Write rows of an order that can be learned: each token follows from the one before."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(3)
    tokens = np.empty((rows, length), np.uint16)
    tokens[:, 0] = rng.integers(0, 60, rows)
    for at in range(1, length):
        tokens[:, at] = (tokens[:, at - 1] * 7 + 3) % 60
    np.save(folder / "rows-00000.npy", tokens)
    shard: dict[str, Any] = {"rows": "rows-00000.npy", "weights": None, "count": rows}
    if weights:
        np.save(folder / "weights-00000.npy", rng.integers(1, 256, (rows, length), np.uint8))
        shard["weights"] = "weights-00000.npy"
    manifest = {"format": 1, "row_length": length, "vocab_size": 60, "shards": [shard]}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder
