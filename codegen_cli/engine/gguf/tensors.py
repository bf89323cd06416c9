"""Read the list of tensors and check where each one lies."""

from __future__ import annotations

import math
from typing import Any

from codegen_cli.engine.gguf.cursor import Cursor
from codegen_cli.engine.gguf.file import TensorInfo
from codegen_cli.engine.gguf.ggml_types import GGML_TYPES, REMOVED, GGMLType
from codegen_cli.engine.gguf.refusal import CONVERT, refuse, show

#: Name length, number of dimensions, one dimension, type, offset.
LEAST_BYTES = 8 + 4 + 8 + 4 + 8

#: llama.cpp allows 512 blocks; phi2 has ten tensors in each.
MOST_TENSORS = 8192

_NAME_LIMIT = 64
_MOST_DIMENSIONS = 4
_DEFAULT_ALIGNMENT = 32
_MOST_ALIGNMENT = 1 << 16


def read_alignment(cursor: Cursor, values: dict[str, Any], kinds: dict[str, str]) -> int:
    """Return the alignment of tensors in bytes.

    Raises:
        InvalidGGUF: `general.alignment` is no u32, no power of two, or out of range. llama.cpp
            takes 1 to 16 as well, and then aborts when it maps the file: its buffers want 32.
    """
    key = "general.alignment"
    if key not in values:
        return _DEFAULT_ALIGNMENT
    if kinds[key] != "u32":
        raise refuse(cursor.path, f"has {key} of type {kinds[key]}, not u32")
    alignment: int = values[key]
    if not _DEFAULT_ALIGNMENT <= alignment <= _MOST_ALIGNMENT or alignment & (alignment - 1):
        raise refuse(
            cursor.path,
            f"has {key} {alignment}, which is no power of two from {_DEFAULT_ALIGNMENT} "
            f"to {_MOST_ALIGNMENT}",
        )
    return alignment


def read_tensors(cursor: Cursor, count: int, alignment: int) -> tuple[list[TensorInfo], int]:
    """Return the tensors and where their data starts in the file.

    Raises:
        InvalidGGUF: an entry is broken, a name comes twice, or the data has holes or overlaps.
    """
    entries = [_read_entry(cursor, index) for index in range(count)]
    start = _padded(cursor.position, alignment) if entries else cursor.position
    tensors: dict[str, TensorInfo] = {}
    expected = 0
    for name, shape, kind, offset in entries:
        if name in tensors:
            raise refuse(cursor.path, f"has the tensor {show(name)} twice")
        if offset != expected:
            raise refuse(
                cursor.path, f"has the tensor {show(name)} at offset {offset}, not {expected}"
            )
        nbytes = math.prod(shape) // kind.block * kind.nbytes
        tensors[name] = TensorInfo(name, shape, kind.name, start + offset, nbytes)
        expected = _padded(offset + nbytes, alignment)
    return list(tensors.values()), start


def _read_entry(cursor: Cursor, index: int) -> tuple[str, tuple[int, ...], GGMLType, int]:
    name = cursor.text(f"the name of tensor {index}")
    length = len(name.encode())
    if not 0 < length < _NAME_LIMIT:
        raise refuse(
            cursor.path,
            f"has a tensor name of {length} bytes, not 1 to {_NAME_LIMIT - 1}: {show(name)}",
        )
    shape = _read_shape(cursor, name)
    kind = _read_type(cursor, name)
    if shape[0] % kind.block:
        raise refuse(
            cursor.path,
            f"has the {kind.name} tensor {show(name)} with rows of {shape[0]} values, "
            f"no multiple of {kind.block}",
        )
    if math.prod(shape) // kind.block * kind.nbytes >= 1 << 63:
        raise refuse(cursor.path, f"has the tensor {show(name)} of impossible shape {shape}")
    return name, shape, kind, cursor.u64(f"the offset of {show(name)}")


def _read_shape(cursor: Cursor, name: str) -> tuple[int, ...]:
    dimensions = cursor.u32(f"the number of dimensions of {show(name)}")
    if not 1 <= dimensions <= _MOST_DIMENSIONS:
        raise refuse(
            cursor.path,
            f"has the tensor {show(name)} with {dimensions} dimensions, not 1 to "
            f"{_MOST_DIMENSIONS}",
        )
    shape = tuple(cursor.u64(f"the shape of {show(name)}") for _ in range(dimensions))
    if 0 in shape or math.prod(shape) >= 1 << 63:
        raise refuse(cursor.path, f"has the tensor {show(name)} of impossible shape {shape}")
    return shape


def _read_type(cursor: Cursor, name: str) -> GGMLType:
    number = cursor.u32(f"the type of {show(name)}")
    if number in REMOVED:
        raise refuse(
            cursor.path,
            f"has the tensor {show(name)} of type {number} ({REMOVED[number]}), which llama.cpp "
            "removed",
            CONVERT,
        )
    if number not in GGML_TYPES:
        raise refuse(cursor.path, f"has the tensor {show(name)} of unknown type {number}", CONVERT)
    return GGML_TYPES[number]


def _padded(position: int, alignment: int) -> int:
    return -(-position // alignment) * alignment
