"""An array of metadata, kept as bytes until someone wants its values."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from codegen_cli.engine.gguf.kinds import FORMATS, STRING

_LENGTH = struct.Struct("<Q")


@dataclass(frozen=True, slots=True)
class Array:
    """`count` values of one kind ("i32", "str", …).

    Listing many models must not pay for 100,000 vocabulary strings it does not show, so decoding
    is on demand.
    """

    kind: str
    count: int
    raw: bytes = field(repr=False)

    def __len__(self) -> int:
        return self.count

    def numbers(self) -> tuple[int | float | bool, ...]:
        """Return the values of an array of numbers or bools."""
        return struct.unpack(f"<{self.count}{FORMATS[self.kind]}", self.raw)

    def strings(self) -> list[str]:
        """Return the values of an array of strings; bytes that are no UTF-8 become surrogates."""
        if self.kind != STRING:
            raise TypeError(f"an array of {self.kind} holds no strings")
        raw, position, values = self.raw, 0, []
        for _ in range(self.count):
            start = position + _LENGTH.size
            position = start + _LENGTH.unpack_from(raw, position)[0]
            values.append(raw[start:position].decode("utf-8", "surrogateescape"))
        return values
