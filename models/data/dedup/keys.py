"""First pass: the keys and signatures of one shard's documents, keys sorted."""

from __future__ import annotations

import functools
from pathlib import Path

import numpy as np

from models.data.arrays import save
from models.data.dedup.kinds import EXACT, NEAR
from models.data.dedup.signature import Signature, Sketcher, sketcher, text_key
from models.data.documents import read_shard
from models.data.settings import DedupSettings
from models.data.stage import Work
from models.data.tally import Tally


def keys_work(settings: DedupSettings) -> Work[str]:
    """Return the work of the first pass: a unit is the path of a shard."""
    return functools.partial(_keys_of_shard, settings)


def _keys_of_shard(
    settings: DedupSettings, folder: Path, number: int, shard: str
) -> tuple[list[str], Tally]:
    tally = Tally()
    sketch = sketcher(settings) if settings.near else None
    keys: list[bytes] = []
    marks: list[int] = []
    signatures: list[Signature] = []
    nothing = np.zeros(settings.permutations, np.uint32)
    for row, document in enumerate(read_shard(Path(shard))):
        size = len(document.text.encode())
        tally.bytes_in += size
        tally.keep(size)
        keys.append(text_key(document.text))
        marks.append(EXACT << 32 | row)
        signature = sketch.signature(document.text) if sketch else None
        signatures.append(nothing if signature is None else signature)
        if sketch is not None and signature is not None:
            _add_bands(sketch, signature, row, keys, marks)
    names = [f"keys-{number:05d}.npy", f"signatures-{number:05d}.npy"]
    halves = np.frombuffer(b"".join(keys), ">u8").reshape(-1, 2).T.astype(np.uint64)
    table = np.vstack([halves, np.array(marks, np.uint64)[None, :]])
    save(folder / names[0], table[:, np.lexsort(table[::-1])])
    save(folder / names[1], np.array(signatures, np.uint32).reshape(-1, settings.permutations))
    return names, tally


def _add_bands(
    sketch: Sketcher, signature: Signature, row: int,
    keys: list[bytes], marks: list[int],
) -> None:  # fmt: skip
    for key in sketch.band_keys(signature):
        keys.append(key)
        marks.append(NEAR << 32 | row)
