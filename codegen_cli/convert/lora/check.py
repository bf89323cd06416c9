"""Prove that an adapter file adds to each row of the model what the adapter adds to it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from codegen_cli.convert.config import CodeGenConfig
from codegen_cli.convert.lora.pairs import Pair
from codegen_cli.convert.lora.peft_config import PeftConfig
from codegen_cli.convert.verify_rows import source_row
from codegen_cli.engine.gguf import GGUFFile, TensorInfo, read_gguf
from codegen_cli.errors import CheckFailed

_ROWS = 64
#: Relative error of a set of rows.
_LIMITS = {"F32": 1e-4, "F16": 1e-2}
_QKV = re.compile(r"blk\.(\d+)\.attn_qkv\.weight")


def check_lora(
    path: Path,
    config: CodeGenConfig,
    pairs: Mapping[str, Pair],
    peft: PeftConfig,
    modules: Mapping[str, str],
) -> float:
    """Compare what is added to rows of every matrix; return the largest relative error.

    `modules` names the module of each matrix of the file but those of query, key and value, whose
    rows are found one by one.

    Raises:
        CheckFailed: something else is added.
    """
    file = read_gguf(path)
    tensors = {tensor.name: tensor for tensor in file.tensors}
    alpha = float(file.metadata["adapter.lora.alpha"])
    worst = 0.0
    for name in [name.removesuffix(".lora_a") for name in tensors if name.endswith(".lora_a")]:
        a, b = (_read(file, tensors[f"{name}.lora_{part}"]) for part in "ab")
        rows = np.unique(np.linspace(0, len(b) - 1, _ROWS).astype(int))
        added = b[rows] @ (a.T if name == "token_embd.weight" else a) * (alpha / b.shape[1])
        expected = np.stack([_expected(config, pairs, peft, modules, name, int(r)) for r in rows])
        size = float(np.sqrt((expected**2).mean()))
        error = float(np.sqrt(((added - expected) ** 2).mean())) / max(size, 1e-30)
        if not error <= _LIMITS[tensors[f"{name}.lora_a"].type]:
            raise CheckFailed(
                f"the adapter file adds something else to {name} (relative error {error:.2g})",
                "please report it with adapter_config.json",
            )
        worst = max(worst, error)
    return worst


def _expected(
    config: CodeGenConfig,
    pairs: Mapping[str, Pair],
    peft: PeftConfig,
    modules: Mapping[str, str],
    name: str,
    row: int,
) -> NDArray[np.float32]:
    """Return what PEFT adds to the row of the checkpoint that lies at a row of the file."""
    match = _QKV.fullmatch(name)
    module = modules[name]
    if match:
        part, row = source_row(config, row)
        module = f"transformer.h.{match[1]}.attn.{part}"
    if module not in pairs:
        return np.zeros(config.n_embd, np.float32)
    pair = pairs[module]
    added = pair.b.float32(np.array([row])) @ pair.a.float32()
    scaled: NDArray[np.float32] = added[0] * np.float32(peft.scaling(module, pair.rank))
    return scaled


def _read(file: GGUFFile, tensor: TensorInfo) -> NDArray[np.float32]:
    kind = {"F32": "<f4", "F16": "<f2"}[tensor.type]
    values = np.fromfile(
        file.path, kind, tensor.nbytes // np.dtype(kind).itemsize, "", tensor.offset
    )
    return values.astype(np.float32).reshape(tensor.shape[::-1])
