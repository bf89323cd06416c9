"""Documents from tar and zip archives, which are read member by member and never unpacked.

No name in an archive becomes a path, so none can point outside. What an archive gives in all is
bounded by a size and by a multiple of its own size; past that the rest of it is refused.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from models.data.documents import Document
from models.data.languages import language_of
from models.data.read.found import (
    ARCHIVE_LIMIT,
    DAMAGED,
    LINK,
    TOO_LARGE,
    Found,
    Refused,
    text_of,
)

ENDINGS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip", ".whl")

#: What a member costs at least, so that millions of empty ones are bounded too.
_MEMBER_BYTES = 512

_BROKEN = (
    tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError,
    NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip


@dataclass(slots=True)
class Budget:
    """The bytes that an archive may still give."""

    left: int

    def take(self, size: int) -> bool:
        """Say whether so many more bytes are allowed, and count them."""
        self.left -= max(size, _MEMBER_BYTES)
        return self.left >= 0


def read_archive(
    path: Path, languages: frozenset[str], most: int, limit: int, ratio: int
) -> Iterator[tuple[Found, int]]:
    """Yield what each member gives, and its size in bytes; at most `most` are read of one.

    A damaged archive gives what came before the damage.
    """
    budget = Budget(min(limit, ratio * path.stat().st_size))
    reader = _zip if path.name.endswith((".zip", ".whl")) else _tar
    try:
        yield from reader(path, languages, most, budget)
    except _BROKEN:
        yield Refused(DAMAGED), 0


#: Headers that hold a long name or attributes of the next member, and their longest.
_ATTRIBUTES = (
    tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE,
    tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK,
)  # fmt: skip
_MOST_ATTRIBUTES = 1 << 20

#: Blocks of zeros, or nothing more: an end. The standard library has no stubs for these.
_ENDS = (tarfile.EOFHeaderError, tarfile.EmptyHeaderError)  # type: ignore[attr-defined]


#: How compressed files begin, and what reads them and checks their sums; TarFile checks none.
_COMPRESSED: dict[bytes, Callable[[IO[bytes]], IO[bytes]]] = {
    b"\x1f\x8b": lambda raw: cast(IO[bytes], gzip.GzipFile(fileobj=raw)),
    b"BZh": lambda raw: cast(IO[bytes], bz2.BZ2File(raw)),
    b"\xfd7zXZ": lambda raw: cast(IO[bytes], lzma.LZMAFile(raw)),  # noqa: SIM115
}

#: What is read behind the end of a tar, to come to the sum of its compression.
_TAIL = 1 << 20


def _plain(raw: IO[bytes]) -> IO[bytes]:
    head = raw.read(6)
    raw.seek(0)
    return next((open_(raw) for magic, open_ in _COMPRESSED.items() if head.startswith(magic)), raw)


class _Member(tarfile.TarInfo):
    """A member whose damaged header is an error: TarFile takes one for the archive's end.

    So is a header of names and attributes that is too long: TarFile reads it into memory.
    """

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Member:
        member = super().frombuf(buf, encoding, errors)
        if member.type in _ATTRIBUTES and member.size > _MOST_ATTRIBUTES:
            raise tarfile.ReadError("the attributes of a member are too long")
        return member

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> _Member:
        try:
            return super().fromtarfile(archive)
        except _ENDS:
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(str(error)) from error


def _tar(
    path: Path, languages: frozenset[str], most: int, budget: Budget
) -> Iterator[tuple[Found, int]]:
    with (
        path.open("rb") as raw,
        _plain(raw) as plain,
        tarfile.open(fileobj=plain, mode="r|", tarinfo=_Member) as archive,
    ):
        # TarFile remembers every member; a stream of a million files must not.
        for member in iter(archive.next, None):
            archive.members = []  # type: ignore[attr-defined]
            if not budget.take(member.size):
                yield Refused(ARCHIVE_LIMIT), 0
                return
            if member.isdir():
                continue
            stream = archive.extractfile(member) if member.isfile() else None
            if stream is None:
                yield Refused(LINK), 0
            elif language_of(member.name) in languages:
                yield _member(path, member.name, stream, most)
        plain.read(_TAIL)


def _zip(
    path: Path, languages: frozenset[str], most: int, budget: Budget
) -> Iterator[tuple[Found, int]]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.is_dir() or language_of(member.filename) not in languages:
                continue
            if not budget.take(min(member.file_size, most)):
                yield Refused(ARCHIVE_LIMIT), 0
                return
            if member.flag_bits & 1:
                yield Refused("encrypted"), 0
                continue
            with archive.open(member) as stream:
                yield _member(path, member.filename, stream, most)


def _member(path: Path, name: str, stream: IO[bytes], most: int) -> tuple[Found, int]:
    data = stream.read(most + 1)
    if len(data) > most:
        return Refused(TOO_LARGE), 0
    text = text_of(data)
    if isinstance(text, Refused):
        return text, len(data)
    return Document(text, f"{path.name}!{name}", language_of(name)), len(data)
