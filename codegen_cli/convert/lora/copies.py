"""Copies of the base model's matrices in an adapter, which PEFT saves beside adapted embeddings.

An adapter file has no place for them, so they must be the base's own. Source: huggingface/peft
`src/peft/utils/save_and_load.py`, `save_embedding_layers`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from codegen_cli.convert.checkpoint import Tensor, open_checkpoint
from codegen_cli.errors import CheckpointError

_NAME = re.compile(r"(?:base_model\.model\.)?([\w.]+)\.base_layer\.(weight|bias)")
_ROWS = 4096


def without_copies(tensors: Mapping[str, Tensor], base: Path) -> dict[str, Tensor]:
    """Return the tensors that are no copies, after comparing the copies with the base.

    Raises:
        CheckpointError: a copy differs, or the base is no checkpoint to compare with.
    """
    matches = {name: match for name in tensors if (match := _NAME.fullmatch(name))}
    copies = {f"{match[1]}.{match[2]}": tensors[name] for name, match in matches.items()}
    if copies:
        _compare(copies, base)
    return {name: tensor for name, tensor in tensors.items() if name not in matches}


def _compare(copies: Mapping[str, Tensor], base: Path) -> None:
    if not base.is_dir():
        raise CheckpointError(
            f"the adapter holds a copy of {next(iter(copies))}, to be compared with the base",
            "give the checkpoint's folder as --base, or save with save_embedding_layers=False",
        )
    with open_checkpoint(base) as checkpoint:
        for name, copy in copies.items():
            if name not in checkpoint.tensors or not _equal(copy, checkpoint.tensors[name]):
                raise CheckpointError(
                    f"the adapter holds {ascii(name)[:120]}, and it differs from the base's",
                    "merge the adapter into the weights (merge_and_unload), and convert those",
                )


def _equal(a: Tensor, b: Tensor) -> bool:
    """Compare values, as far as the coarser of two types can hold them."""
    if a.shape != b.shape or not a.shape:
        return False
    coarse = {a.dtype, b.dtype} - {"F32"}
    bound = {"F16": 2.0**-10, "BF16": 2.0**-7}
    rtol = max((bound[dtype] for dtype in coarse), default=0.0)
    for start in range(0, a.shape[0], _ROWS):
        rows = slice(start, min(a.shape[0], start + _ROWS))
        if not np.allclose(a.float32(rows), b.float32(rows), rtol=rtol, atol=rtol * 1e-3):
            return False
    return True
