"""The types of metadata values: llama.cpp `ggml/include/gguf.h`, enum gguf_type."""

from __future__ import annotations

STRING = "str"
ARRAY = "arr"
BOOL = "bool"

#: The number in the file to the name llama.cpp prints.
KINDS = {
    0: "u8",
    1: "i8",
    2: "u16",
    3: "i16",
    4: "u32",
    5: "i32",
    6: "f32",
    7: BOOL,
    8: STRING,
    9: ARRAY,
    10: "u64",
    11: "i64",
    12: "f64",
}

#: The `struct` format of each kind that has a fixed size.
FORMATS = {
    "u8": "B",
    "i8": "b",
    "u16": "H",
    "i16": "h",
    "u32": "I",
    "i32": "i",
    "f32": "f",
    BOOL: "?",
    "u64": "Q",
    "i64": "q",
    "f64": "d",
}
