"""Write LoRA adapters as PEFT saves them, with NumPy alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from rawcheckpoint import safetensors

#: The settings of a plain adapter, as PEFT 0.21 writes them.
CONFIG: dict[str, Any] = {
    "peft_type": "LORA",
    "base_model_name_or_path": "Salesforce/codegen-350M-mono",
    "r": 4,
    "lora_alpha": 8,
    "bias": "none",
    "fan_in_fan_out": False,
    "init_lora_weights": True,
    "use_rslora": False,
    "use_dora": False,
    "modules_to_save": None,
    "rank_pattern": {},
    "alpha_pattern": {},
    "target_modules": ["qkv_proj"],
}


def write_adapter(
    folder: Path, modules: Mapping[str, tuple[int, int]], *, rank: int = 4, **changes: Any
) -> Path:
    """Write random matrices for modules of (out, in) features, and the settings."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "adapter_config.json").write_text(json.dumps({**CONFIG, "r": rank, **changes}))
    draw = np.random.default_rng(1)
    entries = {}
    for module, (rows, columns) in modules.items():
        for part, shape in (("A", (rank, columns)), ("B", (rows, rank))):
            values = draw.normal(0, 0.2, shape).astype(np.float32)
            name = f"base_model.model.{module}.lora_{part}.weight"
            entries[name] = ("F32", list(shape), values.tobytes())
    (folder / "adapter_model.safetensors").write_bytes(safetensors(entries))
    return folder
