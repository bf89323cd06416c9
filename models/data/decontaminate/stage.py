"""Look for benchmarks in one shard; what was found is listed beside the documents."""

from __future__ import annotations

import functools
import json
from pathlib import Path

from models.data.decontaminate.benchmarks import statements
from models.data.decontaminate.phrases import Phrases, phrases_of
from models.data.documents import read_shard, write_shard
from models.data.settings import DecontaminateSettings
from models.data.stage import Work
from models.data.streams import whole
from models.data.tally import Tally


def decontaminate_work(settings: DecontaminateSettings) -> Work[str]:
    """Return the work of this stage: a unit is the path of a shard."""
    return functools.partial(_decontaminate, settings)


@functools.cache
def _phrases(settings: DecontaminateSettings) -> Phrases:
    found = (one for name in settings.benchmarks for one in statements(Path(name)))
    return phrases_of(found, settings.words)


def _decontaminate(
    settings: DecontaminateSettings, folder: Path, number: int, shard: str
) -> tuple[list[str], Tally]:
    del number
    path, tally = Path(shard), Tally()
    phrases = _phrases(settings)
    listed = f"overlaps-{path.name.partition('.')[0]}.jsonl"
    with write_shard(folder / path.name) as writer, whole(folder / listed) as report:
        for document in read_shard(path):
            tally.bytes_in += len(document.text.encode())
            overlaps = list(phrases.overlaps(document.text))
            for problem, phrase in overlaps:
                row = {"source": document.source, "problem": problem, "phrase": phrase}
                report.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
                tally.counted[f"overlap: {problem}"] += 1
            tally.counted["documents with an overlap"] += bool(overlaps)
            if overlaps and settings.drop:
                tally.drop("benchmark")
                continue
            before = writer.size
            writer.add(document)
            tally.keep(writer.size - before)
    return [path.name, listed], tally
