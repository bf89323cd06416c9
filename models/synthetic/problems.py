"""Test problems in MTPB's form, with outputs from their reference solutions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from models.synthetic.grammar import Distance
from models.synthetic.operations import TOPICS
from models.synthetic.produce import Made, make
from models.synthetic.program import code_of

CASES = 5
_TOPIC = {op.name: topic for topic, ops in TOPICS.items() for op in ops}


def problems(count: int, seed: int, distance: Distance | None) -> Iterator[dict[str, Any]]:
    """Yield problems of families and wordings that training never has.

    Without a distance, near and far wordings take turns; the category says which.
    """
    for index in range(count):
        which: Distance = distance or ("near" if index % 2 == 0 else "far")
        made = make("test", seed, index, cases=CASES, distance=which)
        yield problem(made, index, which)


def problem(made: Made, index: int, distance: Distance) -> dict[str, Any]:
    """Return a problem with its inputs and outputs and, beside MTPB's fields, its solutions."""
    program = made.program
    return {
        "prompts": [turn.step for turn in program.turns],
        "inputs": [values for values, _ in made.cases],
        "outputs": [_plain(result) for _, result in made.cases],
        "max_gen_length": 128,
        "category": f"{distance} wording",
        "name": program.family,
        "description": f"{_TOPIC[program.operations[0]]}: {program.family}",
        "id": f"synthetic-{distance}-{index}",
        "solutions": [code_of(program, values) for values, _ in made.cases],
    }


def _plain(value: Any) -> Any:
    """Return a value as JSON keeps it."""
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.tolist() if hasattr(value, "tolist") else value
