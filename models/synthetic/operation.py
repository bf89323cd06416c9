"""What one operation of a program is: its kinds, its code and its wordings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from models.synthetic.grammar import Distance, Split, divide, expansions


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


@cache
def phrases(operation: Operation, split: Split, distance: Distance) -> tuple[tuple[str, str], ...]:
    """Return a split's wordings of an operation as ("noun" or "verb", text).

    The last pattern of the nouns and that of the verbs are the far ones; the others are divided
    among the splits together, for some operations have few of either.
    """
    kinds: dict[str, str] = {}
    far: dict[str, str] = {}
    for kind, patterns in (("noun", operation.nouns), ("verb", operation.verbs)):
        for i, pattern in enumerate(patterns):
            chosen = far if i and i == len(patterns) - 1 else kinds
            chosen.update(dict.fromkeys(expansions(pattern), kind))
    if distance == "far" and split == "test":
        unknown = [(kind, text) for text, kind in far.items() if text not in kinds]
        if unknown:
            return tuple(unknown)
    return tuple((kinds[text], text) for text in divide(frozenset(kinds), split))
