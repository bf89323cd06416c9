"""The safetensors parser: what it reads, and that each kind of damage is refused."""

from __future__ import annotations

import json
import random
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rawcheckpoint import safetensors, with_header, write

from codegen_cli.convert.checkpoint import open_checkpoint
from codegen_cli.convert.checkpoint.dtypes import BITS
from codegen_cli.errors import CheckpointError

VALUES = np.arange(6, dtype=np.float32)
GOOD = safetensors(
    {
        "w": ("F32", [2, 3], VALUES.tobytes()),
        "mask": ("BOOL", [4], b"\1\0\1\0"),
        "h": ("F16", [3], VALUES[:3].astype(np.float16).tobytes()),
    }
)


def put(folder: Path, data: bytes) -> Path:
    return write(folder, data, "model.safetensors")


def one(**changes: object) -> bytes:
    """Return a file of one float tensor of 8 bytes with parts of its entry replaced."""
    entry = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]} | changes
    return with_header(json.dumps({"w": entry}).encode(), bytes(8))


def two(first: list[int], second: list[int], data: int) -> bytes:
    entries = {
        name: {"dtype": "F32", "shape": [(span[1] - span[0]) // 4], "data_offsets": span}
        for name, span in (("a", first), ("b", second))
    }
    return with_header(json.dumps(entries).encode(), bytes(data))


def test_reads(tmp_path: Path) -> None:
    with open_checkpoint(put(tmp_path, GOOD)) as checkpoint:
        assert checkpoint.format == "safetensors"
        assert list(checkpoint.tensors) == ["w", "h"]
        assert dict(checkpoint.other) == {"mask": "BOOL"}
        assert checkpoint.files == (tmp_path / "model.safetensors",)
        np.testing.assert_array_equal(checkpoint.tensors["w"].float32(), VALUES.reshape(2, 3))
        np.testing.assert_array_equal(checkpoint.tensors["h"].float32(), VALUES[:3])


@pytest.mark.parametrize("dtype", sorted(set(BITS) - {"F32", "F16", "BF16"}))
def test_other_types_are_named_not_refused(tmp_path: Path, dtype: str) -> None:
    data = safetensors({"w": ("F32", [1], bytes(4)), "o": (dtype, [8], bytes(BITS[dtype]))})
    with open_checkpoint(put(tmp_path, data)) as checkpoint:
        assert dict(checkpoint.other) == {"o": dtype}


def test_data_at_an_odd_offset(tmp_path: Path) -> None:
    for spaces in range(4):
        header = json.dumps({"w": {"dtype": "F32", "shape": [6], "data_offsets": [0, 24]}})
        data = with_header(header.encode() + b" " * spaces, VALUES.tobytes())
        with open_checkpoint(put(tmp_path, data)) as checkpoint:
            got = checkpoint.tensors["w"].float32()
        assert got.flags.aligned
        np.testing.assert_array_equal(got, VALUES)


BROKEN = {
    "empty file": (b"", "is empty"),
    "no length": (b"\1\2\3", "truncated"),
    "length beyond the file": (struct.pack("<Q", 1000) + b"{}", "truncated"),
    "huge length": (struct.pack("<Q", 2**64 - 1) + b"{}", "18446744073709551615 bytes"),
    "long header": (struct.pack("<Q", 2**25) + b"{}", "not a safetensors file"),
    "lfs pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "git lfs pull"),
    "not json": (with_header(b"{'w': 1}"), "damaged: JSONDecodeError"),
    "not utf-8": (with_header(b'{"\xff": 1}'), "damaged: UnicodeDecodeError"),
    "not an object": (with_header(b"[]"), "not a JSON object"),
    "deep": (with_header(b'{"w":' + b"[" * 200_000), "damaged: RecursionError"),
    "digits": (with_header(b'{"w":' + b"9" * 5000 + b"}"), "damaged"),
    "NaN": (with_header(b'{"w": NaN}'), "NaN is not JSON"),
    "no tensors": (with_header(b"{}"), "no tensor"),
    "duplicate": (with_header(b'{"w": 1, "w": 2}'), "'w' is there twice"),
    "duplicate field": (with_header(b'{"w": {"dtype": "F32", "dtype": "F16"}}'), "twice"),
    "entry is a list": (with_header(b'{"w": []}'), "lacks its type"),
    "no shape": (with_header(b'{"w": {"dtype": "F32", "data_offsets": [0, 0]}}'), "lacks its"),
    "unknown type": (one(dtype="F33"), "unknown element type"),
    "type is a number": (one(dtype=1), "broken type"),
    "shape is text": (one(shape="2"), "not a list of sizes"),
    "negative size": (one(shape=[-2]), "not a count"),
    "two negative sizes": (one(shape=[-2, -1]), "not a count"),
    "bool size": (one(shape=[True, 2]), "not a count"),
    "float size": (one(shape=[2.0]), "not a count"),
    "absurd size": (one(shape=[2**64]), "not a count"),
    "wrapping shape": (one(shape=[2**32, 2**32, 2]), "larger than any memory"),
    "hidden by zero": (one(shape=[0, 2**62], data_offsets=[0, 0]), "larger than any memory"),
    "many dimensions": (one(shape=[1] * 33), "33 dimensions"),
    "size mismatch": (one(shape=[3]), "needs 12 bytes, its offsets span 8"),
    "span too large": (one(shape=[1]), "needs 4 bytes, its offsets span 8"),
    "begin after end": (one(shape=[0], data_offsets=[8, 0]), "needs 0 bytes, its offsets span -8"),
    "negative offset": (one(data_offsets=[-8, 0]), "not a count"),
    "one offset": (one(data_offsets=[8]), "broken offsets"),
    "text offsets": (one(data_offsets=["0", "8"]), "not a count"),
    "half a byte": (one(dtype="F4", shape=[1], data_offsets=[0, 1]), "inside a byte"),
    "overlap": (two([0, 8], [4, 12], 12), "'b' overlaps"),
    "same place": (two([0, 8], [0, 8], 8), "'b' overlaps"),
    "hole": (two([0, 8], [12, 16], 16), "'b' follows a hole"),
    "hole in front": (two([4, 8], [8, 12], 12), "'a' follows a hole"),
    "trailing bytes": (GOOD + b"\0", f"{len(GOOD)} bytes are expected, it has {len(GOOD) + 1}"),
    "truncated": (GOOD[:-1], f"{len(GOOD)} bytes are expected, it has {len(GOOD) - 1}"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_damage_is_one_line_with_the_path(tmp_path: Path, case: str) -> None:
    data, message = BROKEN[case]
    with pytest.raises(CheckpointError) as caught:
        open_checkpoint(put(tmp_path, data))
    assert message in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path / "model.safetensors"))
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < len(str(tmp_path)) + 300


def test_names_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    header = json.dumps({"\x1b[2J" + "x" * 500: []}).encode()
    with pytest.raises(CheckpointError) as caught:
        open_checkpoint(put(tmp_path, with_header(header)))
    assert "\x1b" not in str(caught.value)
    assert "x" * 81 not in str(caught.value)


def test_every_truncation_is_refused(tmp_path: Path) -> None:
    for length in range(len(GOOD)):
        with pytest.raises(CheckpointError):
            open_checkpoint(put(tmp_path, GOOD[:length]))


def read_everything(folder: Path) -> bool:
    """Say whether the folder opens; any error but CheckpointError is the test's failure."""
    try:
        checkpoint = open_checkpoint(folder)
    except CheckpointError:
        return False
    with checkpoint:
        for tensor in checkpoint.tensors.values():
            assert tensor.float32().nbytes <= 4 * sum(
                path.stat().st_size for path in checkpoint.files
            )
    return True


def test_mutations_end_in_a_result_or_a_checkpoint_error(tmp_path: Path) -> None:
    random_ = random.Random(1)
    outcomes = set()
    for _ in range(2000):
        data = bytearray(GOOD)
        for _ in range(random_.randint(1, 3)):
            data[random_.randrange(len(data))] = random_.choice((0, 34, 44, 48, 57, 91, 125, 255))
        outcomes.add(read_everything(put(tmp_path, bytes(data))))
    assert outcomes == {True, False}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
SIZE = st.integers(-1, 4) | st.sampled_from([2**31, 2**32, 2**63, 2**64, 2**200])
ENTRY = st.fixed_dictionaries(
    {
        "dtype": st.sampled_from([*BITS, "X", None]) | JSON,
        "shape": st.lists(SIZE, max_size=4) | JSON,
        "data_offsets": st.lists(SIZE, min_size=2, max_size=2) | JSON,
    }
)


@settings(max_examples=300, deadline=None)
@given(
    header=st.dictionaries(st.text(max_size=8), ENTRY | JSON, max_size=3), size=st.integers(0, 32)
)
def test_any_header(tmp_path_factory: pytest.TempPathFactory, header: object, size: int) -> None:
    folder = tmp_path_factory.mktemp("any")
    read_everything(put(folder, with_header(json.dumps(header).encode(), bytes(size))))
