"""What one operation of a program is: its kinds, its code and its wordings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation on one or two variables.

    `code` is an expression, or statements that assign `{y}`; `{x}`, `{z}` and `{k}` are the inputs
    and the parameter. `nouns` name the result ("the sum of {x}"), `verbs` tell what to do ("add up
    {x}"); each is a list of patterns of `grammar`. `called` is what the result is named after.
    """

    name: str
    inputs: tuple[str, ...]
    output: str
    called: str
    code: str
    nouns: tuple[str, ...]
    verbs: tuple[str, ...]
    parameter: str = ""
    imports: str = ""

    @property
    def statements(self) -> bool:
        """Say whether the code assigns its result itself."""
        return "{y}" in self.code


def op(
    name: str,
    kinds: str,
    called: str,
    code: str,
    *,
    n: tuple[str, ...] = (),
    v: tuple[str, ...] = (),
    k: str = "",
    imports: str = "",
) -> Operation:
    """Make an operation; `kinds` is "input -> output" or "input other -> output"."""
    left, output = kinds.split(" -> ")
    return Operation(name, tuple(left.split()), output, called, code, n, v, k, imports)
