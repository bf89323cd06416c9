"""Write tensors to safetensors files, sharded above a size, in little memory.

Source: https://github.com/huggingface/safetensors#format and, for the names of shards and their
index, transformers' `save_pretrained`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from codegen_cli.convert.export.encode import encode
from codegen_cli.convert.export.plan import ExportTensor

#: Elements in memory at a time.
_BLOCK = 1 << 22


def write_shards(
    folder: Path, tensors: Sequence[ExportTensor], most: int, on_bytes: Callable[[int], None]
) -> list[str]:
    """Write model.safetensors, or shards of up to `most` bytes and their index; return the names.

    Raises:
        CheckpointError: a weight is NaN, infinite or too large for its type.
        OSError: the disk is full.
    """
    shards = list(split(tensors, most))
    names = ["model.safetensors"]
    if len(shards) > 1:
        count = len(shards)
        names = [f"model-{i:05}-of-{count:05}.safetensors" for i in range(1, count + 1)]
        owners = {t.name: file for file, s in zip(names, shards, strict=True) for t in s}
        total = sum(tensor.nbytes for tensor in tensors)
        index = {"metadata": {"total_size": total}, "weight_map": owners}
        (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2))
    for name, shard in zip(names, shards, strict=True):
        with (folder / name).open("wb") as out:
            _write(out, shard, on_bytes)
    return names


def split(tensors: Sequence[ExportTensor], most: int) -> Iterator[list[ExportTensor]]:
    """Yield runs of tensors of up to `most` bytes together, or of one larger tensor."""
    run: list[ExportTensor] = []
    size = 0
    for tensor in tensors:
        if run and size + tensor.nbytes > most:
            yield run
            run, size = [], 0
        run.append(tensor)
        size += tensor.nbytes
    yield run


def _write(out: BinaryIO, tensors: list[ExportTensor], on_bytes: Callable[[int], None]) -> None:
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    start = 0
    for tensor in tensors:
        end = start + tensor.nbytes
        header[tensor.name] = {
            "dtype": tensor.dtype,
            "shape": tensor.shape,
            "data_offsets": [start, end],
        }
        start = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    out.write(len(text).to_bytes(8, "little") + text)
    for tensor in tensors:
        for data in _blocks(tensor):
            out.write(data)
            on_bytes(len(data))
        tensor.source.release()


def _blocks(tensor: ExportTensor) -> Iterator[bytes]:
    if len(tensor.shape) == 1:
        yield encode(tensor.source.float32(), tensor.dtype, tensor.name)
        return
    rows, columns = tensor.shape
    step = max(1, _BLOCK // columns)
    for start in range(0, rows, step):
        part = slice(start, min(rows, start + step))
        picked = part if tensor.rows is None else tensor.rows[part]
        yield encode(tensor.source.float32(picked), tensor.dtype, tensor.name)
