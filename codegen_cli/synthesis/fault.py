"""What is wrong with an answer that no stop rule knows: no code at all, or a loop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum

from codegen_cli.engine.records import Completion
from codegen_cli.program import Rule

#: A loop is at least so many copies of at most so many tokens, and at least so many tokens in all.
_COPIES = 4
_LONGEST = 32
_LEAST_TOKENS = 32


class Fault(str, Enum):
    """Why an answer is no answer: a comment in place of code, nothing, or a loop without end."""

    COMMENT = "comment"
    EMPTY = "empty"
    REPETITION = "repetition"

    @property
    def told(self) -> str:
        """Say it in words."""
        return _TOLD[self]

    def __str__(self) -> str:
        return self.value


_TOLD = {
    Fault.COMMENT: "the model wrote a comment in place of code",
    Fault.EMPTY: "the model wrote no code",
    Fault.REPETITION: "the model repeats itself without end",
}


def fault_of(completion: Completion) -> Fault | None:
    """Return what is wrong with an answer; nothing with one that the user stopped.

    A loop counts only where it filled the answer to its limit: a table of zeros that ends is code.
    """
    if completion.finish_reason == "interrupted":
        return None
    lines = [line.strip() for line in completion.text.split("\n")]
    if all(not line or line.startswith("#") for line in lines):
        commented = completion.rule == Rule.COMMENT or any(lines)
        return Fault.COMMENT if commented else Fault.EMPTY
    if completion.finish_reason == "length" and period(completion.tokens):
        return Fault.REPETITION
    return None


def fault_in(completion: Completion, start: str) -> Fault | None:
    """Return what is wrong with an answer whose beginning was dictated, that included."""
    return fault_of(replace(completion, text=start + completion.text) if start else completion)


def period(tokens: Sequence[int]) -> int:
    """Return after how many tokens the end of an answer repeats itself, 0 where it does not.

    >>> period([5, *[1, 2, 3] * 20])
    3
    """
    for size in range(1, _LONGEST + 1):
        copied = 0
        for i in range(len(tokens) - 1, size - 1, -1):
            if tokens[i] != tokens[i - size]:
                break
            copied += 1
        if copied >= (_COPIES - 1) * size and copied + size >= _LEAST_TOKENS:
            return size
    return 0
