"""The zip archive that `torch.save` has written since 1.6: where its entries' bytes lie.

Source: https://github.com/pytorch/pytorch/blob/v2.9.0/caffe2/serialize/inline_container.h
"""

from __future__ import annotations

import zlib

from .wall import Malformed, shown
from .weight_file import WeightFile
from .zip_directory import ZipDirectory

SAVE_AGAIN = (
    "save it again with a current torch: torch.save(torch.load(path, weights_only=True), new_path)"
)
#: The pickle of a thousand tensors is a few hundred kilobytes.
MAX_PICKLE_BYTES = 64 * 2**20


class TorchZip:
    """Locate the pickle and the storages; nothing is decompressed.

    Raises `Malformed` for an archive that torch would not write, and what zipfile raises for one
    that is no archive.
    """

    def __init__(self, file: WeightFile) -> None:
        self._file = file
        self._directory = ZipDirectory(file, SAVE_AGAIN)
        self._prefix = _prefix(list(self._directory.entries))
        if self._text("byteorder", b"little") != b"little":
            raise Malformed("was saved by a big-endian machine", SAVE_AGAIN)

    def pickle(self) -> bytes:
        """Return the bytes of data.pkl, checked against their CRC."""
        entry = self._directory.entries[self._prefix + "data.pkl"]
        start, size = self._directory.stored(entry)
        if size > MAX_PICKLE_BYTES:
            raise Malformed(f"has a pickle of {size} bytes: refused", SAVE_AGAIN)
        data = self._file.bytes_at(start, size, "data.pkl")
        if zlib.crc32(data) != entry.CRC:
            raise Malformed("is damaged: data.pkl does not match its checksum")
        return data

    def storage(self, key: str) -> tuple[int, int]:
        """Return a storage's byte offset in the file and its bytes."""
        entry = self._directory.entries.get(f"{self._prefix}data/{key}")
        if entry is None:
            raise Malformed(f"is damaged: storage {shown(key)} is not in the archive")
        return self._directory.stored(entry)

    def _text(self, name: str, default: bytes) -> bytes:
        entry = self._directory.entries.get(self._prefix + name)
        if entry is None:
            return default
        start, size = self._directory.stored(entry)
        return self._file.bytes_at(start, min(size, len(default) + 1), name)


def _prefix(names: list[str]) -> str:
    pickles = [name for name in names if name.endswith("/data.pkl") and name.count("/") == 1]
    if len(pickles) != 1:
        raise Malformed(f"is not a torch checkpoint: it has {len(pickles)} data.pkl", SAVE_AGAIN)
    return pickles[0].removesuffix("data.pkl")
