"""What a GGUF file says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """One tensor: `shape` in ggml order (row length first), `offset` from the start of the file.

    `type` is ggml's name in capitals ("F32", "Q4_K"); `nbytes` has no padding.
    """

    name: str
    shape: tuple[int, ...]
    type: str
    offset: int
    nbytes: int


@dataclass(frozen=True, slots=True)
class GGUFFile:
    """The header of a GGUF file; the weights stay on the disk.

    `metadata` values are str, int, float, bool or `Array`; `kinds` holds their types as GGUF names
    them ("u32", "str", "arr"). `data_offset` and `size` are bytes.
    """

    path: Path
    version: int
    metadata: Mapping[str, Any]
    kinds: Mapping[str, str]
    tensors: tuple[TensorInfo, ...]
    data_offset: int
    size: int

    @property
    def architecture(self) -> str:
        """Return the name of llama.cpp's graph, empty where the file has none."""
        return str(self.metadata.get("general.architecture", ""))

    def own(self, key: str) -> Any:
        """Return the value of a key of its architecture, such as "block_count"; None without."""
        return self.metadata.get(f"{self.architecture}.{key}")
