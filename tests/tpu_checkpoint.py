"""Write checkpoints as Jaxformer does on its TPUs, from weights named as in transformers.

The parameters are put into Haiku's nested dicts and flattened as JAX flattens trees, by sorted
keys: no table of the reader under test is used.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
Tree = dict[str, Any]


def haiku_tree(weights: Mapping[str, F32], n_layer: int, bias_E: F32) -> Tree:
    """Return {embed, proj, transformer}; `bias_E` is what the embedding's rows have in common."""

    def stack(name: str) -> F32:
        return np.stack([weights[f"transformer.h.{i}.{name}"] for i in range(n_layer)])

    def turned(name: str) -> F32:
        return np.ascontiguousarray(stack(name).transpose(0, 2, 1))

    # Haiku's dicts keep the order in which modules were called, which is not the sorted one.
    block: Tree = {
        "block/~/ln": {"scale": stack("ln_1.weight"), "offset": stack("ln_1.bias")},
        "block/~/attn/~/proj_qkv": {"w": turned("attn.qkv_proj.weight")},
        "block/~/attn/~/proj_out": {"w": turned("attn.out_proj.weight")},
        "block/~/ff/~/proj_in": {"w": turned("mlp.fc_in.weight"), "b": stack("mlp.fc_in.bias")},
        "block/~/ff/~/proj_out": {"w": turned("mlp.fc_out.weight"), "b": stack("mlp.fc_out.bias")},
    }
    embedding = {"w": weights["transformer.wte.weight"] - bias_E, "b": bias_E}
    norm = {"scale": weights["transformer.ln_f.weight"], "offset": weights["transformer.ln_f.bias"]}
    linear = {"w": weights["lm_head.weight"].T.copy(), "b": weights["lm_head.bias"]}
    return {
        "transformer": block,
        "proj": {"projection/~/linear": linear, "projection/~/layer_norm": norm},
        "embed": {"embedding_sharded/~/proj": embedding},
    }


def leaves(tree: Any) -> Iterator[NDArray[Any]]:
    """Yield the arrays of a tree in the order of jax.tree_flatten."""
    if isinstance(tree, dict):
        for key in sorted(tree):
            yield from leaves(tree[key])
    else:
        yield tree


def bfloat16(values: F32) -> NDArray[Any]:
    """Return values as bfloat16 that numpy takes for two bytes of anything, rounded to nearest."""
    bits = values.view(np.uint32)
    rounded = bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))
    return (rounded >> np.uint32(16)).astype("<u2").view("V2")


def write_tpu_checkpoint(folder: Path, arrays: list[NDArray[Any]], processes: int = 2) -> Path:
    """Write ckpt.json and the same arrays for each process."""
    (folder / "model").mkdir(parents=True)
    for process in range(processes):
        with (folder / "model" / f"{process}.npz").open("wb") as out:
            np.savez(out, *arrays)
    state = {"process_count": processes, "step": 150000, "wandb_run_id": "x", "data_files": ["a"]}
    (folder / "ckpt.json").write_text(json.dumps(state))
    return folder


def write_run_config(path: Path, config: Mapping[str, Any], **changes: Any) -> Path:
    """Write the configuration of a run of the same shape as transformers' `config`."""
    run = {
        "tpu_version": 4,
        "model_type": "decoder",
        "model_layers": config["n_layer"],
        "model_dim": config["n_embd"],
        "model_head_dim": config["n_embd"] // config["n_head"],
        "model_heads": config["n_head"],
        "model_vocab_size": config["vocab_size"],
        "model_pe_rotary_dims": config["rotary_dim"],
        "model_seq_len": config["n_positions"],
        "ckpt_dir": "gs://bucket/checkpoints/codegen_tiny_mono",
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**run, **changes}))
    return path


def streamed(arrays: list[NDArray[Any]]) -> bytes:
    """Return the .npz that numpy writes to a stream which cannot seek, such as a bucket's."""
    out = io.BytesIO()

    class Pipe(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            return out.write(data)

    with zipfile.ZipFile(Pipe(), "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for number, array in enumerate(arrays):
            with archive.open(f"arr_{number}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, array)
    return out.getvalue()
