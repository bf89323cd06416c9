"""The same random model as every kind of source."""

from __future__ import annotations

import json
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

from codegen_cli.convert.vocab import byte_spelling
from tests.checkpoints import write_checkpoint
from tests.tpu_checkpoint import (
    bfloat16,
    haiku_tree,
    leaves,
    write_run_config,
    write_tpu_checkpoint,
)

CORES = 4

#: CodeGen 350M in full: 357 million weights.
SHAPE = {"n_layer": 20, "n_embd": 1024, "n_head": 16, "rotary_dim": 32, "vocab_size": 51200}


class Model:
    """A random checkpoint of 350M's shape in F16, and transformers' model of it in float32."""

    def __init__(self, folder: Path, layers: int) -> None:
        self.shape = {**SHAPE, "n_layer": layers}
        self.folder = write_checkpoint(folder / "codegen-mono", **self.shape, dtype="F16", seed=0)
        self.torch = AutoModelForCausalLM.from_pretrained(self.folder, dtype="float32").eval()

    def state(self) -> dict[str, Any]:
        """Return the weights in F16, by name."""
        return {name: value.half() for name, value in self.torch.state_dict().items()}


def pickled(model: Model, folder: Path) -> Path:
    """Write pytorch_model.bin with the causal masks that exports of 2022 have, and the config."""
    folder.mkdir()
    state = model.state()
    mask = torch.tril(torch.ones(2048, 2048, dtype=torch.bool)).view(1, 1, 2048, 2048)
    for layer in range(model.shape["n_layer"]):
        state[f"transformer.h.{layer}.attn.causal_mask"] = mask.clone()
        state[f"transformer.h.{layer}.attn.masked_bias"] = torch.tensor(-1e9)
    torch.save(state, folder / "pytorch_model.bin")
    shutil.copy(model.folder / "config.json", folder)
    return folder


def packed(kind: str) -> Callable[[Model, Path], Path]:
    """Return what writes a release archive: config.json and pytorch_model.bin, no tokenizer."""

    def write(model: Model, folder: Path) -> Path:
        inner = pickled(model, folder)
        path = folder.parent / f"{folder.name}.{kind}"
        if kind == "zip":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                for file in inner.iterdir():
                    archive.write(file, f"codegen-mono/{file.name}")
        elif kind == "tar":
            with tarfile.open(path, "w") as archive:
                archive.add(inner, "codegen-mono")
        else:
            with tarfile.open(path, "w:gz", compresslevel=1) as archive:
                archive.add(inner, "codegen-mono")
        shutil.rmtree(inner)
        return path

    return write


def tpu(dtype: str) -> Callable[[Model, Path], Path]:
    """Return what writes a TPU checkpoint in F32 or BF16."""

    def write(model: Model, folder: Path) -> Path:
        weights = {name: value.numpy() for name, value in model.torch.state_dict().items()}
        bias_E = np.random.default_rng(1).normal(size=SHAPE["n_embd"]).astype(np.float32)
        arrays = list(leaves(haiku_tree(weights, model.shape["n_layer"], bias_E)))
        if dtype == "BF16":
            arrays = [bfloat16(np.ascontiguousarray(array)) for array in arrays]
        write_tpu_checkpoint(folder, arrays, processes=1)
        config = json.loads((model.folder / "config.json").read_text())
        write_run_config(folder / "config.json", config)
        return folder

    return write


def gptj(model: Model, folder: Path) -> Path:
    """Write what users of GPT-J's code made of CodeGen: three projections instead of one."""
    folder.mkdir()
    state, width = model.state(), SHAPE["n_embd"]
    for layer in range(model.shape["n_layer"]):
        name = f"transformer.h.{layer}.attn."
        parts = state.pop(name + "qkv_proj.weight").view(CORES, 3, -1, width).unbind(1)
        for part, rows in zip("qvk", parts, strict=True):
            state[f"{name}{part}_proj.weight"] = rows.reshape(width, width)
    torch.save(state, folder / "pytorch_model.bin")
    config = json.loads((model.folder / "config.json").read_text())
    config |= {"model_type": "gptj", "architectures": ["GPTJForCausalLM"]}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def eight_way(model: Model, folder: Path) -> Path:
    """Write the same function as CodeGen2 1B and 3.7B lay it out: rows for 8 cores."""
    folder.mkdir()
    state, width = model.state(), SHAPE["n_embd"]
    for layer in range(model.shape["n_layer"]):
        name = f"transformer.h.{layer}.attn.qkv_proj.weight"
        parts = state[name].view(CORES, 3, -1, width).unbind(1)
        eight = [rows.reshape(2 * CORES, -1, width) for rows in parts]
        state[name] = torch.stack(eight, 1).reshape(-1, width)
    torch.save(state, folder / "pytorch_model.bin")
    config = json.loads((model.folder / "config.json").read_text())
    config["head_dim"] = width // SHAPE["n_head"]
    (folder / "config.json").write_text(json.dumps(config))
    return folder


def llama(model: Model, folder: Path) -> Path:
    """Write a random model of CodeGen2.5's kind, as wide and deep as the other."""
    config = LlamaConfig(
        vocab_size=SHAPE["vocab_size"],
        hidden_size=SHAPE["n_embd"],
        intermediate_size=2816,
        num_hidden_layers=model.shape["n_layer"],
        num_attention_heads=SHAPE["n_head"],
        rms_norm_eps=1e-5,
    )
    torch.manual_seed(0)
    other = LlamaForCausalLM(config)
    for parameter in other.parameters():
        if parameter.ndim == 2:
            torch.nn.init.normal_(parameter, 0, parameter.shape[1] ** -0.5)
    other.half().save_pretrained(folder)
    # As many tokens as GPT-2 has: only their number matters here.
    tokens = [*byte_spelling().values(), *(f"token{i}" for i in range(50000)), "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(tokens)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return folder


def as_it_is(model: Model, _folder: Path) -> Path:
    """Return the folder with model.safetensors."""
    return model.folder


#: What each kind of source is called in the table, and what writes it.
SOURCES: dict[str, Callable[[Model, Path], Path]] = {
    "folder, safetensors": as_it_is,
    "folder, .bin": pickled,
    "release, .tar": packed("tar"),
    "release, .tar.gz": packed("tar.gz"),
    "release, .zip": packed("zip"),
    "TPU, F32": tpu("F32"),
    "TPU, BF16": tpu("BF16"),
    "GPT-J folder": gptj,
    "CodeGen2 folder, 8-way": eight_way,
    "CodeGen2.5 folder": llama,
}
