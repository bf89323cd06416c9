"""Write a checkpoint of any shape that takes no room: weights are holes, which read as zeros."""

from __future__ import annotations

import json
import math
from pathlib import Path

from checkpoints import _tensors, write_tokenizer


def write_sparse(
    folder: Path,
    *,
    n_layer: int,
    n_embd: int,
    n_head: int,
    rotary_dim: int,
    vocab_size: int,
) -> Path:
    """Write config.json, F16 model.safetensors of zeros, and the small tokenizer."""
    folder.mkdir(parents=True)
    config = {
        "model_type": "codegen",
        "n_layer": n_layer,
        "n_embd": n_embd,
        "n_head": n_head,
        "rotary_dim": rotary_dim,
        "vocab_size": vocab_size,
    }
    (folder / "config.json").write_text(json.dumps(config))
    write_tokenizer(folder, vocab_size)
    header, end = {}, 0
    for name, tensor in _tensors(n_layer, n_embd, 4 * n_embd, vocab_size, False, 1.0, "codegen"):
        start, end = end, end + 2 * math.prod(tensor.shape)
        header[name] = {"dtype": "F16", "shape": tensor.shape, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    with (folder / "model.safetensors").open("wb") as out:
        out.write(len(text).to_bytes(8, "little") + text)
        out.truncate(8 + len(text) + end)
    return folder
