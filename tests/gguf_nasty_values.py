"""Values that GGUF readers trip over."""

from __future__ import annotations

import random
from typing import Any

INTEGERS = (0, 1, 2, 3, 7, 31, 32, 33, 63, 64, 65, 255, 256, 512, 513, 1 << 16, (1 << 31) - 1)
BOUNDARIES = tuple(
    sorted({*INTEGERS, 1 << 31, (1 << 32) - 1, (1 << 62) + 3, (1 << 63) - 1, (1 << 64) - 1})
)
FLOATS = (0.0, -0.0, -1e-5, 1e-30, 1.0, 1e30, float("inf"), float("-inf"), float("nan"))
STRINGS = ("", "\0", "llama", "phi2", "phi3", "gpt2\0x", "default", "A" * 70, "\udcff", "<|end|>")
ALIGNMENTS = (0, 1, 2, 8, 16, 24, 32, 64, 128, 4096, 1 << 20, 1 << 31)

#: Keys that llama.cpp reads for a phi2 model, and whose values it may not survive.
HOSTILE = (
    *(("u32", f"phi2.{name}") for name in (
        "nextn_predict_layers", "expert_count", "expert_used_count", "expert_group_count",
        "attention.key_length", "attention.value_length", "attention.sliding_window",
        "attention.key_length_swa", "rope.dimension_count_swa", "pooling_type",
        "rope.scaling.original_context_length", "embedding_length_out", "classifier.pooling_type",
        "vocab_size",
    )),
    ("str", "phi2.rope.scaling.type"), ("f32", "phi2.rope.scaling.factor"),
    ("f32", "phi2.rope.freq_base"), ("bool", "phi2.attention.causal"),
    ("f32", "phi2.rope.scaling.attn_factor"), ("bool", "phi2.rope.scaling.finetuned"),
    ("u16", "split.count"), ("u16", "split.no"), ("str", "adapter.type"), ("str", "general.type"),
    ("u32", "general.alignment"), ("u32", "general.file_type"), ("str", "tokenizer.chat_template"),
    ("bool", "tokenizer.ggml.add_space_prefix"), ("bool", "tokenizer.ggml.add_eos_token"),
    ("bool", "tokenizer.ggml.remove_extra_whitespaces"), ("u32", "tokenizer.ggml.token_type_count"),
    ("u32", "tokenizer.ggml.eot_token_id"), ("u32", "tokenizer.ggml.unknown_token_id"),
    ("u32", "tokenizer.ggml.padding_token_id"), ("u32", "tokenizer.ggml.fim_pre_token_id"),
    ("u64", "user.note"), ("str", "codegen.family"),
)  # fmt: skip


def value_of(kind: str, rng: random.Random) -> Any:
    """Return a nasty value of a kind."""
    if kind == "str":
        return rng.choice(STRINGS)
    if kind == "bool":
        return rng.random() < 0.5
    if kind in ("f32", "f64"):
        return rng.choice(FLOATS)
    bits = int(kind[1:])
    value = rng.choice(BOUNDARIES) & ((1 << bits) - 1)
    return value - (1 << bits) if kind[0] == "i" and value >> (bits - 1) else value
