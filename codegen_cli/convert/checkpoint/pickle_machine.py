"""The state of a pickle machine that can build a state dict and nothing else.

It is an interpreter for the instructions that `torch.save` writes, not a `pickle.Unpickler`: no
code path here imports, calls or sets an attribute for a pickle, so no pickle can run anything.
Values are None, bool, int, float, str, tuple, list, dict and the inert objects of a `World`.

Untrusted values are never asked for their repr, hash or equality: one kilobyte of pickle can nest
a tuple so deep into itself that each of these takes forever.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias

from .wall import Malformed

#: Memory and time stay small under it; a checkpoint takes about 50 instructions a tensor.
MAX_INSTRUCTIONS = 2_000_000
UNSAFE = "get the model from a source you trust, as safetensors where there is a choice"
_STOP = b"."


class World(Protocol):
    """What a pickle may refer to; each method raises `Malformed` to refuse."""

    def find_global(self, module: str, name: str) -> object:
        """Return the inert object that stands for a global name."""

    def reduce(self, function: object, arguments: tuple[object, ...]) -> object:
        """Return what calling `function`, which `find_global` returned, stands for."""

    def persistent(self, reference: object) -> object:
        """Return the object behind a persistent id."""


class PickleMachine:
    """Hold the program, its stack, marks and memo; the opcode table acts on them."""

    def __init__(self, data: bytes, world: World) -> None:
        self.data = data
        self.at = 0
        self.world = world
        self.stack: list[object] = []
        self.marks: list[list[object]] = []
        self.memo: dict[int, object] = {}

    def run(self, steps: Mapping[bytes, Step]) -> object:
        """Return the pickled value.

        Raises `Malformed` for an instruction that is not in `steps` and for a pickle that ends
        early or does not end; a broken stack, memo, text or number raises what Python raises.
        """
        for _ in range(MAX_INSTRUCTIONS):
            code = self.take(1)
            if code == _STOP:
                return self._result()
            step = steps.get(code)
            if step is None:
                raise Malformed(f"uses pickle instruction 0x{code.hex()}: refused", UNSAFE)
            step(self)
        raise Malformed(f"has a pickle of over {MAX_INSTRUCTIONS} instructions: refused", UNSAFE)

    def take(self, length: int) -> bytes:
        """Return the next bytes of the program."""
        taken = self.data[self.at : self.at + length]
        if len(taken) != length:
            raise Malformed("is damaged: its pickle ends in the middle")
        self.at += length
        return taken

    def number(self, code: str) -> int:
        """Return the next little-endian integer of a struct code."""
        (value,) = struct.unpack("<" + code, self.take(struct.calcsize("<" + code)))
        return int(value)

    def line(self) -> str:
        """Return the next text that a line feed ends."""
        end = self.data.index(b"\n", self.at)
        return self.take(end + 1 - self.at)[:-1].decode("utf-8")

    def push(self, value: object) -> None:
        """Put a value on the stack."""
        self.stack.append(value)

    def pop(self) -> object:
        """Take the value on top of the stack."""
        return self.stack.pop()

    def pop_mark(self) -> list[object]:
        """Take the values above the last mark, and the mark."""
        values, self.stack = self.stack, self.marks.pop()
        return values

    def _result(self) -> object:
        if self.marks or len(self.stack) != 1:
            raise Malformed("is damaged: its pickle ends with an unfinished value")
        return self.pop()


#: What one instruction does; it reads its own operands.
Step: TypeAlias = Callable[[PickleMachine], None]
