"""A program in steps, with holes for its literals, and what filling them gives."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from models.synthetic.values import KINDS

PREFIX = "# Import libraries.\n\nimport numpy as np\n\n"
_QUOTED = frozenset({"text", "message", "date", "letter", "word", "mark", "separator"})


@dataclass(slots=True)
class Turn:
    """A step and its code; both may hold the names of holes."""

    step: str
    code: str


@dataclass(slots=True)
class Program:
    """Turns with holes: `{a1}` in steps, `⟦a1⟧` in code."""

    family: str
    operations: tuple[str, ...]
    output: str
    turns: list[Turn] = field(default_factory=list)
    holes: dict[str, str] = field(default_factory=dict)

    def hole(self, kind: str, quote: str) -> tuple[str, str]:
        """Add a hole; return what steps and what code write for it."""
        name = f"a{len(self.holes) + 1}"
        self.holes[name] = kind
        shown = f"{{{name}}}"
        return (f"{quote}{shown}{quote}" if kind in _QUOTED else shown), f"⟦{name}⟧"

    def draw(self, rng: random.Random) -> dict[str, Any]:
        """Choose a value for every hole; a parameter often occurs in the data."""
        values = {name: KINDS[kind](rng) for name, kind in self.holes.items()}
        for name, kind in self.holes.items():
            found = [
                item
                for value in values.values()
                if isinstance(value, (list, dict))
                for item in value
                if isinstance(item, {"word": str, "any": int}.get(kind, ()))
            ]
            if found and rng.random() < 0.6:
                values[name] = rng.choice(found)
        return values


def fill_step(step: str, values: dict[str, Any]) -> str:
    """Return a step with its literals, by MTPB's rule."""
    return step.format(**values)


def fill_code(code: str, values: dict[str, Any]) -> str:
    """Return code with its literals."""
    for name, value in values.items():
        code = code.replace(f"⟦{name}⟧", literal(value))
    return code


def literal(value: Any) -> str:
    """Return the source of a value with double quotes, as most programs write strings."""
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, (list, tuple)):
        inner = ", ".join(map(literal, value))
        return f"[{inner}]" if isinstance(value, list) else f"({inner})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"
    return repr(value)


def code_of(program: Program, values: dict[str, Any]) -> str:
    """Return the whole program without its steps, to run it."""
    parts = (fill_code(turn.code, values) for turn in program.turns)
    return PREFIX + "\n\n".join(parts) + "\n"
