"""What readers of checkpoints ask of a folder and its files, on disk or in an archive."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from .archive import ArchivePath
from .mapped import MappedFile
from .weight_file import WeightFile


class Place(Protocol):
    """A file or folder; `pathlib.Path` and `ArchivePath` are both."""

    @property
    def name(self) -> str:
        """Return the last part of the path."""

    def __truediv__(self, name: str, /) -> Place:
        """Return a file or folder below it."""

    def resolve(self) -> Place:
        """Return it under its full name."""

    def exists(self) -> bool:
        """Say whether it is there."""

    def is_file(self) -> bool:
        """Say whether it is a file."""

    def is_dir(self) -> bool:
        """Say whether it is a folder."""

    def is_symlink(self) -> bool:
        """Say whether it is a symbolic link, perhaps a dangling one."""

    def glob(self, pattern: str, /) -> Iterable[Place]:
        """Return what is right below it and matches."""

    def read_bytes(self) -> bytes:
        """Return all bytes of a small file."""

    def read_text(self, encoding: str | None = None, errors: str | None = None) -> str:
        """Return all text of a small file."""


def open_weights(place: Place) -> WeightFile:
    """Return the bytes of a file without copying them.

    Raises `CheckpointError` when it is missing, empty or damaged.
    """
    if isinstance(place, ArchivePath):
        return place.open_weights()
    return MappedFile(Path(str(place)))
