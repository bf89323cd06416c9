"""One weight file, mapped into memory read-only."""

from __future__ import annotations

import mmap
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen_cli.errors import CheckpointError

from .dtypes import STORED
from .layout import Layout
from .wall import Malformed, reading
from .weight_file import check_inside

_LFS_POINTER = b"version https://git-lfs.github.com/"


class MappedFile:
    """Hold the only mapping of one file; pages come in when they are read.

    Raises `CheckpointError` for a missing, empty or unreadable file and for a Git LFS pointer.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with reading(path):
            self._map: mmap.mmap | None = _map(path)

    @property
    def size(self) -> int:
        """Return the file's bytes."""
        return len(self._open())

    def bytes_at(self, start: int, length: int, what: str) -> bytes:
        """Copy `length` bytes, or raise `Malformed` where they are not all inside the file."""
        check_inside(start, length, self.size, what)
        return self._open()[start : start + length]

    def view(self, layout: Layout) -> NDArray[Any]:
        """Return a read-only view of the file's pages (checked again by numpy)."""
        dtype = STORED[layout.dtype]
        # ndarray() alone keeps the map's object but not its pages: close() would unmap them under
        # a living array, which is a segmentation fault. frombuffer holds the pages.
        pages = np.frombuffer(self._open(), np.uint8)
        if 0 in layout.shape:
            return np.empty(layout.shape, dtype)
        strides = tuple(stride * dtype.itemsize for stride in layout.strides)
        view: NDArray[Any] = np.ndarray(layout.shape, dtype, pages, layout.offset, strides)
        return view

    def release(self, start: int, length: int) -> None:
        """Give pages back to the system; they are read again when they are needed."""
        advice = getattr(mmap, "MADV_DONTNEED", None)  # neither Windows nor old kernels have it
        if self._map is None or advice is None or length == 0:
            return
        first = start - start % mmap.PAGESIZE  # madvise takes whole pages only
        with suppress(OSError):  # only memory is at stake, never the result
            self._map.madvise(advice, first, start + length - first)

    def close(self) -> None:
        """Unmap the file; if an array still looks into it, the last such array does that."""
        mapped, self._map = self._map, None
        if mapped is not None:
            with suppress(BufferError):
                mapped.close()

    def _open(self) -> mmap.mmap:
        if self._map is None:
            raise CheckpointError(f"{self.path} was closed", "read tensors before close()")
        return self._map


def _map(path: Path) -> mmap.mmap:
    if not path.is_file():  # a pipe or a device would block or never end
        raise Malformed("is missing or not a regular file", "download the whole checkpoint")
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size == 0:
            raise Malformed("is empty")
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    if mapped[: len(_LFS_POINTER)] == _LFS_POINTER:
        mapped.close()
        raise Malformed("is a Git LFS pointer, not the weights", "run `git lfs pull`")
    return mapped
