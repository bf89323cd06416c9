"""The logits of converted files against transformers' CodeGenForCausalLM, at every position."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from checkpoints import write_checkpoint
from hf import (
    Distance,
    TableGELU,
    converted,
    distance,
    load,
    logits,
    our_logits,
    random_tokens,
    torch,
)
from numpy.typing import NDArray

SMALL: dict[str, Any] = {"n_layer": 2, "n_embd": 128, "n_head": 4, "rotary_dim": 16}

#: Head widths and rotary dimensions are those of the released models; layers and heads are fewer.
SHAPES: dict[str, dict[str, Any]] = {
    "350M": {"n_layer": 3, "n_embd": 512, "n_head": 8, "rotary_dim": 32},
    "2B": {"n_layer": 2, "n_embd": 640, "n_head": 8, "rotary_dim": 64},
    "6B": {"n_layer": 2, "n_embd": 1024, "n_head": 4, "rotary_dim": 64},
    "16B": {"n_layer": 1, "n_embd": 2048, "n_head": 8, "rotary_dim": 64},
    "20 layers": {"n_layer": 20, "n_embd": 128, "n_head": 8, "rotary_dim": 8},
    "inner wider": {**SMALL, "n_inner": 704},
    "inner narrower": {**SMALL, "n_inner": 96},
    "all rotary": {**SMALL, "rotary_dim": 32},
    "least rotary": {**SMALL, "rotary_dim": 2},
    "tied head": {**SMALL, "tie": True},
    "odd vocabulary": {**SMALL, "vocab_size": 331},
    "rows of 40": {"n_layer": 2, "n_embd": 40, "n_head": 4, "rotary_dim": 4},
    "short context": {**SMALL, "n_ctx": 64},
    "F16": {**SMALL, "dtype": "F16"},
    "BF16": {**SMALL, "dtype": "BF16"},
}


def write(folder: Path, **changes: Any) -> Path:
    return write_checkpoint(folder, **{"vocab_size": 512, "seed": 1, **changes})


def check(measured: Distance, max: float, kl: float) -> None:
    assert measured.max <= max
    assert measured.kl <= kl


def check_float32(expected: NDArray[np.float32], path: Path, tokens: list[int]) -> None:
    """Check a float32 file, with llama.cpp's 16-bit attentions (as the engine runs) and without."""
    check(distance(expected, our_logits(path, tokens, exact=True)), max=5e-3, kl=1e-6)
    for flash in (True, False):
        check(distance(expected, our_logits(path, tokens, flash=flash)), max=1e-2, kl=1e-6)


@pytest.mark.parametrize("name", SHAPES)
def test_float32_files_compute_what_transformers_computes(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path, **SHAPES[name])
    model = load(folder)
    tokens = random_tokens(48, model.config.vocab_size)
    expected = logits(model, tokens)
    assert expected.std() > 0.7
    check_float32(expected, converted(folder, tmp_path / "f32.gguf"), tokens)


@pytest.mark.parametrize("name", ["350M", "20 layers", "tied head"])
def test_the_remaining_difference_is_the_gelu_table(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path, **SHAPES[name])
    model, tokens = load(folder), random_tokens(48, 512)
    for block in model.transformer.h:
        block.mlp.act = TableGELU()
    path = converted(folder, tmp_path / "f32.gguf")
    measured = distance(logits(model, tokens), our_logits(path, tokens, exact=True))
    check(measured, max=1e-3, kl=2e-8)


def test_a_long_text_over_several_batches(tmp_path: Path) -> None:
    folder = write(tmp_path, **SMALL)
    tokens = random_tokens(1300, 512)
    check_float32(logits(load(folder), tokens), converted(folder, tmp_path / "f32.gguf"), tokens)


def save_safetensors(model: Any, folder: Path) -> None:
    model.save_pretrained(folder)
    assert (folder / "model.safetensors").is_file()


def save_shards(model: Any, folder: Path) -> None:
    model.save_pretrained(folder, max_shard_size="300KB")
    assert len(list(folder.glob("model-*.safetensors"))) > 2


def save_bin(model: Any, folder: Path) -> None:
    model.config.save_pretrained(folder)
    torch.save(model.state_dict(), folder / "pytorch_model.bin")


def save_bin_shards(model: Any, folder: Path) -> None:
    """Write shards with an index, and the causal masks that exports of 2022 carried along."""
    model.config.save_pretrained(folder)
    state = dict(model.state_dict())
    mask = torch.tril(torch.ones(64, 64, dtype=torch.bool)).view(1, 1, 64, 64)
    state |= {f"transformer.h.{i}.attn.causal_mask": mask for i in range(model.config.n_layer)}
    names, owners = sorted(state), {}
    for number in range(3):
        part = {name: state[name].clone() for name in names[number::3]}
        file = f"pytorch_model-{number + 1:05}-of-00003.bin"
        torch.save(part, folder / file)
        owners |= dict.fromkeys(part, file)
    index = json.dumps({"metadata": {}, "weight_map": owners})
    (folder / "pytorch_model.bin.index.json").write_text(index)


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
@pytest.mark.parametrize("tie", [False, True], ids=["untied", "tied"])
@pytest.mark.parametrize("save", [save_safetensors, save_shards, save_bin, save_bin_shards])
def test_folders_that_transformers_and_torch_write(
    tmp_path: Path, save: Callable[[Any, Path], None], tie: bool, dtype: str
) -> None:
    original = write(tmp_path / "original", **SMALL, tie=tie)
    saved = tmp_path / "saved"
    saved.mkdir()
    model = load(original, dtype)
    save(model, saved)
    tokens = random_tokens(32, 512)
    path = converted(saved, tmp_path / "f32.gguf", tokenizer=original)
    check_float32(logits(model, tokens), path, tokens)


def test_a_wrong_row_order_is_far_outside_the_bounds(tmp_path: Path) -> None:
    """Swap value and key in the checkpoint that transformers sees: the bounds must notice."""
    folder = write(tmp_path, **SMALL)
    path = converted(folder, tmp_path / "f32.gguf")
    model, tokens = load(folder), random_tokens(32, 512)
    for block in model.transformer.h:
        weight = block.attn.qkv_proj.weight
        query, value, key = weight.detach().clone().view(4, 3, -1, 128).unbind(1)
        weight.data = torch.stack([query, key, value], 1).reshape(weight.shape)
    measured = distance(logits(model, tokens), our_logits(path, tokens))
    assert measured.max > 1 and measured.kl > 0.1 and measured.argmax < 0.5
