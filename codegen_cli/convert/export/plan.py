"""The tensors of a GPT-J checkpoint, and the rows of the source that each one takes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from codegen_cli.convert.checkpoint import Tensor
from codegen_cli.convert.checkpoint.derived import stacked
from codegen_cli.convert.export.encode import ITEM_BYTES
from codegen_cli.convert.names import map_tensors
from codegen_cli.convert.relayout import head_rows
from codegen_cli.convert.source import Source

#: Of each block, in the order of transformers' modules.
_BLOCK = (
    "ln_1.weight",
    "ln_1.bias",
    "attn.out_proj.weight",
    "mlp.fc_in.weight",
    "mlp.fc_in.bias",
    "mlp.fc_out.weight",
    "mlp.fc_out.bias",
)


@dataclass(frozen=True, slots=True)
class ExportTensor:
    """A tensor to write: its type, and the rows of the source in their new order (None: all)."""

    name: str
    source: Tensor
    dtype: str
    rows: NDArray[np.intp] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the sizes."""
        shape = self.source.shape
        return shape if self.rows is None else (len(self.rows), *shape[1:])

    @property
    def nbytes(self) -> int:
        """Return the bytes in the file."""
        return math.prod(self.shape) * ITEM_BYTES[self.dtype]


def gptj_tensors(source: Source, dtype: str | None) -> list[ExportTensor]:
    """Return all tensors of the GPT-J checkpoint; `dtype` None keeps each tensor's own.

    Raises:
        CheckpointError: the source lacks a tensor, or has other ones.
    """
    config, tensors = source.config, source.checkpoint.tensors
    shapes = {name: tensor.shape for name, tensor in tensors.items()}
    map_tensors(config, shapes, source.checkpoint.other)

    def same(name: str, origin: str = "") -> ExportTensor:
        tensor = tensors[origin or name]
        return ExportTensor(name, tensor, dtype or tensor.dtype)

    out = [same("transformer.wte.weight")]
    for layer in range(config.n_layer):
        prefix = f"transformer.h.{layer}."
        qkv = stacked(prefix + "qkv", [tensors[prefix + name] for name in config.qkv.tensors])
        for part in "qkv":
            rows = head_rows(config, part).ravel()
            name = f"{prefix}attn.{part}_proj.weight"
            out.append(ExportTensor(name, qkv, dtype or qkv.dtype, rows))
        out += [same(prefix + name) for name in _BLOCK]
    head = "transformer.wte.weight" if config.tie_word_embeddings else "lm_head.weight"
    ends = [same("transformer.ln_f.weight"), same("transformer.ln_f.bias")]
    return [*out, *ends, same("lm_head.weight", head), same("lm_head.bias")]
