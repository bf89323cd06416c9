"""Documents from JSONL (plain, .gz, .zst) and Parquet: our own shape, or a column of text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, BinaryIO

from models.data.documents import Document, from_fields
from models.data.languages import known, language_of
from models.data.read.found import DAMAGED, NO_DOCUMENT, TOO_LARGE, Found, Refused
from models.data.streams import COMPRESSIONS, lines, open_plain

#: What is read as records in a folder; `.json` only where it is named itself or on the Hub.
ENDINGS = (*(f".jsonl{packed}" for packed in ("", *COMPRESSIONS)), ".parquet")
NAMED_ENDINGS = (*ENDINGS, *(f".json{packed}" for packed in ("", *COMPRESSIONS)))

#: Where data sets keep the text, its path and its language, the first that is there.
_TEXT = ("text", "content", "code")
_PATH = ("source", "path", "max_stars_repo_path", "file_path", "url")
_LANGUAGE = ("language", "lang", "programming_language")

#: A JSON line is at most so many times as long as the text in it: \\u escapes.
_ESCAPED = 8

_ROWS = 256


@dataclass(frozen=True, slots=True)
class Columns:
    """The column of the text ("" for the usual names), and the languages that are wanted."""

    text: str
    languages: frozenset[str]


def read_records(
    stream: BinaryIO, name: str, columns: Columns, most: int
) -> Iterator[tuple[Found, int]]:
    """Yield what each line or row of a stream gives, and its size in bytes.

    A damaged file gives what came before the damage.
    """
    read = _parquet if name.endswith(".parquet") else _json_lines
    try:
        for fields in read(stream, name, columns, most):
            if isinstance(fields, Refused):
                yield fields, 0
                continue
            found = _document(fields, name, columns)
            size = len(found.text.encode()) if isinstance(found, Document) else 0
            yield (found, size) if size <= most else (Refused(TOO_LARGE), 0)
    except (EOFError, ValueError, OSError):
        yield Refused(DAMAGED), 0


def _json_lines(
    stream: BinaryIO, name: str, columns: Columns, most: int
) -> Iterator[Mapping[str, Any] | Refused]:
    del columns
    with open_plain(stream, name) as plain:
        for line in lines(plain, _ESCAPED * most + 4096):
            if line is None:
                yield Refused(TOO_LARGE)
            elif line.strip():
                yield _fields(line)


def _fields(line: bytes) -> Mapping[str, Any] | Refused:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return Refused(NO_DOCUMENT)
    return fields if isinstance(fields, dict) else Refused(NO_DOCUMENT)


def _parquet(
    stream: IO[bytes], name: str, columns: Columns, most: int
) -> Iterator[Mapping[str, Any] | Refused]:
    del name, most
    import pyarrow.parquet

    with pyarrow.parquet.ParquetFile(stream, buffer_size=1 << 20, pre_buffer=False) as file:
        there = file.schema_arrow.names
        wanted = {columns.text, *_TEXT, *_PATH, *_LANGUAGE, "weights"}
        names = [column for column in there if column in wanted]
        for batch in file.iter_batches(_ROWS, columns=names, use_threads=False):
            yield from batch.to_pylist()


def _document(fields: Mapping[str, Any], name: str, columns: Columns) -> Found:
    text = _first(fields, (columns.text,) if columns.text else _TEXT)
    path = _first(fields, _PATH)
    language = _first(fields, _LANGUAGE) or language_of(path)
    language = next((one for one in columns.languages if one.lower() == language.lower()), language)
    if columns.languages and language not in columns.languages and known(language):
        return Refused("other language")
    whole = {"text": text, "source": path or name, "language": language}
    document = from_fields({**whole, "weights": fields.get("weights")}) if text else None
    return Refused(NO_DOCUMENT) if document is None else document


def _first(fields: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((value for name in names if isinstance(value := fields.get(name), str)), "")
