"""Broken structures of GGUF files, and the words they are refused with."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from rawgguf import Key, RawGGUF, Tensor, good_parts

from codegen_cli.engine.gguf import read_gguf
from codegen_cli.errors import InvalidGGUF


def refusal(folder: Path, data: bytes) -> InvalidGGUF:
    path = folder / "model.gguf"
    path.write_bytes(data)
    with pytest.raises(InvalidGGUF) as caught:
        read_gguf(path)
    assert str(caught.value).isprintable()
    assert "model.gguf" in caught.value.message
    assert caught.value.hint
    return caught.value


def one_tensor(**changes: Any) -> RawGGUF:
    return RawGGUF(tensors=[Tensor(**({"name": "t", "shape": (32, 2)} | changes))])


def one_key(name: Any, kind: str, value: Any, count: int | None = None) -> RawGGUF:
    return RawGGUF([Key(name, kind, value, count)])


BROKEN: list[tuple[RawGGUF | bytes, str]] = [
    (b"GGUF", "ends inside its header: the version needs 8 bytes, the file has 4"),
    (b"GGUF\0\0\0\x03" + bytes(16), "big-endian"),
    (RawGGUF(version=0), "version 0"),
    (RawGGUF(version=1), "version 1, which llama.cpp no longer reads"),
    (RawGGUF(version=4), "version 4, supported are 2 and 3"),
    (RawGGUF(n_keys=(1 << 64) - 1),
     "claims 0 tensors and 18446744073709551615 keys, more than 8192 and 4096"),
    (RawGGUF(n_tensors=8193), "claims 8193 tensors and 0 keys, more than 8192 and 4096"),
    (RawGGUF(n_keys=4000), "take at least 56024 bytes; the file has 24"),
    (RawGGUF(n_tensors=2, n_keys=1), "take at least 102 bytes"),
    (one_key("", "u64", 1), "empty key (number 0)"),
    (RawGGUF([Key("a", "u32", 1), Key("a", "u32", 2)]), "the key 'a' twice"),
    (one_key("a\0b", "u32", 1), r"zero byte in key 0: 'a\x00b'"),
    (one_key(b"\xff\x1b", "u32", 1), "no UTF-8 in key 0"),
    (one_key("a", "str", "\udcff"), "no UTF-8 in 'a'"),
    (one_key("a", "str", "x\0y"), "zero byte in 'a'"),
    (one_key("a" * 99, "str", "\0"), "'" + "a" * 60 + "'…"),
    (one_key("a", "bool", 0).build()[:-1] + b"\x02", "the byte 2 for true or false in 'a'"),
    (one_key("a", "arr", ("bool", [True])).build()[:-1] + b"\xff", "the byte 255 for true"),
    (one_key("a", "arr", ("u8", []), 1 << 20), "'a' needs 1048625 bytes, the file has 49"),
    (one_key("a", "arr", ("u8", []), (1 << 20) + 1), "1048577 values in 'a', more than 1048576"),
    (one_key("a", "arr", ("str", ["xy"]), 2), "ends inside its header: 'a'"),
    (one_key("a", "arr", ("str", []), (1 << 64) - 1), "values in 'a'"),
    (one_key("a", "arr", ("str", ["xy"])).build()[:-1],
     "ends inside its header: 'a' needs 59 bytes, the file has 58"),
    (one_key("general.alignment", "u64", 32), "general.alignment of type u64, not u32"),
    (one_key("general.alignment", "str", "32"), "of type str, not u32"),
    *((one_key("general.alignment", "u32", n), f"general.alignment {n}")
      for n in (0, 1, 8, 16, 48, 1 << 17)),
    (one_tensor(name=""), "a tensor name of 0 bytes"),
    (one_tensor(name="x" * 64), "a tensor name of 64 bytes, not 1 to 63"),
    (one_tensor(name="ü" * 32), "a tensor name of 64 bytes"),
    (one_tensor(name="x\0"), "zero byte in the name of tensor 0"),
    (one_tensor(shape=()), "with 0 dimensions, not 1 to 4"),
    (one_tensor(shape=(1, 1, 1, 1, 1)), "with 5 dimensions"),
    (one_tensor(shape=(32, 0)), "impossible shape (32, 0)"),
    (one_tensor(type=4), "type 4 (Q4_2), which llama.cpp removed"),
    (one_tensor(type=31), "type 31 (Q4_0_4_4), which llama.cpp removed"),
    (one_tensor(type=43), "unknown type 43"),
    (one_tensor(type=(1 << 32) - 1), "unknown type 4294967295"),
    (one_tensor(shape=(48, 2), type=8), "rows of 48 values, no multiple of 32"),
    (one_tensor(shape=(32, 2), type=12), "the Q4_K tensor 't' with rows of 32 values"),
    (one_tensor(offset=32), "'t' at offset 32, not 0"),
    (RawGGUF(tensors=[Tensor("t", (1,)), Tensor("u", (1,), offset=4)]), "'u' at offset 4, not 32"),
    (RawGGUF(tensors=[Tensor("t", (1,)), Tensor("t", (1,))]), "the tensor 't' twice"),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "words"), BROKEN, ids=[words for _, words in BROKEN])
def test_broken_structures_are_refused(tmp_path: Path, raw: RawGGUF | bytes, words: str) -> None:
    data = raw if isinstance(raw, bytes) else raw.build()
    assert words in refusal(tmp_path, data).message


def header(tensor: Tensor) -> bytes:
    """Return a header alone, for tensors too large to write."""
    return b"GGUF" + struct.pack("<IQQ", 3, 1, 0) + tensor.build(0)


@pytest.mark.parametrize(
    "shape",
    [((1 << 63),), ((1 << 64) - 128,), (1 << 32, 1 << 31), (1 << 61,), (1 << 40, 1 << 20, 4, 1)],
)
def test_impossible_shapes_are_refused(tmp_path: Path, shape: tuple[int, ...]) -> None:
    assert "impossible shape" in refusal(tmp_path, header(Tensor("t", shape))).message


def test_impossible_shapes_of_few_bytes_are_refused(tmp_path: Path) -> None:
    tensor = Tensor("t", (1 << 60, 8), type=41)
    assert tensor.nbytes() < 1 << 63
    assert "impossible shape" in refusal(tmp_path, header(tensor)).message


def test_a_truncated_download_says_both_sizes(tmp_path: Path) -> None:
    data = one_tensor().build()
    message = refusal(tmp_path, data[:-1]).message
    assert f"truncated: its tensors need {len(data)} bytes, the file has {len(data) - 1}" in message


def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    data = good_parts().build()
    for length in [*range(4, 400), *range(400, len(data), 331)]:
        refusal(tmp_path, data[:length])


def test_unknown_value_types_are_refused(tmp_path: Path) -> None:
    data = bytearray(one_key("a", "u32", 1).build())
    data[33:37] = struct.pack("<I", 13)
    assert "unknown type 13 for 'a'" in refusal(tmp_path, bytes(data)).message


def test_arrays_in_arrays_are_refused(tmp_path: Path) -> None:
    data = bytearray(one_key("a", "arr", ("u8", [1])).build())
    data[37:41] = struct.pack("<I", 9)
    assert "arrays inside the array 'a'" in refusal(tmp_path, bytes(data)).message
