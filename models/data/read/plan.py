"""Divide the inputs of a corpus into units of work, a line each in a file.

The plan is made once: what is read later is what was there then.
"""

from __future__ import annotations

import glob
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from codegen_cli.errors import UsageError
from models.data.languages import language_of
from models.data.read import archive, records
from models.data.read.found import is_sampled
from models.data.read.hub import data_files
from models.data.read.machine import languages_of, roots_of
from models.data.read.prose import has_prose
from models.data.read.walk import walk
from models.data.settings import Corpus, Source
from models.data.streams import whole

#: What one unit reads of a folder.
_UNIT_BYTES = 16_000_000
_UNIT_FILES = 4000

_OUTSIDE_LIBRARY = frozenset({"site-packages", "dist-packages"})


@dataclass(frozen=True, slots=True)
class ReadUnit:
    """Files of a folder, one archive, one file of records, or one on the Hub."""

    kind: Literal["files", "prose", "archive", "records", "hub"]
    where: str
    names: list[str] = field(default_factory=list)
    column: str = ""
    languages: list[str] = field(default_factory=list)
    commit: str = ""


def write_plan(path: Path, corpus: Corpus) -> None:
    """Write the units of a corpus, unless they are written.

    Raises:
        UsageError: an input is not there or is of no known kind.
        CodegenError: the Hub cannot be reached.
    """
    if path.exists():
        return
    count = 0
    with whole(path) as stream:
        for source in corpus.inputs:
            for unit in _units(source, corpus.read.max_bytes):
                stream.write(json.dumps(asdict(unit)).encode() + b"\n")
                count += 1
        if not count:
            raise UsageError(f"corpus.{corpus.name}: there is nothing to read in its inputs")


def read_plan(path: Path) -> Iterator[ReadUnit]:
    """Yield the units of a plan."""
    with path.open("rb") as stream:
        for line in stream:
            fields: dict[str, Any] = json.loads(line)
            yield ReadUnit(**fields)


def _units(source: Source, most: int) -> Iterator[ReadUnit]:
    if source.hub:
        commit, names = data_files(source.hub, source.revision, source.files)
        for name in names:
            if is_sampled(name, source.sample):
                yield ReadUnit(
                    "hub", source.hub, [name], source.column, list(source.languages), commit
                )
        return
    if source.collect:
        wanted = languages_of(source)
        for root in roots_of(source):
            yield from _folder(root, source, wanted, most)
        return
    paths = [Path(path) for path in sorted(glob.glob(source.path))]  # noqa: PTH207 (absolute)
    if not paths:
        raise UsageError(f'no such file or folder: "{source.path}"', "check the inputs")
    for path in paths:
        yield from _path(path, source, most)


def _path(path: Path, source: Source, most: int) -> Iterator[ReadUnit]:
    languages = sorted(source.languages)
    if path.is_dir():
        yield from _folder(path, source, frozenset(source.languages), most)
    elif path.name.endswith(archive.ENDINGS):
        yield ReadUnit("archive", str(path), languages=languages)
    elif path.name.endswith(records.NAMED_ENDINGS):
        yield ReadUnit("records", str(path), [], source.column, languages)
    else:
        raise UsageError(
            f'cannot read "{path}"', "give a folder, .jsonl, .parquet, .tar, .zip or a glob of them"
        )


def _folder(root: Path, source: Source, languages: frozenset[str], most: int) -> Iterator[ReadUnit]:
    """Yield units of files that are not too large, and a unit for each file of records."""
    kind: Literal["files", "prose"] = "prose" if source.collect == "nl" else "files"
    skip = _OUTSIDE_LIBRARY if source.collect else frozenset()
    names: list[str] = []
    size = 0
    for name, bytes_ in walk(root, skip):
        if not is_sampled(name, source.sample):
            continue
        if not source.collect and name.endswith(records.ENDINGS):
            yield ReadUnit("records", str(root / name), [], source.column, sorted(languages))
        elif _is_wanted(name, kind, languages):
            if size + min(bytes_, most) > _UNIT_BYTES or len(names) == _UNIT_FILES:
                yield ReadUnit(kind, str(root), names)
                names, size = [], 0
            names.append(name)
            size += min(bytes_, most)
    if names:
        yield ReadUnit(kind, str(root), names)


def _is_wanted(name: str, kind: str, languages: frozenset[str]) -> bool:
    if kind == "prose":
        return has_prose(name)
    language = language_of(name)
    return bool(language) and (not languages or language in languages)
