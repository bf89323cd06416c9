"""The structure of GGUF files: what is read, and what is refused with which words."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rawgguf import Key, RawGGUF, Tensor, good_parts, raw_of
from tinygguf import write_tiny_gguf

from codegen_cli.engine.gguf import Array, GGUFFile, read_gguf
from codegen_cli.engine.gguf.cursor import HEADER_LIMIT
from codegen_cli.errors import InvalidGGUF, ModelError, ModelNotFound


def read_bytes(folder: Path, data: bytes) -> GGUFFile:
    path = folder / "model.gguf"
    path.write_bytes(data)
    return read_gguf(path)


def test_reads_what_gguf_py_wrote(tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "tiny.gguf", weights=gguf.GGMLQuantizationType.Q8_0)
    file, other = read_gguf(path), gguf.GGUFReader(path)
    assert (file.path, file.size, file.version) == (path, path.stat().st_size, 3)
    assert file.data_offset == other.data_offset
    names = [name for name in other.fields if not name.startswith("GGUF.")]
    assert list(file.metadata) == names
    for name in names:
        value = file.metadata[name]
        if isinstance(value, Array):
            value = value.strings() if value.kind == "str" else list(value.numbers())
        assert value == other.fields[name].contents(), name
    found = [(t.name, t.shape, t.type, t.offset, t.nbytes) for t in file.tensors]
    assert found == [
        (t.name, tuple(t.shape.tolist()), t.tensor_type.name, t.data_offset, t.n_bytes)
        for t in other.tensors
    ]


def test_hand_made_bytes_equal_gguf_py(tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "tiny.gguf")
    assert raw_of(path).build() == path.read_bytes()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("u8", 255), ("i8", -128), ("u16", 65535), ("i16", -1), ("u32", 1 << 31), ("i32", -5),
        ("u64", (1 << 64) - 1), ("i64", -(1 << 63)), ("f32", 0.5), ("f64", 0.1), ("bool", True),
        ("str", "naïve\n"), ("str", ""),
    ],
)  # fmt: skip
def test_every_kind_of_value(tmp_path: Path, kind: str, value: Any) -> None:
    raw = RawGGUF([Key("a", kind, value), Key("b", "arr", (kind, [value] * 3)), Key("c", "u8", 1)])
    file = read_bytes(tmp_path, raw.build())
    array = file.metadata["b"]
    assert file.metadata["a"] == value
    assert (array.kind, len(array), file.metadata["c"]) == (kind, 3, 1)
    assert list(array.strings() if kind == "str" else array.numbers()) == [value] * 3
    assert file.kinds == {"a": kind, "b": "arr", "c": "u8"}


def test_tokens_may_be_any_bytes(tmp_path: Path) -> None:
    raw = RawGGUF([Key("a", "arr", ("str", ["\udcff", "", "ok"]))])
    assert read_bytes(tmp_path, raw.build()).metadata["a"].strings() == ["\udcff", "", "ok"]


def test_numbers_are_no_strings() -> None:
    with pytest.raises(TypeError, match="u8"):
        Array("u8", 1, b"\0").strings()


def test_version_2_is_the_same(tmp_path: Path) -> None:
    raw = good_parts()
    raw.version = 2
    assert read_bytes(tmp_path, raw.build()).version == 2


def test_alignment_moves_the_tensors(tmp_path: Path) -> None:
    raw = RawGGUF([Key("general.alignment", "u32", 256)], alignment=256)
    raw.tensors = [Tensor("t", (1,)), Tensor("u", (1,))]
    assert [tensor.offset for tensor in read_bytes(tmp_path, raw.build()).tensors] == [256, 512]


def test_padding_of_the_last_tensor_is_not_needed(tmp_path: Path) -> None:
    data = RawGGUF(tensors=[Tensor("t", (1,))]).build()
    assert read_bytes(tmp_path, data[:-28]).tensors[0].nbytes == 4


def test_a_huge_header_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    length = HEADER_LIMIT + 1
    head = RawGGUF([Key("a", "str", "")]).build()[:-8]
    path.write_bytes(head + struct.pack("<Q", length))
    os.truncate(path, 2 * length)
    with pytest.raises(InvalidGGUF, match="header of more than 33554432 bytes"):
        read_gguf(path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.gguf")
    with pytest.raises(InvalidGGUF, match="is no file"):
        read_gguf(tmp_path / "pipe.gguf")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidGGUF, match="is no file"):
        read_gguf(tmp_path)


def test_a_missing_file_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match="there is no file"):
        read_gguf(tmp_path / "none.gguf")


def test_an_unreadable_file_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_tiny_gguf(tmp_path / "tiny.gguf")

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(ModelError, match="Permission denied"):
        read_gguf(path)


def test_a_file_that_shrinks_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_tiny_gguf(tmp_path / "tiny.gguf")
    true_size = path.stat()
    path.write_bytes(path.read_bytes()[:3000])
    monkeypatch.setattr(Path, "stat", lambda *_, **__: true_size)
    with pytest.raises(InvalidGGUF, match="shrank to 3000 bytes"):
        read_gguf(path)


def test_a_path_cannot_steer_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "a\n\x1b[2J.gguf"
    path.write_bytes(b"")
    with pytest.raises(InvalidGGUF) as caught:
        read_gguf(path)
    assert str(caught.value).isprintable()


@given(st.binary(max_size=200), st.integers(0, 60), st.integers(0, 3), st.integers(0, 3))
@settings(max_examples=300)
def test_random_bytes_give_only_one_error(
    tmp_path_factory: pytest.TempPathFactory, tail: bytes, keep: int, tensors: int, keys: int
) -> None:
    good = good_parts().build()[24 : 24 + keep]
    data = b"GGUF" + struct.pack("<IQQ", 3, tensors, keys) + good + tail
    path = tmp_path_factory.getbasetemp() / "random.gguf"
    path.write_bytes(data)
    try:
        read_gguf(path)
    except InvalidGGUF as error:
        assert str(error).isprintable()


def test_a_full_vocabulary_is_read_quickly(tmp_path: Path) -> None:
    keys = [Key(f"k{i}", "arr", ("str", [f"token{n}" for n in range(51_200)])) for i in range(2)]
    path = tmp_path / "model.gguf"
    path.write_bytes(RawGGUF(keys).build())
    seconds = min(_timed(lambda: read_gguf(path)) for _ in range(3))
    # Measured 0.012 s; `codegen models list` reads every model it shows.
    assert seconds < 0.15


def _timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def test_reading_imports_nothing_heavy() -> None:
    code = "import sys, codegen_cli.engine.gguf; print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert {"numpy", "gguf", "llama_cpp"}.isdisjoint(result.stdout.split())
