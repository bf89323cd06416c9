"""Reading rows of lazy tensors: exact values, fresh copies, bounded memory."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from rawcheckpoint import safetensors, write

from codegen_cli.convert.checkpoint import LazyTensor, open_checkpoint
from codegen_cli.errors import CheckpointError

VALUES = np.arange(24, dtype=np.float32).reshape(6, 4) - 7.5
BITS = (VALUES.view(np.uint32) >> 16).astype(np.uint16)
ENTRIES = {
    "f32": ("F32", [6, 4], VALUES.tobytes()),
    "f16": ("F16", [6, 4], VALUES.astype(np.float16).tobytes()),
    "bf16": ("BF16", [6, 4], BITS.tobytes()),
    "scalar": ("BF16", [], BITS[0, :1].tobytes()),
    "none": ("F32", [0, 4], b""),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path, safetensors(ENTRIES), "model.safetensors")


@pytest.mark.parametrize("name", ["f32", "f16", "bf16"])
@pytest.mark.parametrize(
    "rows",
    [None, slice(2, 5), slice(None, None, -2), np.array([5, 0, 0, -1]), np.array([], np.int64)],
    ids=["all", "slice", "backwards", "gather", "no-rows"],
)
def test_rows(folder: Path, name: str, rows: slice | np.ndarray | None) -> None:
    expected = VALUES if rows is None else VALUES[rows]
    stored = BITS if name == "bf16" else VALUES
    with open_checkpoint(folder) as checkpoint:
        tensor = checkpoint.tensors[name]
        got, raw = tensor.float32(rows), tensor.raw(rows)
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, expected)
    np.testing.assert_array_equal(raw, stored if rows is None else stored[rows])
    for array in (got, raw):
        assert array.flags.c_contiguous
        assert array.flags.aligned
        assert array.flags.writeable
        assert array.dtype.isnative


def test_raw_types(folder: Path) -> None:
    with open_checkpoint(folder) as checkpoint:
        types = {name: tensor.raw().dtype for name, tensor in checkpoint.tensors.items()}
    assert types["f32"] == np.float32
    assert types["f16"] == np.float16
    assert types["bf16"] == np.uint16


def test_record(folder: Path) -> None:
    with open_checkpoint(folder) as checkpoint:
        tensor = checkpoint.tensors["bf16"]
        assert (tensor.name, tensor.dtype, tensor.shape) == ("bf16", "BF16", (6, 4))
        assert tensor.path == folder / "model.safetensors"
        assert tensor.nbytes == 48
        with pytest.raises(AttributeError):
            tensor.name = "other"  # type: ignore[misc]


def test_scalar_and_empty(folder: Path) -> None:
    with open_checkpoint(folder) as checkpoint:
        scalar = checkpoint.tensors["scalar"].float32()
        assert scalar.shape == ()
        assert scalar == np.float32(-7.5)
        assert checkpoint.tensors["none"].float32().shape == (0, 4)
        checkpoint.tensors["none"].release()


def test_all_bfloat16_bits_widen_exactly(tmp_path: Path) -> None:
    bits = np.arange(2**16, dtype=np.uint16)
    entries = {"all": ("BF16", [2**16], bits.tobytes())}
    with open_checkpoint(write(tmp_path, safetensors(entries), "model.safetensors")) as checkpoint:
        got = checkpoint.tensors["all"].float32().view(np.uint32)
    np.testing.assert_array_equal(got, bits.astype(np.uint32) << 16)


def test_a_row_outside_is_an_index_error(folder: Path) -> None:
    with open_checkpoint(folder) as checkpoint, pytest.raises(IndexError):
        checkpoint.tensors["f32"].float32(np.array([6]))


def test_release_keeps_values_and_copies(folder: Path) -> None:
    with open_checkpoint(folder) as checkpoint:
        tensor = checkpoint.tensors["f32"]
        before = tensor.float32()
        tensor.release()
        np.testing.assert_array_equal(before, VALUES)
        np.testing.assert_array_equal(tensor.float32(), VALUES)


def test_copies_outlive_the_checkpoint_and_later_reads_fail(folder: Path) -> None:
    with open_checkpoint(folder) as checkpoint:
        tensor = checkpoint.tensors["f32"]
        copy = tensor.float32()
    checkpoint.close()
    tensor.release()
    np.testing.assert_array_equal(copy, VALUES)
    with pytest.raises(CheckpointError, match="closed"):
        tensor.float32()


def test_close_with_a_living_view(folder: Path) -> None:
    checkpoint = open_checkpoint(folder)
    tensor = checkpoint.tensors["f32"]
    view = tensor.file.view(tensor.layout)
    checkpoint.close()
    np.testing.assert_array_equal(view, VALUES)


def test_release_without_madvise(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("mmap.MADV_DONTNEED", raising=False)
    with open_checkpoint(folder) as checkpoint:
        checkpoint.tensors["f32"].release()


def _mapped_bytes() -> int:
    shared = Path("/proc/self/statm").read_text().split()[2]
    return int(shared) * os.sysconf("SC_PAGESIZE")


def _growth(tensors: list[LazyTensor], release: bool) -> int:
    start = _mapped_bytes()
    for tensor in tensors:
        tensor.float32()
        if release:
            tensor.release()
    return _mapped_bytes() - start


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_stays_that_of_one_tensor(tmp_path: Path) -> None:
    size = 8 * 2**20
    entries = {f"t{i}": ("F32", [size // 4], bytes(size)) for i in range(8)}
    write(tmp_path, safetensors(entries), "model.safetensors")
    with open_checkpoint(tmp_path) as checkpoint:
        tensors = list(checkpoint.tensors.values())
        assert _growth(tensors, release=True) < size
        assert _growth(tensors, release=False) > 6 * size  # so the line above measures something


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_rows_touch_only_their_pages(tmp_path: Path) -> None:
    shape = [64, 2**18]
    entries = {"wide": ("F32", shape, bytes(4 * shape[0] * shape[1]))}
    write(tmp_path, safetensors(entries), "model.safetensors")
    with open_checkpoint(tmp_path) as checkpoint:
        start = _mapped_bytes()
        checkpoint.tensors["wide"].float32(np.array([3, 40]))
        checkpoint.tensors["wide"].float32(slice(10, 11))
        assert _mapped_bytes() - start < 24 * 2**20  # systems map up to 2 MiB around a byte
