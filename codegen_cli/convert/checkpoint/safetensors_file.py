"""The safetensors format: 8 bytes of header length, a JSON header, the tensors' bytes.

Source: https://github.com/huggingface/safetensors#format
"""

from __future__ import annotations

from .dtypes import STORED
from .layout import Contents, Layout, byte_length, contiguous_strides, count, shape_of
from .strict_json import json_object
from .wall import Malformed, shown
from .weight_file import WeightFile

#: A thousand tensors take 100 kB. The reference allows 100 MB, which can parse to gigabytes.
MAX_HEADER_BYTES = 16 * 2**20
_LENGTH_BYTES = 8


def read_safetensors(file: WeightFile) -> Contents:
    """Find every tensor of one file; only the header is read.

    Raises `Malformed` unless the tensors fill the rest of the file, without holes or overlaps.
    """
    header = _header(file)
    contents = Contents()
    spans: list[tuple[int, int, str]] = []
    start = file.size - _data_bytes(file)
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        dtype, shape, begin, end = _entry(name, entry)
        spans.append((begin, end, name))
        if dtype in STORED:
            strides = contiguous_strides(shape)
            contents.tensors[name] = Layout(dtype, shape, strides, start + begin)
        else:
            contents.other[name] = dtype
    _check_spans(spans, start, file.size)
    return contents


def _header_length(file: WeightFile) -> int:
    prefix = file.bytes_at(0, _LENGTH_BYTES, "the header's length")
    length = int.from_bytes(prefix, "little")
    if length > MAX_HEADER_BYTES:
        raise Malformed(f"is not a safetensors file: its header would have {length} bytes")
    return length


def _data_bytes(file: WeightFile) -> int:
    return file.size - _LENGTH_BYTES - _header_length(file)


def _header(file: WeightFile) -> dict[str, object]:
    text = file.bytes_at(_LENGTH_BYTES, _header_length(file), "the header")
    return json_object(text, "the safetensors header")


def _entry(name: str, entry: object) -> tuple[str, tuple[int, ...], int, int]:
    what = f"tensor {shown(name)}"
    if not isinstance(entry, dict) or not {"dtype", "shape", "data_offsets"} <= entry.keys():
        raise Malformed(f"is damaged: {what} lacks its type, shape or offsets")
    dtype, offsets = entry["dtype"], entry["data_offsets"]
    if not isinstance(dtype, str) or not isinstance(offsets, list) or len(offsets) != 2:
        raise Malformed(f"is damaged: {what} has a broken type or broken offsets")
    shape = shape_of(entry["shape"], what)
    begin, end = (count(offset, what) for offset in offsets)
    expected = byte_length(dtype, shape, what)
    if end - begin != expected:
        raise Malformed(
            f"is damaged: {what} needs {expected} bytes, its offsets span {end - begin}"
        )
    return dtype, shape, begin, end


def _check_spans(spans: list[tuple[int, int, str]], start: int, size: int) -> None:
    expected = start + max((end for _, end, _ in spans), default=0)
    if expected > size:
        raise Malformed(f"is truncated: {expected} bytes are expected, it has {size}")
    if expected < size:
        raise Malformed(f"is damaged: {expected} bytes are expected, it has {size}")
    reached = 0
    for begin, end, name in sorted(spans):
        if begin != reached:
            problem = "overlaps another one" if begin < reached else "follows a hole"
            raise Malformed(f"is damaged: tensor {shown(name)} {problem}")
        reached = end
