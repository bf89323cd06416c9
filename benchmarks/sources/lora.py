"""An adapter of the random model, and the model with it merged in."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

from benchmarks.sources.build import Model

RANK, ALPHA = 16, 32
MODULES = ("attn.qkv_proj", "attn.out_proj", "mlp.fc_in", "mlp.fc_out")


def write_adapter(model: Model, folder: Path) -> Path:
    """Write an adapter of every matrix of every block, as PEFT saves it."""
    folder.mkdir()
    draw, tensors = np.random.default_rng(3), {}
    for name, weight in model.torch.state_dict().items():
        module = name.removesuffix(".weight")
        if module.endswith(MODULES):
            rows, columns = weight.shape
            for part, shape in (("A", (RANK, columns)), ("B", (rows, RANK))):
                values = draw.normal(0, 0.02, shape).astype(np.float32)
                tensors[f"base_model.model.{module}.lora_{part}.weight"] = values
    save_file(tensors, folder / "adapter_model.safetensors")
    config = {"peft_type": "LORA", "r": RANK, "lora_alpha": ALPHA, "bias": "none"}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    return folder


def merge(model: Model, folder: Path) -> None:
    """Add the adapter to transformers' weights."""
    from safetensors.numpy import load_file

    tensors = load_file(folder / "adapter_model.safetensors")
    state = model.torch.state_dict()
    for name, b in tensors.items():
        if name.endswith(".lora_B.weight"):
            a = tensors[name.replace("lora_B", "lora_A")]
            module = name.removeprefix("base_model.model.").removesuffix(".lora_B.weight")
            state[f"{module}.weight"] += torch.from_numpy(b @ a) * (ALPHA / RANK)
