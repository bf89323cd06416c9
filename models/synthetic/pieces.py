"""Pieces of code, and when two of them share a step."""

from __future__ import annotations

import random

from models.synthetic.program import Turn
from models.synthetic.sentences import joined

#: What functions call what they are given, by kind.
PARAMETERS = {
    "numbers": "numbers",
    "ratios": "numbers",
    "words": "words",
    "text": "text",
    "message": "text",
    "number": "number",
    "few_number": "number",
    "ratio": "value",
    "table": "table",
    "matrix": "matrix",
    "array": "array",
    "date": "day",
    "pairs": "pairs",
    "flag": "flag",
}


def assigned(name: str, code: str) -> str:
    """Return code that sets a variable: an expression, or statements with a place for its name."""
    return code.replace("⟦y⟧", name) if "⟦y⟧" in code else f"{name} = {code}"


def fit(first: str, second: str) -> bool:
    """Say whether two pieces of code may share a step: one print, no definition, few lines."""
    both = f"{first}\n{second}"
    return "def " not in both and both.count("print(") < 2 and both.count("\n") < 5


def packed(turns: list[Turn], rng: random.Random) -> list[Turn]:
    """Put some neighbours into one step: two actions at once."""
    steps: list[Turn] = []
    for turn in turns:
        before = steps[-1] if steps else None
        if before and rng.random() < 0.2 and fit(before.code, turn.code):
            step = joined(before.step, turn.step, rng)
            steps[-1] = Turn(step, f"{before.code}\n{turn.code}")
        else:
            steps.append(turn)
    return steps
