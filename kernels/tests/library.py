"""The functions of the library that need no model, on NumPy arrays."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from codegen_kernels import library_path
from numpy.typing import NDArray

from codegen_cli.engine.bindings import llama

_POINTER, _INT, _LONG = ctypes.c_void_p, ctypes.c_int, ctypes.c_int64


class Library:
    """The library under test; types and kernels go by their names."""

    def __init__(self, functions: Any) -> None:
        self._f = functions
        for name in ("codegen_type_name", "codegen_kernels_name"):
            getattr(functions, name).restype = ctypes.c_char_p
        functions.codegen_packed_bytes.restype = _LONG
        functions.codegen_packed_bytes.argtypes = [_INT, _LONG, _LONG]
        for name in ("codegen_pack", "codegen_unpack"):
            function = getattr(functions, name)
            function.restype = None
            function.argtypes = [_INT, _LONG, _LONG, _POINTER, _POINTER, _LONG, _LONG]
        functions.codegen_multiply.argtypes = [
            ctypes.c_char_p, _INT, _LONG, _LONG, _POINTER, _POINTER, _LONG, _LONG, _POINTER, _INT,
            _POINTER, _INT,
        ]  # fmt: skip
        functions.codegen_finish.argtypes = [
            ctypes.c_char_p, _LONG, _LONG, _POINTER, _INT, _POINTER, _INT,
        ]  # fmt: skip
        functions.codegen_attend.argtypes = [
            ctypes.c_char_p, *[_LONG] * 5, ctypes.c_float, *[_POINTER] * 5, _INT,
        ]  # fmt: skip
        self.types = self._names(functions.codegen_type_name)
        self.kernels = self._names(functions.codegen_kernels_name)

    @staticmethod
    def _names(function: Any) -> list[str]:
        names = []
        while (name := function(len(names))) is not None:
            names.append(name.decode())
        return names

    def packed(self, type_: str, k: int, n: int) -> NDArray[np.uint8]:
        """Return room for a packed matrix, filled with what must not be read."""
        size = self._f.codegen_packed_bytes(self.types.index(type_), k, n)
        return np.full(size, 0xA5, np.uint8)

    def pack(
        self,
        type_: str,
        k: int,
        n: int,
        packed: NDArray[np.uint8],
        data: NDArray[np.uint8],
        offset: int = 0,
    ) -> None:
        self._f.codegen_pack(
            self.types.index(type_), k, n, packed.ctypes.data, data.ctypes.data, offset, data.size
        )

    def unpack(
        self, type_: str, k: int, n: int, packed: NDArray[np.uint8], offset: int, size: int
    ) -> NDArray[np.uint8]:
        data = np.empty(size, np.uint8)
        self._f.codegen_unpack(
            self.types.index(type_), k, n, packed.ctypes.data, data.ctypes.data, offset, size
        )
        return data

    def multiply(
        self,
        kernels: str,
        type_: str,
        n: int,
        packed: NDArray[np.uint8],
        x_MxK: NDArray[np.float32],
        threads: int = 1,
        bias_N: NDArray[np.float32] | None = None,
        gelu: bool = False,
    ) -> NDArray[np.float32]:
        """Multiply rows, which may be apart by more than their length; returns M x N."""
        rows, k = x_MxK.shape
        # One row too many, to see that nothing is written behind the result.
        y = np.full((rows + 1, n), 7.0, np.float32)
        status = self._f.codegen_multiply(
            kernels.encode(), self.types.index(type_), k, n, packed.ctypes.data,
            x_MxK.ctypes.data, rows, x_MxK.strides[0], y.ctypes.data, threads,
            None if bias_N is None else bias_N.ctypes.data, gelu,
        )  # fmt: skip
        assert status == 0
        assert (y[rows] == 7.0).all()
        return y[:rows]

    def finish(
        self,
        kernels: str,
        sums_MxN: NDArray[np.float32],
        bias_N: NDArray[np.float32] | None,
        gelu: bool,
        threads: int = 1,
    ) -> NDArray[np.float32]:
        """Do what may follow a product to its sums; returns M x N."""
        rows, n = sums_MxN.shape
        y = np.vstack([sums_MxN, np.full((1, n), 7.0, np.float32)])
        status = self._f.codegen_finish(
            kernels.encode(), n, rows, y.ctypes.data, threads,
            None if bias_N is None else bias_N.ctypes.data, gelu,
        )  # fmt: skip
        assert status == 0
        assert (y[rows] == 7.0).all()
        return y[:rows]

    def attend(
        self,
        kernels: str,
        q_QxHxD: NDArray[np.float32],
        k_CxGxD: NDArray[np.float16],
        v_CxGxD: NDArray[np.float16],
        mask_QxC: NDArray[np.float16] | None,
        scale: float,
        threads: int = 1,
    ) -> NDArray[np.float32]:
        """Let queries attend to cells; returns Q x H x D."""
        (queries, heads, size), (cells, groups, _) = q_QxHxD.shape, k_CxGxD.shape
        out = np.full((queries + 1, heads, size), 7.0, np.float32)
        status = self._f.codegen_attend(
            kernels.encode(), size, queries, cells, heads, heads // groups, scale,
            q_QxHxD.ctypes.data, k_CxGxD.ctypes.data, v_CxGxD.ctypes.data,
            None if mask_QxC is None else mask_QxC.ctypes.data, out.ctypes.data, threads,
        )  # fmt: skip
        assert status == 0
        assert (out[queries] == 7.0).all()
        return out[:queries]


def installed() -> Library:
    """Return the installed library; llama.cpp is in memory before it, as it needs."""
    llama()
    return Library(ctypes.CDLL(str(library_path())))
