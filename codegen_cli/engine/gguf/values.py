"""Read the metadata: keys with typed values."""

from __future__ import annotations

import struct
from typing import Any

from codegen_cli.engine.gguf.array import Array
from codegen_cli.engine.gguf.cursor import Cursor
from codegen_cli.engine.gguf.kinds import ARRAY, BOOL, FORMATS, KINDS, STRING
from codegen_cli.engine.gguf.refusal import refuse, show

#: Key length, one character, type, one byte of value.
LEAST_BYTES = 8 + 1 + 4 + 1

MOST_KEYS = 4096
_MOST_ELEMENTS = 1 << 20


def read_metadata(cursor: Cursor, count: int) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values and their kinds by key.

    Raises:
        InvalidGGUF: a key or value is broken, or a key comes twice.
    """
    values: dict[str, Any] = {}
    kinds: dict[str, str] = {}
    for index in range(count):
        key = cursor.text(f"key {index}")
        if not key:
            raise refuse(cursor.path, f"has an empty key (number {index})")
        if key in values:
            raise refuse(cursor.path, f"has the key {show(key)} twice")
        kinds[key] = _read_kind(cursor, key)
        values[key] = _read_value(cursor, key, kinds[key])
    return values, kinds


def _read_kind(cursor: Cursor, key: str) -> str:
    number = cursor.u32(f"the type of {show(key)}")
    if number not in KINDS:
        raise refuse(cursor.path, f"has a value of unknown type {number} for {show(key)}")
    return KINDS[number]


def _read_value(cursor: Cursor, key: str, kind: str) -> Any:
    if kind == STRING:
        return cursor.text(show(key))
    if kind == ARRAY:
        return _read_array(cursor, key)
    raw = _take(cursor, key, kind, 1)
    return struct.unpack("<" + FORMATS[kind], raw)[0]


def _read_array(cursor: Cursor, key: str) -> Array:
    kind = _read_kind(cursor, key)
    if kind == ARRAY:
        raise refuse(cursor.path, f"has arrays inside the array {show(key)}")
    count = cursor.u64(f"the length of {show(key)}")
    if count > _MOST_ELEMENTS:
        raise refuse(cursor.path, f"has {count} values in {show(key)}, more than {_MOST_ELEMENTS}")
    if kind != STRING:
        return Array(kind, count, _take(cursor, key, kind, count))
    start = cursor.position
    cursor.skip_strings(count, show(key))
    return Array(kind, count, cursor.data[start : cursor.position])


def _take(cursor: Cursor, key: str, kind: str, count: int) -> bytes:
    length = count * struct.calcsize("<" + FORMATS[kind])
    start = cursor.take(length, show(key))
    raw = cursor.data[start : start + length]
    # llama.cpp takes any byte but 0 for true; a byte above 1 means that the file is damaged.
    if kind == BOOL and raw and max(raw) > 1:
        raise refuse(cursor.path, f"has the byte {max(raw)} for true or false in {show(key)}")
    return raw
