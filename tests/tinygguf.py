"""Write a tiny CodeGen model as GGUF: random weights, a real byte-level vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gguf
import numpy as np

NORMAL, CONTROL, USER_DEFINED, UNUSED = 1, 3, 4, 5

MERGES = (
    "Ġ t", "h e", "i n", "r e", "o n", "Ġt he", "e r", "Ġ s", "a t", "Ġ =",
    "p r", "in t", "pr int", "Ġ #", "Ċ Ċ", "d e", "de f", "Ġ a",
)  # fmt: skip

_VOCABULARY_MULTIPLE = 64


def byte_characters() -> list[str]:
    """Return GPT-2's character for each byte, by byte."""
    plain = {*range(33, 127), *range(161, 173), *range(174, 256)}
    spare = iter(range(256, 512))
    return [chr(byte if byte in plain else next(spare)) for byte in range(256)]


def tiny_vocabulary() -> tuple[list[str], list[int]]:
    """Return tokens and their types: bytes, merges, end of text, runs of blanks, padding."""
    normal = byte_characters() + [merge.replace(" ", "") for merge in MERGES]
    runs = [" " * n for n in range(31, 1, -1)] + ["\t" * n for n in range(9, 1, -1)]
    tokens = [*normal, "<|endoftext|>", *runs]
    types = [NORMAL] * len(normal) + [CONTROL] + [USER_DEFINED] * len(runs)
    padding = -len(tokens) % _VOCABULARY_MULTIPLE
    tokens += [f"<|pad{i}|>" for i in range(padding)]
    return tokens, types + [UNUSED] * padding


def tiny_metadata(
    *, layers: int, width: int, heads: int, rotary: int, inner: int, context: int
) -> dict[str, Any]:
    """Return what the converter would write; ints are u32, floats f32, lists arrays."""
    tokens, types = tiny_vocabulary()
    end = tokens.index("<|endoftext|>")
    return {
        "general.type": "model",
        "general.name": "tiny",
        "general.quantization_version": 2,
        "phi2.context_length": context,
        "phi2.embedding_length": width,
        "phi2.feed_forward_length": inner,
        "phi2.block_count": layers,
        "phi2.attention.head_count": heads,
        "phi2.attention.head_count_kv": heads,
        "phi2.attention.layer_norm_epsilon": 1e-5,
        "phi2.rope.dimension_count": rotary,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "gpt-2",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": types,
        "tokenizer.ggml.merges": list(MERGES),
        "tokenizer.ggml.bos_token_id": end,
        "tokenizer.ggml.eos_token_id": end,
        "tokenizer.ggml.add_bos_token": False,
    }


def tiny_shapes(*, layers: int, width: int, inner: int, n_vocab: int) -> dict[str, tuple[int, ...]]:
    """Return the shape of each tensor in numpy order (rows first)."""
    block: dict[str, tuple[int, ...]] = {
        "attn_norm.weight": (width,),
        "attn_norm.bias": (width,),
        "attn_qkv.weight": (3 * width, width),
        "attn_qkv.bias": (3 * width,),
        "attn_output.weight": (width, width),
        "attn_output.bias": (width,),
        "ffn_up.weight": (inner, width),
        "ffn_up.bias": (inner,),
        "ffn_down.weight": (width, inner),
        "ffn_down.bias": (width,),
    }
    return {
        "token_embd.weight": (n_vocab, width),
        "output_norm.weight": (width,),
        "output_norm.bias": (width,),
        "output.weight": (n_vocab, width),
        "output.bias": (n_vocab,),
        **{f"blk.{i}.{name}": shape for i in range(layers) for name, shape in block.items()},
    }


def write_tiny_gguf(
    path: Path,
    *,
    layers: int = 2,
    width: int = 64,
    heads: int = 4,
    rotary: int = 8,
    inner: int | None = None,
    context: int = 256,
    weights: gguf.GGMLQuantizationType = gguf.GGMLQuantizationType.F32,
    seed: int = 0,
    metadata: Mapping[str, Any] | None = None,
) -> Path:
    """Write a model that llama.cpp loads and runs, about 0.5 MB; return its path.

    `weights` is the type of the matrices (one that gguf-py can quantize to). `metadata` replaces
    values by key; None removes the key.
    """
    inner = inner or 4 * width
    values = tiny_metadata(
        layers=layers, width=width, heads=heads, rotary=rotary, inner=inner, context=context
    )
    n_vocab = len(values["tokenizer.ggml.tokens"])
    values |= metadata or {}
    writer = gguf.GGUFWriter(path, arch="phi2")
    for key, value in values.items():
        if value is not None:
            _add(writer, key, value)
    random = np.random.default_rng(seed)
    shapes = tiny_shapes(layers=layers, width=width, inner=inner, n_vocab=n_vocab)
    for name, shape in shapes.items():
        data = random.normal(0.0, 0.02, shape).astype(np.float32)
        if name.endswith("norm.weight"):
            data += 1.0
        kind = weights if len(shape) == 2 else gguf.GGMLQuantizationType.F32
        writer.add_tensor(name, gguf.quants.quantize(data, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _add(writer: gguf.GGUFWriter, key: str, value: Any) -> None:
    if isinstance(value, bool):
        writer.add_bool(key, value)
    elif isinstance(value, int):
        writer.add_uint32(key, value)
    elif isinstance(value, float):
        writer.add_float32(key, value)
    elif isinstance(value, str):
        writer.add_string(key, value)
    else:
        writer.add_array(key, value)
