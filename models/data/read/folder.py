"""Documents from files of a folder: as they are, or the prose inside them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from models.data.documents import Document
from models.data.languages import language_of
from models.data.read.found import TOO_LARGE, UNREADABLE, Found, Refused, text_of
from models.data.read.prose import prose_of

#: Take whole files, or their prose: docstrings, descriptions of packages.
Take = Literal["files", "prose"]


def read_files(root: str, names: list[str], take: Take, most: int) -> Iterator[tuple[Found, int]]:
    """Yield what each file gives, and its size in bytes."""
    for name in names:
        data = _read(Path(root) / name, most)
        if isinstance(data, Refused):
            yield data, 0
            continue
        yield _found(name, data, take), len(data)


def _found(name: str, data: bytes, take: Take) -> Found:
    text = text_of(data)
    if isinstance(text, Refused):
        return text
    if take == "files":
        return Document(text, name, language_of(name))
    return prose_of(name, text)


def _read(path: Path, most: int) -> bytes | Refused:
    try:
        with path.open("rb") as stream:
            data = stream.read(most + 1)
    except OSError:
        return Refused(UNREADABLE)
    return data if len(data) <= most else Refused(TOO_LARGE)
