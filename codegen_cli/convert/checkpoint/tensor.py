"""A tensor that stays in its file until rows of it are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .layout import Layout
from .weight_file import WeightFile

#: Rows along axis 0: a slice, an array of row numbers, or all of them.
Rows: TypeAlias = "slice | NDArray[np.integer[Any]] | None"


class Tensor(Protocol):
    """A matrix or vector of weights whose rows are read when they are asked for."""

    @property
    def name(self) -> str:
        """Return its name in the checkpoint."""

    @property
    def dtype(self) -> str:
        """Return "F32", "F16" or "BF16": the type that holds its values without loss."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the sizes."""

    def float32(self, rows: Rows = None) -> NDArray[np.float32]:
        """Copy rows as float32, all by default; the copy is fresh, writable and row-major."""

    def release(self) -> None:
        """Let the system drop the memory behind it; it is read again when it is needed."""


@dataclass(frozen=True, slots=True, eq=False)
class LazyTensor:
    """Name a float tensor of a checkpoint and read rows of it.

    What is read is always a fresh, aligned, writable, row-major copy: it outlives `release` and
    the checkpoint. Reading after the checkpoint was closed raises `CheckpointError`.
    """

    name: str
    layout: Layout
    file: WeightFile

    @property
    def dtype(self) -> str:
        """Return "F32", "F16" or "BF16"."""
        return self.layout.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the sizes; () is a scalar."""
        return self.layout.shape

    @property
    def path(self) -> Path:
        """Return the file that holds the tensor."""
        return self.file.path

    @property
    def nbytes(self) -> int:
        """Return the bytes of all elements in the file's type."""
        return self.layout.nbytes

    def float32(self, rows: Rows = None) -> NDArray[np.float32]:
        """Copy rows as float32, all by default; F16 and BF16 are widened exactly.

        A slice or an array of row numbers touches only those rows' pages. A row outside of the
        tensor raises IndexError, as numpy does.
        """
        if self.dtype != "BF16":
            return self._copy(rows, np.dtype(np.float32))
        bits = self._copy(rows, np.dtype(np.uint32))
        bits <<= np.uint32(16)  # bfloat16 is the upper half of a float32
        return bits.view(np.float32)

    def raw(self, rows: Rows = None) -> NDArray[Any]:
        """Copy rows in the file's type: float32, float16, or uint16 for bfloat16's bits."""
        stored = {"F32": np.float32, "F16": np.float16, "BF16": np.uint16}[self.dtype]
        return self._copy(rows, np.dtype(stored))

    def release(self) -> None:
        """Let the system drop the tensor's pages, so that peak memory is that of one tensor."""
        self.file.release(self.layout.offset, self.layout.span_bytes)

    def _copy(self, rows: Rows, dtype: np.dtype[Any]) -> NDArray[Any]:
        view = self.file.view(self.layout)
        picked = view if rows is None else view[rows]
        # Gathered rows are a copy already; the rest still looks into the file.
        return picked.astype(dtype, order="C", copy=not isinstance(rows, np.ndarray))
