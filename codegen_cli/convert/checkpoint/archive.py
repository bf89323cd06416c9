"""A release archive, opened as if it were the folder inside it; nothing is unpacked to disk."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from codegen_cli.errors import CheckpointError

from .inflated import GZIP, InflatedFile, OnBytes
from .mapped import MappedFile
from .members import Members
from .tar_members import tar_members
from .wall import Malformed, reading, shown
from .weight_file import WeightFile
from .zip_members import zip_members

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_TAR, _TAR_AT = b"ustar", 257
_HEAD_BYTES = _TAR_AT + len(_TAR)

#: config.json, tokenizer files and the model card; a vocabulary of 50,000 tokens takes 1 MB.
MAX_TEXT_BYTES = 16 * 2**20
_NAMES = (".tar.gz", ".tgz", ".tar", ".zip")


def is_archive(path: Path) -> bool:
    """Say whether a file starts like an archive that can be read."""
    with reading(path), path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    return head.startswith((_GZIP, _ZIP)) or head[_TAR_AT:] == _TAR


class Archive:
    """Hold the mapping of an archive and list its files.

    Raises `CheckpointError` for an archive that is damaged, hostile or of an unsupported kind.
    `on_bytes` is told how many more bytes of a compressed archive were read.
    """

    def __init__(self, path: Path, on_bytes: OnBytes) -> None:
        self.path = path
        self._file = MappedFile(path)
        try:
            with reading(path):
                self.members: Members = self._list(on_bytes)
        except BaseException:
            self.close()
            raise

    def _list(self, on_bytes: OnBytes) -> Members:
        head = self._file.bytes_at(0, min(_HEAD_BYTES, self._file.size), "the format's mark")
        if head.startswith(_ZIP):
            return zip_members(self._file, self.path, on_bytes)
        if head.startswith(_GZIP):
            inner = InflatedFile(self._file, GZIP, self.path, on_bytes)
            return tar_members(inner, self.path)
        return tar_members(self._file, self.path)

    def root(self) -> ArchivePath:
        """Return the folder that holds config.json: the top, or the only one below it."""
        with reading(self.path):
            found = [
                path.parent
                for path in map(PurePosixPath, self.members)
                if path.name == "config.json" and len(path.parts) <= 2
            ]
            if not found:
                raise Malformed(
                    "holds no config.json", "give a checkpoint's folder, or an archive of one"
                )
            if len(found) > 1:
                names = ", ".join(shown(str(parent)) for parent in found[:3])
                raise Malformed(f"holds several checkpoints ({names})", "unpack it, give one")
        return ArchivePath(self, found[0])

    def close(self) -> None:
        """Give back all memory."""
        self._file.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class ArchivePath:
    """A file or folder in an archive; it does what readers of checkpoints ask of a path."""

    archive: Archive
    inner: PurePosixPath

    def __truediv__(self, name: str) -> ArchivePath:
        return ArchivePath(self.archive, self.inner / name)

    def __str__(self) -> str:
        return f"{self.archive.path}/{self.inner}"

    @property
    def name(self) -> str:
        """Return the last part; the archive's own name, without its kind, at the top."""
        return self.inner.name or strip_kind(self.archive.path.name)

    def resolve(self) -> ArchivePath:
        """Return itself: archives with links in them are refused."""
        return self

    def exists(self) -> bool:
        """Say whether it is a file or a folder."""
        return self.is_file() or self.is_dir()

    def is_file(self) -> bool:
        """Say whether the archive has this file."""
        return str(self.inner) in self.archive.members

    def is_dir(self) -> bool:
        """Say whether the archive has files below this."""
        return any(self.inner in PurePosixPath(name).parents for name in self.archive.members)

    def is_symlink(self) -> bool:
        """Say no."""
        return False

    def glob(self, pattern: str) -> Iterator[ArchivePath]:
        """Yield the files right below this that match."""
        for path in map(PurePosixPath, self.archive.members):
            if path.parent == self.inner and fnmatch.fnmatchcase(path.name, pattern):
                yield ArchivePath(self.archive, path)

    def read_bytes(self) -> bytes:
        """Return a small file's bytes.

        Raises `CheckpointError` for a large or damaged one, and where there is none.
        """
        with reading(self):
            file = self.open_weights()
            if file.size > MAX_TEXT_BYTES:
                raise Malformed(f"has {file.size} bytes, too many for such a file")
            return file.bytes_at(0, file.size, "the file")

    def read_text(self, encoding: str | None = None, errors: str | None = None) -> str:
        """Return a small file's text, UTF-8 by default."""
        text = self.read_bytes().decode(encoding or "utf-8", errors or "strict")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def open_weights(self) -> WeightFile:
        """Return the file's bytes without copying them.

        Raises `CheckpointError` when it is not there or damaged.
        """
        member = self.archive.members.get(str(self.inner))
        if member is None:
            raise CheckpointError(f"{self} is missing", "download the whole archive")
        with reading(self):
            return member()


def strip_kind(name: str) -> str:
    """Return an archive's name without ".tar.gz" and the like."""
    for kind in _NAMES:
        if name.lower().endswith(kind):
            return name[: -len(kind)]
    return name
