"""The arrays of an .npz file, as `numpy.savez` writes it: where their elements lie.

Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
"""

from __future__ import annotations

import ast

from .layout import Contents, Layout, byte_length, contiguous_strides, shape_of
from .wall import Malformed, shown
from .weight_file import WeightFile
from .zip_directory import ZipDirectory

_HINT = "save it again with numpy.savez, which does not compress"
_MAGIC = b"\x93NUMPY"
#: The header of an array of few dimensions takes 128 bytes.
_MAX_HEADER_BYTES = 4096

#: bfloat16, which numpy does not know, is saved as two bytes of nothing in particular.
_TYPES = {"<f4": "F32", "<f2": "F16", "|V2": "BF16", "<V2": "BF16"}
_OTHER = {"<f8": "F64", "<i8": "I64", "<i4": "I32", "<i2": "I16", "<u4": "U32", "|b1": "BOOL"}


def read_npz(file: WeightFile) -> Contents:
    """Find every array of one file by its name without ".npy"; only headers are read.

    Raises `Malformed` for compressed entries, objects, other byte orders and damage.
    """
    directory = ZipDirectory(file, _HINT)
    contents = Contents()
    for name, entry in directory.entries.items():
        what = f"array {shown(name)}"
        dtype, layout = _read_npy(file, *directory.stored(entry), what)
        if layout is None:
            contents.other[name.removesuffix(".npy")] = dtype
        else:
            contents.tensors[name.removesuffix(".npy")] = layout
    return contents


def _read_npy(file: WeightFile, start: int, size: int, what: str) -> tuple[str, Layout | None]:
    text, begin = _header(file, start, size, what)
    header = ast.literal_eval(text.strip())
    if not isinstance(header, dict) or header.keys() != {"descr", "fortran_order", "shape"}:
        raise Malformed(f"is damaged: {what} has a broken header")
    kind, shape = header["descr"], shape_of(header["shape"], what)
    if not isinstance(kind, str) or kind not in {**_TYPES, **_OTHER}:
        raise Malformed(f"cannot be read: {what} is of type {shown(str(kind))}", _HINT)
    dtype = _TYPES.get(kind) or _OTHER[kind]
    if begin + byte_length(dtype, shape, what) != start + size:
        raise Malformed(
            f"is damaged: {what} needs {byte_length(dtype, shape, what)} bytes, "
            f"it has {start + size - begin}"
        )
    if kind not in _TYPES:
        return dtype, None
    strides = contiguous_strides(shape)
    if header["fortran_order"]:
        strides = contiguous_strides(shape[::-1])[::-1]
    return dtype, Layout(dtype, shape, strides, begin)


def _header(file: WeightFile, start: int, size: int, what: str) -> tuple[str, int]:
    """Return the text of a header and where the elements after it begin."""
    prefix = file.bytes_at(start, min(size, 12), what)
    if not prefix.startswith(_MAGIC) or len(prefix) < 12 or prefix[6] not in (1, 2, 3):
        raise Malformed(f"is damaged: {what} is not in numpy's format")
    width = 2 if prefix[6] == 1 else 4
    length = int.from_bytes(prefix[8 : 8 + width], "little")
    if length > min(size, _MAX_HEADER_BYTES):
        raise Malformed(f"is damaged: the header of {what} would take {length} bytes")
    begin = start + 8 + width
    return file.bytes_at(begin, length, what).decode("utf-8"), begin + length
