"""What is exported is what was trained, for transformers and for `codegen convert`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from checkpoints import write_checkpoint
from train_rows import SHAPE

from codegen_cli.convert.pipeline import ConvertOptions, convert
from codegen_cli.errors import CheckpointError, UsageError
from models.train.hf_export import export_weights
from models.train.hf_import import import_weights, shape_of
from models.train.lora import merging, new_adapters
from models.train.model import Decoder, init
from models.train.shape import ModelShape

#: All that differs between head width and rotary dimensions, and between groups and heads.
CHECKPOINT: dict[str, Any] = {
    "n_layer": 2,
    "n_embd": 64,
    "n_head": 8,
    "rotary_dim": 4,
    "vocab_size": 320,
    "seed": 1,
}


def logits_of(params: Any, shape: ModelShape, tokens: Any) -> Any:
    return jax.jit(Decoder(shape).apply)({"params": params}, tokens)


def torch_logits(folder: Path, tokens: Any) -> Any:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    model = transformers.CodeGenForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.no_grad():
        return model(torch.tensor(np.asarray(tokens))).logits.numpy()


def test_an_imported_checkpoint_computes_what_transformers_computes(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "hf", **CHECKPOINT)
    shape = shape_of(folder)
    tokens = np.random.default_rng(0).integers(0, 320, (2, 48))
    found = logits_of(import_weights(folder), shape, tokens)
    expected = torch_logits(folder, tokens)
    assert expected.std() > 0.5
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=2e-4)


@pytest.mark.parametrize("scan", [False, True])
def test_an_export_is_what_was_imported_and_converts(tmp_path: Path, scan: bool) -> None:
    folder = write_checkpoint(tmp_path / "hf", **CHECKPOINT)
    params = import_weights(folder, scan)
    export_weights(params, shape_of(folder), tmp_path / "out", tokenizer=folder)
    again = import_weights(tmp_path / "out", scan)
    jax.tree.map(np.testing.assert_array_equal, params, again)
    assert shape_of(tmp_path / "out") == shape_of(folder)
    # Converting checks what it wrote against the checkpoint.
    options = ConvertOptions(file_type="F32", name="m", family="Mono", threads=1)
    convert(tmp_path / "out", tmp_path / "m.gguf", options, lambda *_: None)
    assert (tmp_path / "m.gguf").stat().st_size > 4 * shape_of(folder).parameters


def test_trained_weights_compute_the_same_in_transformers(tmp_path: Path) -> None:
    shape = ModelShape(layers=2, width=32, heads=4, rotary=4, vocab=64, context=32)
    params = jax.tree.map(
        lambda leaf: leaf * 3 + 0.1, jax.jit(init, static_argnums=0)(Decoder(shape), 5)
    )
    export_weights(params, shape, tmp_path / "out", tokenizer=None)
    tokens = np.arange(30).reshape(2, 15)
    expected = torch_logits(tmp_path / "out", tokens)
    assert expected.std() > 0.5
    np.testing.assert_allclose(logits_of(params, shape, tokens), expected, rtol=1e-4, atol=2e-4)


@pytest.mark.parametrize("scan", [False, True])
def test_merged_adapters_compute_what_adapters_beside_compute(scan: bool) -> None:
    params = jax.jit(init, static_argnums=0)(Decoder(SHAPE, scan=scan), 0)
    adapters = new_adapters(params, rank=3, seed=1)
    merge = merging(0.5)
    jax.tree.map(np.testing.assert_array_equal, merge(adapters, params), params)
    adapters = jax.tree.map(lambda leaf: leaf + 0.1, adapters)
    merged = merge(adapters, params)
    block = "h" if scan else "h_1"
    kernel, pair = params[block]["fc_in"]["kernel"], adapters[block]["fc_in"]
    x = np.ones((*kernel.shape[:-2], 1, SHAPE.width), np.float32)
    beside = x @ kernel + 0.5 * ((x @ pair["a"]) @ pair["b"])
    np.testing.assert_allclose(x @ merged[block]["fc_in"]["kernel"], beside, rtol=1e-4)
    assert merged["wte"] is params["wte"]


def test_an_output_that_exists_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").touch()
    with pytest.raises(UsageError, match="exists"):
        export_weights({}, SHAPE, tmp_path / "out", None)


def test_weights_that_are_not_finite_are_not_exported(tmp_path: Path) -> None:
    params = jax.jit(init, static_argnums=0)(Decoder(SHAPE), 0)
    params = jax.tree.map(lambda leaf: leaf * np.float32(np.nan), params)
    with pytest.raises(CheckpointError):
        export_weights(params, SHAPE, tmp_path / "out", None)
    assert list(tmp_path.iterdir()) == []


def test_other_models_are_refused(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "hf", **{**CHECKPOINT, "n_inner": 96})
    with pytest.raises(CheckpointError, match="first generation"):
        import_weights(folder)
