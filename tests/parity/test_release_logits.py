"""Release archives, as Salesforce published them, against transformers' CodeGenForCausalLM."""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Any

import pytest
from checkpoints import write_checkpoint
from hf import converted, distance, load, logits, our_logits, random_tokens, torch

SMALL: dict[str, Any] = {"n_layer": 3, "n_embd": 128, "n_head": 8, "rotary_dim": 8}


@pytest.mark.parametrize("mask", ["causal_mask", "bias"])
@pytest.mark.parametrize("kind", ["w", "w:gz"], ids=["tar", "tar.gz"])
def test_a_release_computes_what_transformers_computes(
    tmp_path: Path, kind: str, mask: str
) -> None:
    """Pack config.json and half-precision weights with their masks, and no tokenizer."""
    folder = write_checkpoint(tmp_path / "source", **SMALL, vocab_size=512, n_ctx=256, seed=4)
    model, tokens = load(folder, "float16"), random_tokens(48, 512)
    state = dict(model.state_dict())
    for layer in range(SMALL["n_layer"]):
        ones = torch.ones(256, 256, dtype=torch.bool)
        state[f"transformer.h.{layer}.attn.{mask}"] = torch.tril(ones).view(1, 1, 256, 256)
        state[f"transformer.h.{layer}.attn.masked_bias"] = torch.tensor(-1e9)
    torch.save(state, tmp_path / "pytorch_model.bin")
    archive = tmp_path / "codegen-tiny-mono.tar.gz"
    with tarfile.open(archive, kind) as out:
        out.add(folder / "config.json", "codegen-tiny-mono/config.json")
        out.add(tmp_path / "pytorch_model.bin", "codegen-tiny-mono/pytorch_model.bin")
    path = converted(archive, tmp_path / "f32.gguf", tokenizer=folder)
    measured = distance(logits(model, tokens), our_logits(path, tokens, exact=True))
    assert measured.max <= 5e-3 and measured.kl <= 1e-6
