"""The zip archive that `torch.save` has written since 1.6: where its entries' bytes lie.

Source: https://github.com/pytorch/pytorch/blob/v2.9.0/caffe2/serialize/inline_container.h and
section 4.3 of https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from .mapped import MappedFile
from .wall import Malformed, shown

SAVE_AGAIN = (
    "save it again with a current torch: torch.save(torch.load(path, weights_only=True), new_path)"
)
#: The pickle of a thousand tensors is a few hundred kilobytes.
MAX_PICKLE_BYTES = 64 * 2**20
#: The same for the list of entries, which zipfile reads as a whole.
_MAX_DIRECTORY_BYTES = 16 * 2**20
#: The end record and its comment take at most 65,557.
_MAX_END_BYTES = 2**17
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_LOCAL_MAGIC = b"PK\x03\x04"
_ENCRYPTED = 0x1
_UTF8_NAME = 0x800


class TorchZip:
    """Locate the pickle and the storages; nothing is decompressed.

    Raises `Malformed` for an archive that torch would not write, and what zipfile raises for one
    that is no archive.
    """

    def __init__(self, file: MappedFile) -> None:
        self._file = file
        with _CappedFile(file.path) as raw, zipfile.ZipFile(raw) as archive:
            entries = archive.infolist()
        self._entries = {entry.filename: entry for entry in entries}
        if len(self._entries) != len(entries):
            raise Malformed("is damaged: its archive has two entries of one name")
        self._prefix = _prefix(list(self._entries))
        if self._text("byteorder", b"little") != b"little":
            raise Malformed("was saved by a big-endian machine", SAVE_AGAIN)

    def pickle(self) -> bytes:
        """Return the bytes of data.pkl, checked against their CRC."""
        entry = self._entries[self._prefix + "data.pkl"]
        start, size = self._span(entry)
        if size > MAX_PICKLE_BYTES:
            raise Malformed(f"has a pickle of {size} bytes: refused", SAVE_AGAIN)
        data = self._file.bytes_at(start, size, "data.pkl")
        if zlib.crc32(data) != entry.CRC:
            raise Malformed("is damaged: data.pkl does not match its checksum")
        return data

    def storage(self, key: str) -> tuple[int, int]:
        """Return a storage's byte offset in the file and its bytes."""
        entry = self._entries.get(f"{self._prefix}data/{key}")
        if entry is None:
            raise Malformed(f"is damaged: storage {shown(key)} is not in the archive")
        return self._span(entry)

    def _text(self, name: str, default: bytes) -> bytes:
        entry = self._entries.get(self._prefix + name)
        if entry is None:
            return default
        start, size = self._span(entry)
        return self._file.bytes_at(start, min(size, len(default) + 1), name)

    def _span(self, entry: zipfile.ZipInfo) -> tuple[int, int]:
        """Find an entry's bytes by its local header.

        The central directory's extra field has another length: torch pads the local one so that
        storages are aligned.
        """
        name = shown(entry.filename)
        raw = self._file.bytes_at(entry.header_offset, _LOCAL_HEADER.size, f"the header of {name}")
        magic, _, flags, method, *_, name_length, extra_length = _LOCAL_HEADER.unpack(raw)
        if (flags | entry.flag_bits) & _ENCRYPTED:
            raise Malformed(f"has an encrypted entry {name}", SAVE_AGAIN)
        if not method == entry.compress_type == zipfile.ZIP_STORED:
            raise Malformed(f"has a compressed entry {name}", SAVE_AGAIN)
        start = entry.header_offset + _LOCAL_HEADER.size
        local_name = self._file.bytes_at(start, name_length, f"the name of {name}")
        if magic != _LOCAL_MAGIC or local_name != _encoded_name(entry):
            raise Malformed(f"is damaged: the header of {name} is not where it should be")
        start += name_length + extra_length
        if entry.compress_size != entry.file_size or start + entry.file_size > self._file.size:
            raise Malformed(f"is truncated: {name} is not whole")
        return start, entry.file_size


class _CappedFile(io.FileIO):
    """A file that gives zipfile no more than a directory's worth at a time."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:  # zipfile does so only for the end record
            size = _MAX_END_BYTES
        if size > _MAX_DIRECTORY_BYTES:
            raise Malformed(f"is damaged: its archive lists {size} bytes of entries")
        return super().read(size) or b""


def _encoded_name(entry: zipfile.ZipInfo) -> bytes:
    return entry.orig_filename.encode("utf-8" if entry.flag_bits & _UTF8_NAME else "cp437")


def _prefix(names: list[str]) -> str:
    pickles = [name for name in names if name.endswith("/data.pkl") and name.count("/") == 1]
    if len(pickles) != 1:
        raise Malformed(f"is not a torch checkpoint: it has {len(pickles)} data.pkl", SAVE_AGAIN)
    return pickles[0].removesuffix("data.pkl")
