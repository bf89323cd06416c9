"""Write a checkpoint folder that transformers' CodeGenForCausalLM and `codegen convert` load."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen_cli.convert.checkpoint.tensor import Rows
from codegen_cli.convert.export.encode import TORCH_TYPES
from codegen_cli.convert.export.plan import ExportTensor
from codegen_cli.convert.export.shards import write_shards
from codegen_cli.convert.export.tokenizer_files import copy_tokenizer
from codegen_cli.errors import UsageError
from codegen_cli.files import check_new_folder, new_folder
from models.train.names import Params, to_hf
from models.train.shape import ModelShape

#: Bytes of one safetensors file.
_SHARD_BYTES = 5 * 10**9


@dataclass(frozen=True, slots=True, eq=False)
class _HostTensor:
    """Weights in memory, as the writer of checkpoints reads them."""

    name: str
    array: NDArray[Any]
    dtype: str = "F32"

    @property
    def shape(self) -> tuple[int, ...]:
        return self.array.shape

    def float32(self, rows: Rows = None) -> NDArray[np.float32]:
        picked = self.array if rows is None else self.array[rows]
        return np.array(picked, dtype=np.float32, order="C")

    def release(self) -> None:
        pass


def export_weights(
    params: Params, shape: ModelShape, output: Path, tokenizer: Path | None, dtype: str = "F32"
) -> None:
    """Write config.json, weights and tokenizer files to a new folder, whole or not at all.

    `params` are in this process's memory; `dtype` is F32, F16 or BF16.

    Raises:
        UsageError: the output exists, or the type is unknown.
        CheckpointError: a weight is not finite or too large for the type.
    """
    if dtype not in TORCH_TYPES:
        raise UsageError(f'dtype "{dtype}" is unknown', f"one of {', '.join(TORCH_TYPES)}")
    check_new_folder(output)
    tensors = [
        ExportTensor(name, _HostTensor(name, np.asarray(array)), dtype)
        for name, array in to_hf(params, shape).items()
    ]
    end = _end_of_text(tokenizer, shape)
    with new_folder(output) as folder:
        config = shape.hf_config(end, TORCH_TYPES[dtype])
        (folder / "config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")
        write_shards(folder, tensors, _SHARD_BYTES, lambda _: None)
        if tokenizer:
            copy_tokenizer(tokenizer, folder)


def _end_of_text(tokenizer: Path | None, shape: ModelShape) -> int:
    from codegen_cli.convert.vocab import read_vocab

    return (
        read_vocab(tokenizer, shape.vocab).end_of_text if tokenizer else min(50256, shape.vocab - 1)
    )
