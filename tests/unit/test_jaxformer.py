"""TPU checkpoints: names and turns, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tpu_checkpoint import haiku_tree, leaves, write_run_config, write_tpu_checkpoint

from codegen_cli.convert.checkpoint.derived import BiasedTensor, StackedTensor
from codegen_cli.convert.jaxformer import is_jaxformer, open_jaxformer, read_run_config
from codegen_cli.convert.names import map_tensors, target_tensors
from codegen_cli.convert.source import open_source
from codegen_cli.errors import CheckpointError, UsageError

CONFIG = {"n_layer": 2, "n_embd": 32, "n_head": 8, "vocab_size": 300, "rotary_dim": 4}
SHAPE: dict[str, Any] = {**CONFIG, "n_positions": 64}
BIAS = np.linspace(-1, 1, 32, dtype=np.float32)


def random_weights(folder: Path) -> dict[str, NDArray[np.float32]]:
    """Return random weights of the shape, by name."""
    config = read_run_config(folder, write_run_config(folder / "shape.json", SHAPE), None)
    draw = np.random.default_rng(0)
    shapes = {name: t.source_shape for t in target_tensors(config) for name in t.sources}
    return {name: draw.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


@pytest.fixture
def weights(tmp_path: Path) -> dict[str, NDArray[np.float32]]:
    return random_weights(tmp_path)


@pytest.fixture
def step(tmp_path: Path, weights: dict[str, NDArray[np.float32]]) -> Path:
    folder = write_tpu_checkpoint(tmp_path / "150000", list(leaves(haiku_tree(weights, 2, BIAS))))
    write_run_config(folder / "config.json", SHAPE)
    return folder


def test_every_tensor_comes_back(step: Path, weights: dict[str, NDArray[np.float32]]) -> None:
    config = read_run_config(step, None, None)
    assert is_jaxformer(step) and config.n_inner == 128 and config.qkv.groups == 4
    with open_jaxformer(step, config) as checkpoint:
        shapes = {name: tensor.shape for name, tensor in checkpoint.tensors.items()}
        map_tensors(config, shapes, checkpoint.other)
        for name, expected in weights.items():
            got = checkpoint.tensors[name].float32()
            np.testing.assert_allclose(got, expected, atol=1e-6)
            rows = np.array([3, 0, 3])
            np.testing.assert_array_equal(checkpoint.tensors[name].float32(rows), got[rows])


def test_a_step_is_named_after_its_run(step: Path) -> None:
    with open_source(step, lambda *_: None) as source:
        assert source.name == "codegen_tiny_mono"
        assert source.files == (step / "model" / "0.npz",)


def test_the_first_copy_that_is_there_is_read(step: Path) -> None:
    (step / "model" / "0.npz").rename(step / "model" / "10.npz")
    (step / "model" / "notes.npz").write_bytes(b"")
    with open_jaxformer(step, read_run_config(step, None, None)) as checkpoint:
        assert checkpoint.files == (step / "model" / "1.npz",)


@pytest.mark.parametrize(
    ("changes", "cores", "groups"),
    [({"tpu_version": 3}, None, 8), ({"tpu_version": 3}, 4, 4), ({"tpu_cores": 2}, None, 2)],
)
def test_the_cores_follow_the_tpu(
    tmp_path: Path, changes: dict[str, int], cores: int | None, groups: int
) -> None:
    path = write_run_config(tmp_path / "run.json", SHAPE, **changes)
    assert read_run_config(tmp_path, path, cores).qkv.groups == groups


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"model_layers": None}, "run.json: model_layers is null, not a positive number"),
        ({"model_dim": "32"}, 'model_dim is "32", not a positive number'),
        ({"model_head_dim": 16}, "8 heads of 16 are not as wide as model_dim 32"),
        ({"tpu_version": 5}, "tpu_version is not 3 or 4"),
        ({"tpu_cores": "x"}, "tpu_version is not 3 or 4"),
        ({"tpu_cores": 3}, "n_head 8 is not a multiple of 3"),
        ({"model_pe_rotary_dims": 6}, "rotary_dim 6 is not an even number up to the head width 4"),
    ],
)
def test_other_configurations_are_refused(
    tmp_path: Path, changes: dict[str, Any], reason: str
) -> None:
    path = write_run_config(tmp_path / "run.json", SHAPE, **changes)
    with pytest.raises(CheckpointError, match=reason):
        read_run_config(tmp_path, path, None)


def test_without_a_configuration_one_is_asked_for(step: Path) -> None:
    (step / "config.json").unlink()
    with pytest.raises(CheckpointError, match="no run configurations.*--config"):
        read_run_config(step, None, None)
    for name in "ab":
        write_run_config(step / "config" / f"{name}.json", SHAPE)
    with pytest.raises(CheckpointError, match="2 run configurations.*--config"):
        read_run_config(step, None, None)


def test_broken_steps_are_refused(step: Path) -> None:
    config = read_run_config(step, None, None)
    wider = read_run_config(
        step, write_run_config(step / "wide.json", SHAPE, model_vocab_size=301), None
    )
    with pytest.raises(CheckpointError, match="proj/w has the shape .300, 32., but the run's"):
        open_jaxformer(step, wider)
    (step / "model" / "0.npz").write_bytes((step / "model" / "0.npz").read_bytes()[:-50])
    with pytest.raises(CheckpointError, match=r"0\.npz is damaged: BadZipFile"):
        open_jaxformer(step, config)
    for path in (step / "model").iterdir():
        path.unlink()
    with pytest.raises(CheckpointError, match=r"model holds no 0\.npz"):
        open_jaxformer(step, config)
    (step / "ckpt.json").write_text("{")
    with pytest.raises(CheckpointError, match=r"ckpt\.json is damaged"):
        open_jaxformer(step, config)


def test_missing_arrays_are_refused(
    tmp_path: Path, weights: dict[str, NDArray[np.float32]]
) -> None:
    arrays = list(leaves(haiku_tree(weights, 2, BIAS)))
    folder = write_tpu_checkpoint(tmp_path / "cut", arrays[:-1])
    write_run_config(folder / "config.json", SHAPE)
    with pytest.raises(CheckpointError, match="holds 13 arrays of floats, not the 14 of a model"):
        open_jaxformer(folder, read_run_config(folder, None, None))


def test_its_options_are_refused_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "codegen"}))
    opening = open_source(tmp_path, lambda *_: None, run_config=tmp_path / "run.json")
    with pytest.raises(UsageError, match="not a TPU checkpoint"), opening:
        pass


class Rows:
    """A matrix in memory that does what tensors do."""

    def __init__(self, values: NDArray[np.float32], dtype: str = "F32") -> None:
        self.values, self.name, self.dtype, self.shape = values, "rows", dtype, values.shape
        self.released = 0

    def float32(self, rows: Any = None) -> NDArray[np.float32]:
        return (self.values if rows is None else self.values[rows]).copy()

    def release(self) -> None:
        self.released += 1


def test_stacked_rows_are_those_of_the_parts() -> None:
    draw = np.random.default_rng(1)
    parts = [Rows(draw.normal(size=(n, 4)).astype(np.float32)) for n in (3, 1, 5)]
    whole = np.concatenate([part.values for part in parts])
    tensor = StackedTensor("all", tuple(parts))
    assert tensor.shape == (9, 4) and tensor.dtype == "F32"
    for rows in (None, slice(2, 7), slice(0, 0), np.array([8, 0, 3, 3, 2, 4])):
        expected = whole if rows is None else whole[rows]
        np.testing.assert_array_equal(tensor.float32(rows), expected)
    with pytest.raises(IndexError):
        tensor.float32(np.array([9]))
    tensor.release()
    assert [part.released for part in parts] == [1, 1, 1]
    parts[0].dtype = "F16"
    assert tensor.dtype == "F32"


def test_a_bias_is_added_to_each_row() -> None:
    values = np.arange(12, dtype=np.float32).reshape(4, 3)
    bias = np.array([1, 2, 3], np.float32)
    tensor = BiasedTensor("sum", Rows(values, "F16"), Rows(bias))
    np.testing.assert_array_equal(tensor.float32(np.array([2, 0])), values[[2, 0]] + bias)
    np.testing.assert_array_equal(tensor.float32(), values + bias)
    assert tensor.dtype == "F32" and tensor.shape == (4, 3)
