"""Write GGUF files byte by byte, also wrong ones."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tinygguf import tiny_metadata, tiny_shapes

from codegen_cli.engine.gguf import Array, read_gguf
from codegen_cli.engine.gguf.ggml_types import GGML_TYPES
from codegen_cli.engine.gguf.kinds import FORMATS, KINDS

NUMBERS = {name: number for number, name in KINDS.items()}
TYPE_IDS = {kind.name: number for number, kind in GGML_TYPES.items()}


def text(value: str | bytes) -> bytes:
    """Return a string with its length."""
    raw = value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape")
    return struct.pack("<Q", len(raw)) + raw


def scalar(kind: str, value: Any) -> bytes:
    """Return a value without its type."""
    return text(value) if kind == "str" else struct.pack("<" + FORMATS[kind], value)


@dataclass
class Key:
    """One pair of metadata; an array has (kind, list) as `value` and may lie about its `count`."""

    name: str | bytes
    kind: str
    value: Any
    count: int | None = None

    def build(self) -> bytes:
        head = text(self.name) + struct.pack("<I", NUMBERS[self.kind])
        if self.kind != "arr":
            return head + scalar(self.kind, self.value)
        kind, values = self.value
        count = len(values) if self.count is None else self.count
        body = b"".join(scalar(kind, value) for value in values)
        return head + struct.pack("<IQ", NUMBERS[kind], count) + body


@dataclass
class Tensor:
    """One entry of the tensor list; `offset` None means the right one."""

    name: str | bytes
    shape: tuple[int, ...]
    type: int = 0
    offset: int | None = None

    def nbytes(self) -> int:
        kind = GGML_TYPES.get(self.type, GGML_TYPES[0])
        return math.prod(self.shape) // kind.block * kind.nbytes

    def build(self, offset: int) -> bytes:
        return (
            text(self.name)
            + struct.pack(f"<I{len(self.shape)}Q", len(self.shape), *self.shape)
            + struct.pack("<IQ", self.type, offset if self.offset is None else self.offset)
        )


@dataclass
class RawGGUF:
    """A file in parts. `data` is repeated or cut to the size the tensors need."""

    keys: list[Key] = field(default_factory=list)
    tensors: list[Tensor] = field(default_factory=list)
    version: int = 3
    alignment: int = 32
    n_keys: int | None = None
    n_tensors: int | None = None
    data: bytes = b"\0"

    def build(self) -> bytes:
        """Return the bytes of the file."""
        n_tensors = len(self.tensors) if self.n_tensors is None else self.n_tensors
        n_keys = len(self.keys) if self.n_keys is None else self.n_keys
        head = b"GGUF" + struct.pack("<IQQ", self.version, n_tensors, n_keys)
        head += b"".join(key.build() for key in self.keys)
        offset = 0
        for tensor in self.tensors:
            head += tensor.build(offset)
            offset = self._pad(offset + tensor.nbytes())
        head += bytes(self._pad(len(head)) - len(head)) if self.tensors else b""
        return head + (self.data * (offset // max(1, len(self.data)) + 1))[:offset]

    def arrays(self, *kinds: str) -> list[Key]:
        """Return the arrays that have values, of these kinds or of any."""
        found = [key for key in self.keys if key.kind == "arr" and key.value[1]]
        return [key for key in found if not kinds or key.value[0] in kinds]

    def _pad(self, position: int) -> int:
        return -(-position // self.alignment) * self.alignment


def raw_of(path: Path) -> RawGGUF:
    """Take a good file apart."""
    file = read_gguf(path)
    keys = []
    for name, value in file.metadata.items():
        if isinstance(value, Array):
            values = value.strings() if value.kind == "str" else list(value.numbers())
            keys.append(Key(name, "arr", (value.kind, values)))
        else:
            keys.append(Key(name, file.kinds[name], value))
    tensors = [Tensor(t.name, t.shape, TYPE_IDS[t.type]) for t in file.tensors]
    return RawGGUF(keys, tensors, data=path.read_bytes()[file.data_offset :])


def good_parts() -> RawGGUF:
    """Return a CodeGen model of one block and width 32, written without gguf-py."""
    values = tiny_metadata(layers=1, width=32, heads=2, rotary=4, inner=64, context=64)
    n_vocab = len(values["tokenizer.ggml.tokens"])
    keys = [Key("general.architecture", "str", "phi2")]
    keys += [_key(name, value) for name, value in values.items()]
    shapes = tiny_shapes(layers=1, width=32, inner=64, n_vocab=n_vocab)
    return RawGGUF(keys, [Tensor(name, shape[::-1]) for name, shape in shapes.items()])


def _key(name: str, value: Any) -> Key:
    if isinstance(value, list):
        return Key(name, "arr", ("str" if isinstance(value[0], str) else "i32", value))
    return Key(name, {bool: "bool", int: "u32", float: "f32", str: "str"}[type(value)], value)
