"""Third pass: write a shard without the documents that have an earlier one like them."""

from __future__ import annotations

import functools
from pathlib import Path

from models.data.arrays import load_mapped, rows_between
from models.data.dedup.kinds import EXACT
from models.data.documents import read_shard, write_shard
from models.data.stage import Work
from models.data.tally import Tally


def survivors_work(duplicates: list[Path]) -> Work[str]:
    """Return the work of the third pass: a unit is the path of a shard."""
    return functools.partial(_survivors, duplicates)


def _survivors(
    duplicates: list[Path], folder: Path, number: int, shard: str
) -> tuple[list[str], Tally]:
    path, tally = Path(shard), Tally()
    dropped = _dropped(duplicates, number)
    with write_shard(folder / path.name) as writer:
        for row, document in enumerate(read_shard(path)):
            tally.bytes_in += len(document.text.encode())
            if row in dropped:
                tally.drop("exact duplicate" if dropped[row] == EXACT else "near duplicate")
                continue
            before = writer.size
            writer.add(document)
            tally.keep(writer.size - before)
    return [path.name], tally


def _dropped(duplicates: list[Path], shard: int) -> dict[int, int]:
    """Return the rows of a shard to drop; of the kinds of duplicate, exact goes before near."""
    rows: dict[int, int] = {}
    for path in duplicates:
        table = rows_between(load_mapped(path), shard << 32, (shard + 1 << 32) - 1)
        for document, kind in zip(table[0].tolist(), table[2].tolist(), strict=True):
            row = document & 0xFFFFFFFF
            rows[row] = min(rows.get(row, kind), kind)
    return rows
