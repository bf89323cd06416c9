"""Write random checkpoints of CodeGen2.5's kind: LLaMA's block, a small GPT-2 tokenizer beside it.

The real vocabulary has 51,200 tokens; `small_vocabulary` lets tests do with a few hundred.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from checkpoints import Dtype, RandomTensor, write_random

from codegen_cli.convert import plain_llama
from codegen_cli.convert.vocab import byte_spelling

TOKENS = 384

#: GPT-2 has no token of two blanks, and neither has this.
MERGES = ("Ġ t", "h e", "Ġt he", "r e", "i n", "d e", "de f", "Ċ Ċ", "Ġ =", "Ġ #", "1 2", "Ã ©")


def small_vocabulary(monkeypatch: pytest.MonkeyPatch, tokens: int = TOKENS) -> None:
    """Let checkpoints of so many tokens be CodeGen2.5's."""
    monkeypatch.setattr(plain_llama, "VOCABULARY", tokens)


def base_tokens(count: int = 0) -> dict[str, int]:
    """Return the ids of a GPT-2 vocabulary: bytes, merges, fillers up to `count`, end of text."""
    tokens = [*byte_spelling().values(), *(merge.replace(" ", "") for merge in MERGES)]
    tokens += [f"filler{i}" for i in range(count - len(tokens) - 1)]
    return {token: index for index, token in enumerate([*tokens, "<|endoftext|>"])}


def write_gpt2(folder: Path, count: int = 0) -> Path:
    """Write vocab.json and merges.txt of `count` tokens, or of as many as it takes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps(base_tokens(count)))
    (folder / "merges.txt").write_text(
        "#version: 0.2\n" + "".join(f"{merge}\n" for merge in MERGES), encoding="utf-8"
    )
    return folder


def write_llama(
    folder: Path,
    *,
    n_layer: int = 2,
    n_embd: int = 64,
    n_head: int = 4,
    n_inner: int = 96,
    vocab_size: int = TOKENS,
    tie: bool = False,
    dtype: Dtype = "F32",
    seed: int = 5,
    **changes: Any,
) -> Path:
    """Write config.json, model.safetensors and the tokenizer; `changes` go into the config."""
    write_gpt2(folder)
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_act": "silu",
        "hidden_size": n_embd,
        "intermediate_size": n_inner,
        "max_position_embeddings": 2048,
        "num_attention_heads": n_head,
        "num_hidden_layers": n_layer,
        "rms_norm_eps": 1e-5,
        "tie_word_embeddings": tie,
        "vocab_size": vocab_size,
        **changes,
    }
    (folder / "config.json").write_text(json.dumps(config))
    tensors = dict(_tensors(n_layer, n_embd, n_inner, vocab_size, tie))
    with (folder / "model.safetensors").open("wb") as out:
        write_random(out, tensors, dtype, seed)
    return folder


def _tensors(n_layer: int, e: int, f: int, v: int, tie: bool) -> Iterator[tuple[str, RandomTensor]]:
    wide, deep = 1 / math.sqrt(e), 1 / math.sqrt(f)
    yield "model.embed_tokens.weight", RandomTensor((v, e), wide if tie else 1.0)
    for layer in range(n_layer):
        prefix = f"model.layers.{layer}."
        yield prefix + "input_layernorm.weight", RandomTensor((e,), 0.1, 1.0)
        for part in "qkv":
            yield f"{prefix}self_attn.{part}_proj.weight", RandomTensor((e, e), 1.5 * wide)
        yield prefix + "self_attn.o_proj.weight", RandomTensor((e, e), wide)
        yield prefix + "post_attention_layernorm.weight", RandomTensor((e,), 0.1, 1.0)
        yield prefix + "mlp.gate_proj.weight", RandomTensor((f, e), wide)
        yield prefix + "mlp.up_proj.weight", RandomTensor((f, e), wide)
        yield prefix + "mlp.down_proj.weight", RandomTensor((e, f), deep)
    yield "model.norm.weight", RandomTensor((e,), 0.1, 1.0)
    if not tie:
        yield "lm_head.weight", RandomTensor((v, e), wide)
