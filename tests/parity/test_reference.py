"""The NumPy forward pass that checks conversions against transformers' CodeGenForCausalLM."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from checkpoints import write_checkpoint
from hf import F32, load, logits, random_tokens

from codegen_cli.convert.checkpoint import open_checkpoint
from codegen_cli.convert.config import read_config
from codegen_cli.convert.reference import reference_logits

SHAPES: dict[str, dict[str, Any]] = {
    "350M": {"n_layer": 3, "n_embd": 512, "n_head": 8, "rotary_dim": 32},
    "2B": {"n_layer": 2, "n_embd": 640, "n_head": 8, "rotary_dim": 64},
    "6B": {"n_layer": 1, "n_embd": 1024, "n_head": 4, "rotary_dim": 64},
    "16B": {"n_layer": 1, "n_embd": 2048, "n_head": 8, "rotary_dim": 64},
    "deep": {"n_layer": 34, "n_embd": 64, "n_head": 4, "rotary_dim": 8},
    "tied, F16": {
        "n_layer": 2,
        "n_embd": 128,
        "n_head": 4,
        "rotary_dim": 32,
        "tie": True,
        "dtype": "F16",
    },
    "inner, BF16": {
        "n_layer": 2,
        "n_embd": 128,
        "n_head": 8,
        "rotary_dim": 2,
        "n_inner": 96,
        "dtype": "BF16",
    },
}


def reference(folder: Path, tokens: list[int]) -> F32:
    with open_checkpoint(folder) as checkpoint:
        return reference_logits(read_config(folder), checkpoint, tokens)


@pytest.mark.parametrize("name", SHAPES)
def test_random_weights(tmp_path: Path, name: str) -> None:
    folder = write_checkpoint(tmp_path, vocab_size=331, seed=7, **SHAPES[name])
    tokens = random_tokens(40, 331)
    expected = logits(load(folder), tokens)
    assert expected.std() > 0.7
    np.testing.assert_allclose(reference(folder, tokens), expected, rtol=0, atol=1e-3)


def test_trained_weights(nano: Path) -> None:
    tokens = random_tokens(300, 1000)
    expected = logits(load(nano), tokens)
    np.testing.assert_allclose(reference(nano, tokens), expected, rtol=0, atol=1e-3)
