"""The files of a zip archive: stored ones are windows into it, deflated ones are inflated."""

from __future__ import annotations

import stat
import zipfile
from functools import cache, partial
from pathlib import Path

from .inflated import BARE, InflatedFile, OnBytes
from .members import MAX_MEMBERS, UNSAFE, Members, add_member, refuse_special
from .wall import Malformed, shown
from .weight_file import WeightFile, Window
from .zip_directory import ZipDirectory

_AGAIN = "unpack it, or make the archive again without a password and with plain compression"


def zip_members(file: WeightFile, path: Path, on_bytes: OnBytes) -> Members:
    """Return the regular files of an archive; only its directory is read.

    Raises `Malformed` for links, odd names, encryption and other compression than deflate.
    """
    directory = ZipDirectory(file, _AGAIN)
    members: Members = {}
    if len(directory.entries) > MAX_MEMBERS:
        raise Malformed(f"holds over {MAX_MEMBERS} files: refused", UNSAFE)
    for entry in directory.entries.values():
        if entry.is_dir():
            continue
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise refuse_special(entry.filename, "a link or a device")
        member = cache(partial(_open, file, directory, entry, path, on_bytes))
        add_member(members, entry.filename, member)
    return members


def _open(
    file: WeightFile,
    directory: ZipDirectory,
    entry: zipfile.ZipInfo,
    path: Path,
    on_bytes: OnBytes,
) -> WeightFile:
    inner = path / entry.filename
    if entry.compress_type == zipfile.ZIP_STORED:
        return Window(file, inner, *directory.stored(entry))
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise Malformed(f"has {shown(entry.filename)} in an unknown compression", _AGAIN)
    packed = Window(file, inner, directory.start(entry), entry.compress_size)
    inflated = InflatedFile(packed, BARE, inner, on_bytes)
    if inflated.size != entry.file_size or inflated.crc32 != entry.CRC:
        raise Malformed(f"is damaged: {shown(entry.filename)} does not match its checksum")
    return inflated
