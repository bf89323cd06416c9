"""One thing that a step can ask for: its wordings, and the same in plain Python as reference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

Parameter = Callable[[Random], Any]

CALLS = (
    'Call the function "{f}" with "{x}" and save the result in "{y}".',
    'Call the function "{f}" on "{x}" and store the result in "{y}".',
)


@dataclass(frozen=True, slots=True)
class Operation:
    """From a value of one type to one of another.

    Types are numbers, number, ratio, words, text, flag and table. In a wording `{x}` is the
    variable that the step reads, `{it}` a noun for it, `{y}` the variable that it makes, `{f}` a
    function, `{k}` the parameter. A wording is one step, or two to define a function and call it.
    """

    takes: str
    gives: str
    names: tuple[str, ...]
    wordings: tuple[tuple[str, ...], ...]
    apply: Callable[[Any, Any], Any]
    parameter: Parameter | None = None


def step(
    takes: str,
    gives: str,
    names: str,
    apply: Callable[..., Any],
    *wordings: str,
    k: Parameter | None = None,
) -> Operation:
    """Return an operation that one step asks for; `apply` takes the value, and a `k` if given."""
    reference = apply if k else lambda value, _: apply(value)
    steps = tuple((wording,) for wording in wordings)
    return Operation(takes, gives, tuple(names.split()), steps, reference, k)


def function(
    takes: str, gives: str, names: str, apply: Callable[[Any], Any], *wordings: str
) -> Operation:
    """Return an operation that one step defines as a function and the next one calls."""
    steps = tuple(
        (f'Define a function named "{{f}}" that {wording}', call)
        for wording in wordings
        for call in CALLS
    )
    return Operation(takes, gives, tuple(names.split()), steps, lambda value, _: apply(value))


def small(rng: Random) -> int:
    """Return a small whole number."""
    return rng.randint(2, 9)


def few(rng: Random) -> int:
    """Return two or three."""
    return rng.randint(2, 3)


def letter(rng: Random) -> str:
    """Return a common letter."""
    return rng.choice("aeinorst")
