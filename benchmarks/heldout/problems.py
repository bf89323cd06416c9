"""Walk through the operations at random: each walk is a problem, its outputs come from Python."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from benchmarks.heldout.on_numbers import LISTS, SINGLE, TO_ONE
from benchmarks.heldout.on_text import TABLES, TEXT, WORDS
from benchmarks.heldout.operation import Operation

OPERATIONS = (*LISTS, *TO_ONE, *SINGLE, *TEXT, *WORDS, *TABLES)
CASES = 5

_WORDS = (
    *("red", "pear", "tree", "house", "sun", "river", "cat", "door", "level", "garden", "noon"),
    *("window", "paper", "cloud", "bridge", "silver", "market", "island", "candle", "thunder"),
)
_FUNCTIONS = ("compute", "check", "work_out", "evaluate")
_PRINTS = ('Print the variable "{x}".', 'Print "{x}".', 'Print the value of "{x}".')


def _numbers(rng: Random) -> list[int]:
    largest = rng.choice((9, 20, 100, 500))
    return [rng.randint(1, largest) for _ in range(rng.randint(4, 9))]


def _text(rng: Random) -> str:
    return " ".join(rng.choices(_WORDS, k=rng.randint(1, 5)))


def _words(rng: Random) -> list[str]:
    return rng.sample(_WORDS, rng.randint(3, 6))


def _table(rng: Random) -> dict[str, int]:
    return {word: rng.randint(1, 30) for word in rng.sample(_WORDS, rng.randint(3, 5))}


@dataclass(frozen=True, slots=True)
class Start:
    """How a kind of problem begins: category, names and wordings of the first step, values."""

    category: str
    names: tuple[str, ...]
    wordings: tuple[str, ...]
    draw: Callable[[Random], Any]


#: Braces are doubled: `{A}` stays a field of the problem.
STARTS: dict[str, Start] = {
    "numbers": Start(
        "list",
        ("values", "numbers", "data"),
        (
            'Assign the list of numbers {{A}} to a variable named "{y}".',
            'Create a list named "{y}" with the elements {{A}}.',
            'Define a list of integers named "{y}" with the values {{A}}.',
        ),
        _numbers,
    ),
    "number": Start(
        "number",
        ("n", "number", "value"),
        (
            'Assign the number {{A}} to a variable named "{y}".',
            'Set a variable "{y}" to {{A}}.',
        ),
        lambda rng: rng.randint(2, 999),
    ),
    "text": Start(
        "string",
        ("text", "phrase", "s"),
        (
            'Assign the string "{{A}}" to a variable named "{y}".',
            'Store the string "{{A}}" in a variable called "{y}".',
        ),
        _text,
    ),
    "words": Start(
        "list",
        ("words", "items"),
        (
            'Assign the list of words {{A}} to a variable named "{y}".',
            'Create a list named "{y}" with the words {{A}}.',
        ),
        _words,
    ),
    "table": Start(
        "dictionary",
        ("prices", "scores"),
        (
            'Assign the dictionary {{A}} to a variable named "{y}".',
            'Create a dictionary "{y}" with the value {{A}}.',
        ),
        _table,
    ),
}

_NOUNS = {
    "numbers": "the list",
    "number": "the number",
    "text": "the string",
    "words": "the list",
    "table": "the dictionary",
}


def problems(count: int, seed: int) -> list[dict[str, Any]]:
    """Return so many different problems in MTPB's form; the same seed gives the same ones."""
    rng = Random(seed)
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    while len(found) < count:
        problem = _problem(rng)
        if problem is not None:
            found.setdefault(tuple(problem["prompts"]), problem)
    return [{"id": str(number), **p} for number, p in enumerate(found.values(), 1)]


def _problem(rng: Random) -> dict[str, Any] | None:
    """Return a problem, None where its outputs say too little."""
    kind = rng.choice(list(STARTS))
    start = STARTS[kind]
    name = rng.choice(start.names)
    prompts = [rng.choice(start.wordings).format(y=name)]
    walk: list[tuple[Operation, Any]] = []
    used = {name}
    for _ in range(rng.choice((1, 2, 3, 3, 4, 4))):
        operation = rng.choice([o for o in OPERATIONS if o.takes == kind] or [None])
        if operation is None or operation in (done for done, _ in walk):
            break
        parameter = operation.parameter(rng) if operation.parameter else None
        made = rng.choice([n for n in operation.names if n not in used] or ["result"])
        used.add(made)
        # Once there are two variables, a step has to name the one that it means.
        noun = f'{_NOUNS[kind]} "{name}"' if walk else _NOUNS[kind]
        fields = {"x": name, "it": noun, "y": made, "k": parameter, "f": rng.choice(_FUNCTIONS)}
        wordings = [w for w in operation.wordings if not walk or _names_its_value(w)]
        prompts += [text.format(**fields) for text in rng.choice(wordings)]
        walk.append((operation, parameter))
        kind, name = operation.gives, made
    prompts.append(rng.choice(_PRINTS).format(x=name))
    inputs = [start.draw(rng) for _ in range(CASES)]
    outputs = [_apply(walk, value) for value in inputs]
    if not walk or None in outputs or len({repr(output) for output in outputs}) < 2:
        return None
    return {
        "prompts": prompts,
        "inputs": [{"A": value} for value in inputs],
        "outputs": outputs,
        "max_gen_length": 128,
        "category": start.category,
        "name": " ".join(made for made in (walk[0][0].gives, "to", kind)),
    }


def _names_its_value(wording: tuple[str, ...]) -> bool:
    return any("{x}" in text or "{it}" in text for text in wording)


def _apply(walk: list[tuple[Operation, Any]], value: Any) -> Any:
    """Return what the reference makes of a value; None where an operation cannot take it."""
    for operation, parameter in walk:
        try:
            value = operation.apply(value, parameter)
        except (ValueError, ZeroDivisionError, IndexError):
            return None
        if value in ([], "", {}):
            return None
    return value
