"""JSON lines, plain or gzipped: read from files that may be broken or hostile, written whole."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from codegen_cli.errors import UsageError
from codegen_cli.files import is_special, place, temporary_beside
from codegen_cli.program.json_lines import Record, parse_record

#: 32,800 samples have some 30 MB; a gzipped bomb has terabytes.
MOST_BYTES = 2 << 30
MOST_LINE_BYTES = 64 << 20

_GZIP = b"\x1f\x8b"


def read_records(path: Path, *, torn: bool = False) -> Iterator[Record]:
    """Yield the JSON objects of a .jsonl or .jsonl.gz file; blank lines are skipped.

    With `torn`, a last line that has no line end and is no JSON is dropped: its writer was stopped.
    Read it inside `naming`, which puts the file's name before the errors.

    Raises:
        UsageError: naming the line, and the field where there is one.
    """
    for number, raw in enumerate(_raw_lines(path), 1):
        try:
            line = _text(raw, number)
            record = parse_record(line, number) if line.strip() else None
        except UsageError:
            if torn and not raw.endswith(b"\n"):
                return
            raise
        if record is not None:
            yield record


def read_text(path: Path, most_bytes: int = MOST_BYTES) -> str:
    """Return the text of a file, gunzipped where it is gzipped; use it inside `naming`.

    Raises:
        UsageError: it is too large or not UTF-8.
    """
    with _opened(path) as stream:
        data = stream.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise UsageError(f"larger than {most_bytes >> 20} MiB", "give the right file")
    return _text(data, None)


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write JSON lines whole or not at all, gzipped for a name that ends in .gz.

    Raises:
        CodegenError: the disk refuses.
    """
    with temporary_beside(path) as temporary:
        with _created(temporary, zipped=path.suffix == ".gz") as stream:
            for row in rows:
                # ASCII, for a sample may hold half a surrogate pair, which UTF-8 has no bytes for.
                stream.write(json.dumps(row).encode("ascii") + b"\n")
        place(temporary, path)


def check_regular(path: Path) -> None:
    """Refuse a pipe or device: what reads it does so more than once.

    Raises:
        UsageError: it is one.
    """
    if is_special(path):
        raise UsageError(f'"{path}" is a pipe or a device', "save it as a file first")


def first_character(path: Path) -> str:
    """Return the first character that is no white space, gunzipped where it is gzipped."""
    with _opened(path) as stream:
        return stream.read(4096).decode("utf-8-sig", "replace").lstrip()[:1]


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Put a file's name before every error in it."""
    try:
        yield
    except UsageError as error:
        raise UsageError(f'"{path}": {error.message}', error.hint) from error
    # gzip raises EOFError for a file cut short and zlib.error for a damaged one.
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f'cannot read "{path}": {reason}', "check the file") from error


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    with path.open("rb") as stream:
        zipped = stream.read(len(_GZIP)) == _GZIP
        stream.seek(0)
        if not zipped:
            yield stream
            return
        with gzip.open(stream) as unzipped:
            yield cast(IO[bytes], unzipped)


@contextmanager
def _created(path: Path, *, zipped: bool) -> Iterator[IO[bytes]]:
    with path.open("wb") as stream:
        if not zipped:
            yield stream
            return
        # Without a name and a time, the same rows give the same bytes.
        with gzip.GzipFile("", "wb", fileobj=stream, mtime=0) as packed:
            yield cast(IO[bytes], packed)


def _raw_lines(path: Path) -> Iterator[bytes]:
    total = 0
    with _opened(path) as stream:
        while line := stream.readline(MOST_LINE_BYTES + 1):
            total += len(line)
            if len(line) > MOST_LINE_BYTES or total > MOST_BYTES:
                what = "a line" if len(line) > MOST_LINE_BYTES else "the text"
                most = MOST_LINE_BYTES if len(line) > MOST_LINE_BYTES else MOST_BYTES
                raise UsageError(f"{what} is larger than {most >> 20} MiB", "give the right file")
            yield line


def _text(data: bytes, line: int | None) -> str:
    try:
        # The byte order mark of an editor is no part of the text.
        return data.decode("utf-8-sig" if line in (None, 1) else "utf-8")
    except UnicodeDecodeError as error:
        where = f"line {line}: " if line else ""
        raise UsageError(f"{where}not UTF-8", "convert it to UTF-8 first") from error
