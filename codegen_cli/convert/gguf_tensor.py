"""The weights of a GGUF file as floats, a few rows at a time."""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from typing import Any

import numpy as np
from gguf import GGMLQuantizationType
from gguf.quants import dequantize
from numpy.typing import NDArray

from codegen_cli.convert.types import row_bytes
from codegen_cli.engine.gguf.file import GGUFFile, TensorInfo


@dataclass(frozen=True, slots=True, eq=False)
class GGUFTensor:
    """A tensor of a mapped file; `shape` is rows first, as in a checkpoint."""

    info: TensorInfo
    pages: mmap.mmap

    @property
    def name(self) -> str:
        """Return its name in the file."""
        return self.info.name

    @property
    def dtype(self) -> str:
        """Return the type that holds its values without loss."""
        return self.info.type if self.info.type in ("F16", "BF16") else "F32"

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the sizes."""
        return self.info.shape[::-1]

    def float32(self, rows: slice | NDArray[np.integer[Any]] | None = None) -> NDArray[np.float32]:
        """Copy rows as float32, all by default; quantized ones are what llama.cpp computes with."""
        kind = GGMLQuantizationType[self.info.type]
        columns = self.info.shape[0]
        raw = np.frombuffer(self.pages, np.uint8, self.info.nbytes, self.info.offset)
        raw_RxB = raw.reshape(-1, row_bytes(kind, columns))
        if len(self.shape) > 1 and rows is not None:
            raw_RxB = raw_RxB[rows]
        values = dequantize(np.ascontiguousarray(raw_RxB), kind)
        if len(self.shape) == 1:
            values = values.reshape(-1)
        return np.array(values, np.float32, order="C")

    def release(self) -> None:
        """Let the system drop its pages."""
        advice = getattr(mmap, "MADV_DONTNEED", None)
        if advice is not None:
            first = self.info.offset - self.info.offset % mmap.PAGESIZE
            self.pages.madvise(advice, first, self.info.offset + self.info.nbytes - first)


def gguf_tensors(file: GGUFFile) -> dict[str, GGUFTensor]:
    """Return the tensors of a checked file by name; the last one that goes unmaps it."""
    with file.path.open("rb") as stream:
        pages = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    return {info.name: GGUFTensor(info, pages) for info in file.tensors}
