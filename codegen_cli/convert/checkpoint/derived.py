"""Tensors that are put together from others while their rows are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .tensor import Rows, Tensor


def stacked(name: str, parts: Sequence[Tensor]) -> Tensor:
    """Return the rows of several matrices below each other; one alone is returned as it is."""
    return parts[0] if len(parts) == 1 else StackedTensor(name, tuple(parts))


@dataclass(frozen=True, slots=True, eq=False)
class StackedTensor:
    """Matrices of equal width, stacked along axis 0."""

    name: str
    parts: tuple[Tensor, ...]

    @property
    def dtype(self) -> str:
        """Return the type that all parts have, F32 if they differ."""
        kinds = {part.dtype for part in self.parts}
        return kinds.pop() if len(kinds) == 1 else "F32"

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the sizes of the stack."""
        return (sum(part.shape[0] for part in self.parts), *self.parts[0].shape[1:])

    def float32(self, rows: Rows = None) -> NDArray[np.float32]:
        """Copy rows as float32, all by default."""
        wanted = row_numbers(rows, self.shape[0])
        out = np.empty((len(wanted), *self.shape[1:]), np.float32)
        start = 0
        for part in self.parts:
            here = (wanted >= start) & (wanted < start + part.shape[0])
            if here.any():
                out[here] = part.float32(wanted[here] - start)
            start += part.shape[0]
        return out

    def release(self) -> None:
        """Let the system drop the pages of all parts."""
        for part in self.parts:
            part.release()


@dataclass(frozen=True, slots=True, eq=False)
class BiasedTensor:
    """A matrix with one vector added to each of its rows; the sum is F32."""

    name: str
    matrix: Tensor
    bias: Tensor

    @property
    def dtype(self) -> str:
        """Return "F32"."""
        return "F32"

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the sizes of the matrix."""
        return self.matrix.shape

    def float32(self, rows: Rows = None) -> NDArray[np.float32]:
        """Copy rows as float32, all by default."""
        out = self.matrix.float32(rows)
        out += self.bias.float32()
        return out

    def release(self) -> None:
        """Let the system drop the pages of the matrix."""
        self.matrix.release()


def row_numbers(rows: Rows, count: int) -> NDArray[np.intp]:
    """Return the numbers of the rows that are asked for, each inside of `count`."""
    everything = np.arange(count)
    picked: NDArray[np.intp] = everything if rows is None else everything[rows]
    return picked
