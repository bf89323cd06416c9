"""Do a unit of reading: write its documents into shards of bounded size."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from codegen_cli.errors import CodegenError
from models.data.documents import Document, ShardWriter, write_shard
from models.data.languages import every_language
from models.data.read.archive import read_archive
from models.data.read.folder import read_files
from models.data.read.found import Found
from models.data.read.hub import open_remote
from models.data.read.plan import ReadUnit
from models.data.read.records import Columns, read_records
from models.data.settings import ReadSettings
from models.data.stage import Work
from models.data.tally import Tally


def read_work(settings: ReadSettings) -> Work[ReadUnit]:
    """Return the work of the read stage."""
    return functools.partial(_read_unit, settings)


def _read_unit(
    settings: ReadSettings, folder: Path, number: int, unit: ReadUnit
) -> tuple[list[str], Tally]:
    tally = Tally()
    names: list[str] = []
    with ExitStack() as stack:
        writer: ShardWriter | None = None
        for found, size in _found(unit, settings):
            tally.bytes_in += size
            if not isinstance(found, Document):
                tally.drop(found.why)
                continue
            if writer is None or writer.size >= settings.shard_bytes:
                stack.close()
                names.append(f"docs-{number:05d}-{len(names):04d}.jsonl{settings.compression}")
                writer = stack.enter_context(write_shard(folder / names[-1]))
            before = writer.size
            writer.add(found)
            tally.keep(writer.size - before)
    return names, tally


def _found(unit: ReadUnit, settings: ReadSettings) -> Iterator[tuple[Found, int]]:
    most = settings.max_bytes
    wanted = frozenset(unit.languages)
    if unit.kind == "files" or unit.kind == "prose":
        yield from read_files(unit.where, unit.names, unit.kind, most)
    elif unit.kind == "archive":
        limits = settings.archive_bytes, settings.archive_ratio
        yield from read_archive(Path(unit.where), wanted or every_language(), most, *limits)
    elif unit.kind == "records":
        path = Path(unit.where)
        try:
            with path.open("rb") as stream:
                yield from read_records(stream, path.name, Columns(unit.column, wanted), most)
        except OSError as error:
            raise CodegenError(f'cannot read "{path}": {error.strerror}') from error
    else:
        for name in unit.names:
            with open_remote(unit.where, unit.commit, name) as stream:
                columns = Columns(unit.column, wanted)
                yield from read_records(stream, f"{unit.where}/{name}", columns, most)
