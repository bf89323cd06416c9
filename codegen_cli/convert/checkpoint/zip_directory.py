"""The entries of a zip archive, and where the bytes of each one lie.

Source: section 4.3 of https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping

from .reader import BoundedReader
from .wall import Malformed, shown
from .weight_file import WeightFile

#: A thousand entries take 100 kB; zipfile reads the list as a whole.
MAX_DIRECTORY_BYTES = 16 * 2**20
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_LOCAL_MAGIC = b"PK\x03\x04"
_ENCRYPTED = 0x1
_UTF8_NAME = 0x800


class ZipDirectory:
    """List the entries of an archive by name; nothing is decompressed.

    Raises `Malformed` for two entries of one name, and what zipfile raises for what is no archive.
    `hint` is what to do about entries that cannot be read in place.
    """

    entries: Mapping[str, zipfile.ZipInfo]

    def __init__(self, file: WeightFile, hint: str) -> None:
        self._file = file
        self._hint = hint
        reader = BoundedReader(file, MAX_DIRECTORY_BYTES, "the list of entries")
        with zipfile.ZipFile(reader) as archive:
            entries = archive.infolist()
        self.entries = {entry.filename: entry for entry in entries}
        if len(self.entries) != len(entries):
            raise Malformed("is damaged: its archive has two entries of one name")

    def stored(self, entry: zipfile.ZipInfo) -> tuple[int, int]:
        """Return the byte offset and the bytes of an entry that is not compressed."""
        if entry.compress_type != zipfile.ZIP_STORED:
            raise Malformed(f"has a compressed entry {shown(entry.filename)}", self._hint)
        start = self.start(entry)
        if entry.compress_size != entry.file_size:
            raise Malformed(f"is truncated: {shown(entry.filename)} is not whole")
        return start, entry.file_size

    def start(self, entry: zipfile.ZipInfo) -> int:
        """Find an entry's bytes by its local header.

        The central directory's extra field has another length: torch pads the local one so that
        storages are aligned.
        """
        name = shown(entry.filename)
        raw = self._file.bytes_at(entry.header_offset, _LOCAL_HEADER.size, f"the header of {name}")
        magic, _, flags, method, *_, name_length, extra_length = _LOCAL_HEADER.unpack(raw)
        if (flags | entry.flag_bits) & _ENCRYPTED:
            raise Malformed(f"has an encrypted entry {name}", self._hint)
        if method != entry.compress_type:
            raise Malformed(f"has a compressed entry {name}", self._hint)
        start = entry.header_offset + _LOCAL_HEADER.size
        local_name = self._file.bytes_at(start, name_length, f"the name of {name}")
        if magic != _LOCAL_MAGIC or local_name != _encoded_name(entry):
            raise Malformed(f"is damaged: the header of {name} is not where it should be")
        start += int(name_length) + int(extra_length)
        if start + entry.compress_size > self._file.size:
            raise Malformed(f"is truncated: {name} is not whole")
        return start


def _encoded_name(entry: zipfile.ZipInfo) -> bytes:
    return entry.orig_filename.encode("utf-8" if entry.flag_bits & _UTF8_NAME else "cp437")
