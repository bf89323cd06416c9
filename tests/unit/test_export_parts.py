"""The parts of an export: rounding, shards, rows, folders that appear whole."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from checkpoints import write_checkpoint
from numpy.typing import NDArray

from codegen_cli.convert.checkpoint import open_checkpoint
from codegen_cli.convert.export.encode import encode
from codegen_cli.convert.export.plan import ExportTensor, gptj_tensors
from codegen_cli.convert.export.shards import split, write_shards
from codegen_cli.convert.qkv import GGUF
from codegen_cli.convert.relayout import head_rows, qkv_rows
from codegen_cli.convert.source import Source, open_source
from codegen_cli.errors import CheckpointError, CodegenError, UsageError
from codegen_cli.files import check_new_folder, new_folder


class Matrix:
    """A tensor in memory."""

    def __init__(self, values: NDArray[np.float32], dtype: str = "F32") -> None:
        self.values, self.name, self.dtype, self.shape = values, "m", dtype, values.shape

    def float32(self, rows: Any = None) -> NDArray[np.float32]:
        return np.array(self.values if rows is None else self.values[rows])

    def release(self) -> None:
        pass


@pytest.mark.parametrize("dtype", ["F32", "F16", "BF16"])
def test_values_that_fit_a_type_are_kept(dtype: str) -> None:
    values = np.array([[0.0, -0.0, 1.5, -2.25, 2.0**-14, 30000.0]], np.float32)
    values = values if dtype != "BF16" else (values.view(np.uint32) >> 16 << 16).view(np.float32)
    data = encode(values, dtype, "w")
    kind = {"F32": "<f4", "F16": "<f2", "BF16": "<u2"}[dtype]
    back = np.frombuffer(data, kind)
    if dtype == "BF16":
        back = (back.astype(np.uint32) << 16).view(np.float32)
    np.testing.assert_array_equal(back.astype(np.float32), values[0])


def test_bfloat16_rounds_to_the_nearest_even() -> None:
    bits = np.array([0x3F808000, 0x3F818000, 0x3F808001, 0x3F807FFF, 0x7F7F8000], np.uint32)
    out = np.frombuffer(encode(bits.view(np.float32), "BF16", "w"), np.uint16)
    assert [hex(value) for value in out] == ["0x3f80", "0x3f82", "0x3f81", "0x3f80", "0x7f80"]


@pytest.mark.parametrize(
    ("value", "dtype", "reason"),
    [(np.nan, "F32", "NaN"), (np.inf, "BF16", "infinite"), (70000, "F16", "beyond F16's 65504")],
)
def test_values_that_fit_no_type_are_refused(value: float, dtype: str, reason: str) -> None:
    with pytest.raises(CheckpointError, match=f"w.*{reason}"):
        encode(np.array([1, value], np.float32), dtype, "w")


def tensors(*rows: int) -> list[ExportTensor]:
    draw = np.random.default_rng(0)
    values = [draw.normal(size=(count, 4)).astype(np.float32) for count in rows]
    return [ExportTensor(f"t{i}", Matrix(value), "F32") for i, value in enumerate(values)]


def test_shards_hold_runs_up_to_a_size() -> None:
    runs = [[t.name for t in run] for run in split(tensors(1, 1, 9, 1, 2, 1), 48)]
    assert runs == [["t0", "t1"], ["t2"], ["t3", "t4"], ["t5"]]


@pytest.mark.parametrize("most", [1, 100, 10**9])
def test_shards_read_back(tmp_path: Path, most: int) -> None:
    written = tensors(3, 1, 5)
    order = np.array([4, 0, 2])
    written.append(replace(written[2], name="some", rows=order))
    told: list[int] = []
    files = write_shards(tmp_path, written, most, told.append)
    assert sum(told) == sum(tensor.nbytes for tensor in written)
    assert len(files) == {1: 4, 100: 3, 10**9: 1}[most]
    assert (tmp_path / "model.safetensors.index.json").exists() == (len(files) > 1)
    with open_checkpoint(tmp_path) as checkpoint:
        for tensor in written[:3]:
            np.testing.assert_array_equal(
                checkpoint.tensors[tensor.name].float32(), tensor.source.float32()
            )
        expected = written[2].source.float32(order)
        np.testing.assert_array_equal(checkpoint.tensors["some"].float32(), expected)


def test_rows_of_each_part_are_traced_by_hand(tmp_path: Path) -> None:
    """8 heads of 8, 4 cores of 48 rows: 16 of q, 16 of v, 16 of k."""
    folder = write_checkpoint(
        tmp_path / "c", n_layer=1, n_embd=64, n_head=8, rotary_dim=4, vocab_size=300, seed=1
    )
    with open_source(folder, lambda *_: None) as source:
        config = source.config
        names = [tensor.name for tensor in gptj_tensors(source, None)]
    assert names[1:4] == [f"transformer.h.0.attn.{part}_proj.weight" for part in "qkv"]
    assert list(head_rows(config, "q")[2]) == list(range(48, 56))
    assert list(head_rows(config, "k")[1]) == list(range(40, 48))
    assert list(head_rows(config, "v")[7]) == list(range(168, 176))
    halves = replace(config, qkv=GGUF)
    assert list(head_rows(halves, "q")[0]) == [0, 2, 1, 3, 4, 5, 6, 7]
    assert list(head_rows(halves, "v")[0]) == list(range(128, 136))
    assert list(qkv_rows(halves)) == list(range(192))


def test_a_source_with_other_tensors_is_refused(tmp_path: Path) -> None:
    folder = write_checkpoint(
        tmp_path / "c", n_layer=1, n_embd=8, n_head=4, rotary_dim=2, vocab_size=300, seed=1
    )
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "n_layer": 2}))
    with open_source(folder, lambda *_: None) as source:
        assert isinstance(source, Source)
        with pytest.raises(CheckpointError, match=r"lacks transformer\.h\.1"):
            gptj_tensors(source, None)


def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    with new_folder(tmp_path / "out") as folder:
        (folder / "a").write_text("a")
        assert not (tmp_path / "out").exists()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a"]
    for error in (ValueError, KeyboardInterrupt):
        with pytest.raises(error), new_folder(tmp_path / "other") as folder:
            (folder / "deep").mkdir()
            raise error
    with pytest.raises(CodegenError, match="No space"), new_folder(tmp_path / "other"):
        raise OSError(28, "No space left on device")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_empty_folder_may_be_there(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    check_new_folder(tmp_path / "empty")
    with new_folder(tmp_path / "empty") as folder:
        (folder / "a").write_text("a")
    with pytest.raises(UsageError, match="exists"):
        check_new_folder(tmp_path / "empty")
    with pytest.raises(UsageError, match="exists"):
        check_new_folder(tmp_path / "empty" / "a")
    with pytest.raises(UsageError, match="no such folder"):
        check_new_folder(tmp_path / "x" / "y")
