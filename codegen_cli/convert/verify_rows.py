"""Prove that the qkv rows of a written file lie where they should.

In the lowest-bit types rounding moves the logits as far as a wrong row order would. The rows
themselves tell the two apart: a rounded row is still near its source, another row is not.
"""

from __future__ import annotations

import numpy as np
from gguf import GGMLQuantizationType
from gguf.quants import dequantize
from numpy.typing import NDArray

from codegen_cli.convert.checkpoint import Checkpoint
from codegen_cli.convert.config import CodeGenConfig
from codegen_cli.engine.gguf import GGUFFile
from codegen_cli.engine.gguf.architecture import PHI2
from codegen_cli.errors import CheckFailed

#: Rows that are looked at in the first and the last layer.
_ROWS = 96

#: Relative RMS error of a row set. Measured: right rows up to 0.16 (Q2_K), wrong ones from 0.66.
_LIMIT = 0.4


def check_rows(file: GGUFFile, config: CodeGenConfig, checkpoint: Checkpoint) -> None:
    """Compare qkv rows of the first and last layer with the checkpoint's.

    Raises:
        CheckFailed: they are other rows.
    """
    for layer in {0, config.n_layer - 1}:
        rows = np.unique(np.linspace(0, 3 * config.n_embd - 1, _ROWS).astype(int))
        written_RxE = _written_rows(file, config, f"blk.{layer}.", rows)
        expected_RxE = _expected_rows(config, checkpoint, layer, rows)
        error = float(np.sqrt(((written_RxE - expected_RxE) ** 2).mean()))
        size = float(np.sqrt((expected_RxE**2).mean()))
        if not error <= _LIMIT * max(size, 1e-12):
            raise CheckFailed(
                f"the qkv rows of layer {layer} are not those of the checkpoint "
                f"(relative error {error / max(size, 1e-12):.2f})",
                "please report it with the checkpoint's config.json",
            )


def _written_rows(
    file: GGUFFile, config: CodeGenConfig, block: str, rows: NDArray[np.int_]
) -> NDArray[np.float32]:
    """Return rows of q, k and v, numbered as if they were stacked in this order."""
    if config.graph is PHI2:
        return _read_rows(file, f"{block}attn_qkv.weight", rows)
    parts, within = np.divmod(rows, config.n_embd)
    return np.concatenate(
        [
            _read_rows(file, f"{block}attn_{name}.weight", within[parts == part])
            for part, name in enumerate("qkv")
        ]
    )


def _expected_rows(
    config: CodeGenConfig, checkpoint: Checkpoint, layer: int, rows: NDArray[np.int_]
) -> NDArray[np.float32]:
    out = np.empty((len(rows), config.n_embd), np.float32)
    place = source_row if config.graph is PHI2 else llama_source_row
    block = "transformer.h.{}.attn" if config.graph is PHI2 else "model.layers.{}.self_attn"
    places = [place(config, int(row)) for row in rows]
    for name in sorted({name for name, _ in places}):
        tensor = checkpoint.tensors[f"{block.format(layer)}.{name}.weight"]
        here = [i for i, found in enumerate(places) if found[0] == name]
        out[here] = tensor.float32(np.array([places[i][1] for i in here]))
        tensor.release()
    return out


def llama_source_row(config: CodeGenConfig, row: int) -> tuple[str, int]:
    """Return the same for LLaMA, whose rotary pairs lie beside each other in the file."""
    part, within = divmod(row, config.n_embd)
    head, place = divmod(within, config.head_dim)
    if part < 2:
        place = place // 2 + (place % 2) * (config.head_dim // 2)
    return f"{'qkv'[part]}_proj", head * config.head_dim + place


def source_row(config: CodeGenConfig, row: int) -> tuple[str, int]:
    """Return the checkpoint's tensor and row that belong at a row of the file, counted one by one.

    It shares nothing with `relayout.qkv_rows`, so that one cannot prove itself right.
    """
    part, within = divmod(row, config.n_embd)
    head, place = divmod(within, config.head_dim)
    half = config.rotary_dim // 2
    if part < 2 and place < config.rotary_dim:
        place = 2 * place if place < half else 2 * (place - half) + 1
    if config.raw.get("model_type") == "gptj":
        return ("q_proj", "k_proj", "v_proj")[part], head * config.head_dim + place
    core, head = divmod(head, config.n_head // config.qkv.groups)
    width = config.n_embd // config.qkv.groups
    part_in_core = (0, 2, 1)[part]  # q, k, v here; q, v, k there
    row_in_core = part_in_core * width + head * config.head_dim + place
    return "qkv_proj", core * 3 * width + row_in_core


def _read_rows(file: GGUFFile, name: str, rows: NDArray[np.int_]) -> NDArray[np.float32]:
    tensor = next(tensor for tensor in file.tensors if tensor.name == name)
    row_bytes = tensor.nbytes // tensor.shape[1]
    blocks = []
    with file.path.open("rb") as stream:
        for row in rows:
            stream.seek(tensor.offset + int(row) * row_bytes)
            blocks.append(np.frombuffer(stream.read(row_bytes), np.uint8))
    values = dequantize(np.stack(blocks), GGMLQuantizationType[tensor.type])
    return np.asarray(values, np.float32).reshape(len(rows), tensor.shape[0])
