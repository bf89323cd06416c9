"""Filter one shard."""

from __future__ import annotations

import functools
from collections import Counter
from pathlib import Path

from models.data.documents import read_shard, write_shard
from models.data.filter.redact import redact
from models.data.filter.rules import refusal
from models.data.settings import FilterSettings
from models.data.stage import Work
from models.data.tally import Tally


def filter_work(settings: FilterSettings) -> Work[str]:
    """Return the work of the filter stage: a unit is the path of a shard."""
    return functools.partial(_filter_shard, settings)


def _filter_shard(
    settings: FilterSettings, folder: Path, number: int, shard: str
) -> tuple[list[str], Tally]:
    del number
    path, tally = Path(shard), Tally()
    with write_shard(folder / path.name) as writer:
        for document in read_shard(path):
            tally.bytes_in += len(document.text.encode())
            why = refusal(document, settings)
            if why:
                tally.drop(why)
                continue
            found: Counter[str] = Counter()
            if settings.redact:
                document, found = redact(document)
                tally.counted += found
            tally.counted["documents with removals"] += bool(found)
            before = writer.size
            writer.add(document)
            tally.keep(writer.size - before)
    return [path.name], tally
