"""The files of a tar archive, each a window into it."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from .members import MAX_MEMBERS, UNSAFE, Members, add_member, refuse_special
from .reader import BoundedReader
from .wall import Malformed, shown
from .weight_file import WeightFile, Window

#: The most that one header with a long name takes.
_MAX_HEADER_BYTES = 1 << 20
_KINDS = {
    tarfile.SYMTYPE: "a symbolic link",
    tarfile.LNKTYPE: "a hard link",
    tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device",
    tarfile.FIFOTYPE: "a pipe",
    tarfile.GNUTYPE_SPARSE: "a file with holes",
}


def tar_members(file: WeightFile, path: Path) -> Members:
    """Return the regular files of an archive; only headers are read.

    Raises `Malformed` for links, devices, odd names and a truncated archive, and what tarfile
    raises for one that is damaged.
    """
    members: Members = {}
    reader = BoundedReader(file, _MAX_HEADER_BYTES, "a header")
    with tarfile.open(fileobj=reader, mode="r:") as archive:
        for count, entry in enumerate(iter(archive.next, None)):
            if count == MAX_MEMBERS:
                raise Malformed(f"holds over {MAX_MEMBERS} files: refused", UNSAFE)
            if not entry.isdir():
                add_member(members, entry.name, _member(file, entry, path))
        _check_end(file, archive.offset)
    return members


def _check_end(file: WeightFile, offset: int) -> None:
    """Refuse an archive without a block of zeros at its end: tarfile takes damage for the end."""
    if file.size < offset + tarfile.BLOCKSIZE:
        raise Malformed(
            f"is truncated: its list of files does not end, {file.size} bytes are there"
        )
    if any(file.bytes_at(offset, tarfile.BLOCKSIZE, "the end of the archive")):
        raise Malformed(f"is damaged: there is no file header at byte {offset}")


def _member(file: WeightFile, entry: tarfile.TarInfo, path: Path) -> Callable[[], Window]:
    if entry.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or entry.issparse():
        raise refuse_special(entry.name, _KINDS.get(entry.type, "no plain file"))
    end = entry.offset_data + entry.size
    if entry.size < 0 or end > file.size:
        raise Malformed(f"is truncated: {shown(entry.name)} ends at byte {end} of {file.size}")
    inner = path / entry.name.lstrip("/")
    return partial(Window, file, inner, entry.offset_data, entry.size)
