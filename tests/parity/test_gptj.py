"""GPT-J checkpoints against transformers' GPTJForCausalLM, at every position."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from checkpoints import write_checkpoint
from hf import F32, converted, distance, load, logits, our_logits, random_tokens, torch
from hf import transformers as hf

from codegen_cli.convert.checkpoint import open_checkpoint
from codegen_cli.convert.config import read_config
from codegen_cli.convert.reference import reference_logits
from codegen_cli.errors import CheckpointError

SMALL: dict[str, Any] = {"n_layer": 2, "n_embd": 128, "n_head": 4, "rotary_dim": 16}
SHAPES: dict[str, dict[str, Any]] = {
    "GPT-J 6B heads": {"n_layer": 2, "n_embd": 1024, "n_head": 4, "rotary_dim": 64},
    "350M re-export": {"n_layer": 3, "n_embd": 512, "n_head": 8, "rotary_dim": 32},
    "odd number of heads": {"n_layer": 2, "n_embd": 96, "n_head": 3, "rotary_dim": 8},
    "one head": {"n_layer": 2, "n_embd": 64, "n_head": 1, "rotary_dim": 64},
    "inner": {**SMALL, "n_inner": 320},
    "tied head": {**SMALL, "tie": True},
    "F16": {**SMALL, "dtype": "F16"},
    "BF16": {**SMALL, "dtype": "BF16"},
}


def write(folder: Path, **changes: Any) -> Path:
    return write_checkpoint(folder, **{"vocab_size": 512, "seed": 3, "family": "gptj", **changes})


def check_float32(expected: F32, path: Path, tokens: list[int]) -> None:
    measured = distance(expected, our_logits(path, tokens, exact=True))
    assert measured.max <= 5e-3 and measured.kl <= 1e-6


@pytest.mark.parametrize("name", SHAPES)
def test_float32_files_compute_what_transformers_computes(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path, **SHAPES[name])
    model, tokens = load(folder), random_tokens(48, 512)
    assert isinstance(model, hf.GPTJForCausalLM)
    expected = logits(model, tokens)
    assert expected.std() > 0.7
    check_float32(expected, converted(folder, tmp_path / "f32.gguf"), tokens)


@pytest.mark.parametrize("name", SHAPES)
def test_the_reference_of_the_check_computes_it_too(tmp_path: Path, name: str) -> None:
    folder, tokens = write(tmp_path, **SHAPES[name]), random_tokens(40, 512)
    with open_checkpoint(folder) as checkpoint:
        ours = reference_logits(read_config(folder), checkpoint, tokens)
    assert distance(logits(load(folder), tokens), ours).max < 1e-3


def test_re_exports_of_2022_carry_masks(tmp_path: Path) -> None:
    """Write what transformers 4 saved: one .bin file with causal masks and their fill value."""
    original = write(tmp_path / "original", **SMALL)
    model, tokens = load(original, "float16"), random_tokens(32, 512)
    state = dict(model.state_dict())
    mask = torch.tril(torch.ones(64, 64, dtype=torch.uint8)).view(1, 1, 64, 64)
    for layer in range(SMALL["n_layer"]):
        state[f"transformer.h.{layer}.attn.bias"] = mask
        state[f"transformer.h.{layer}.attn.masked_bias"] = torch.tensor(-1e4).half()
    saved = tmp_path / "codegen-tiny-mono-gptj"
    saved.mkdir()
    torch.save(state, saved / "pytorch_model.bin")
    config = json.loads((original / "config.json").read_text())
    (saved / "config.json").write_text(json.dumps({**config, "rotary": True}))
    path = converted(saved, tmp_path / "f32.gguf", tokenizer=original)
    check_float32(logits(model, tokens), path, tokens)


def test_the_same_weights_as_codegen_and_as_gptj_give_the_same_file(tmp_path: Path) -> None:
    """Split CodeGen's projection as users of GPT-J's code do; the tensors must be equal bytes."""
    codegen = write(tmp_path / "codegen", **SMALL, family="codegen")
    gptj = write(tmp_path / "gptj", **SMALL)
    source, target = load(codegen), load(gptj)
    state = source.state_dict()
    for layer in range(SMALL["n_layer"]):
        name = f"transformer.h.{layer}.attn."
        parts = state.pop(name + "qkv_proj.weight").view(4, 3, -1, 128).unbind(1)
        for part, rows in zip("qvk", parts, strict=True):
            state[f"{name}{part}_proj.weight"] = rows.reshape(128, 128)
    target.load_state_dict(state, strict=True)
    target.save_pretrained(gptj)
    tokens = random_tokens(32, 512)
    assert distance(logits(source, tokens), logits(target, tokens)).max < 1e-4
    a, b = converted(codegen, tmp_path / "a.gguf"), converted(gptj, tmp_path / "b.gguf")
    size = sum(parameter.numel() for parameter in target.parameters()) * 4
    assert a.read_bytes()[-size:] == b.read_bytes()[-size:]


def test_a_rotary_part_of_none_is_refused_here_and_there(tmp_path: Path) -> None:
    folder = write(tmp_path, **SMALL)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "rotary_dim": None}))
    with pytest.raises(CheckpointError, match="rotary_dim is null"):
        read_config(folder)
    with pytest.raises(Exception, match="rotary_dim"):
        load(folder)
