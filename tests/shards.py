"""Split a checkpoint's model.safetensors into shards with an index, as the Hub's large ones are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def shard(folder: Path, count: int) -> Path:
    """Replace model.safetensors by `count` shards of about equal numbers of tensors."""
    whole = folder / "model.safetensors"
    data = whole.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)
    names = list(header)
    weight_map = {}
    for number in range(count):
        mine = names[number * len(names) // count : (number + 1) * len(names) // count]
        file = f"model-{number + 1:05}-of-{count:05}.safetensors"
        _write(folder / file, {name: header[name] for name in mine}, data[start:])
        weight_map |= dict.fromkeys(mine, file)
    index = {"metadata": {"total_size": len(data) - start}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    whole.unlink()
    return folder


def _write(path: Path, entries: dict[str, Any], data: bytes) -> None:
    header, body = {}, b""
    for name, entry in entries.items():
        begin, end = entry["data_offsets"]
        header[name] = {**entry, "data_offsets": [len(body), len(body) + end - begin]}
        body += data[begin:end]
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)
