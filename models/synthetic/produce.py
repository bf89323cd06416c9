"""Make the program of a number: the same on every machine, whoever asks and in what order."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from models.synthetic.execute import Refused, run
from models.synthetic.grammar import Distance, Split
from models.synthetic.overlap import refused
from models.synthetic.plan import plan
from models.synthetic.program import Program, code_of
from models.synthetic.writer import Writer


@dataclass(frozen=True, slots=True)
class Made:
    """A program, the values in its holes, and what it printed with each of them."""

    program: Program
    cases: tuple[tuple[dict[str, Any], Any], ...]


def write_program(split: Split, distance: Distance, rng: random.Random) -> Program:
    """Return a program whose steps share nothing particular with MTPB."""
    chosen = plan(split, rng)
    while True:
        program = Writer(chosen, split, distance, rng).write()
        if not any(refused(turn.step) for turn in program.turns):
            return program
        # Some plans can only be worded in ways that are refused.
        chosen = plan(split, rng)


def make(
    split: Split,
    seed: int,
    index: int,
    *,
    cases: int = 1,
    distance: Distance = "near",
    timed: bool = False,
) -> Made:
    """Return a program with values for which it runs."""
    rng = random.Random(f"{seed}/{split}/{distance}/{index}")
    while True:
        program = write_program(split, distance, rng)
        if cases > 1 and program.output in ("table", "index"):
            # MTPB's rules cannot compare dictionaries.
            continue
        found = _cases(program, cases, rng, timed)
        if found is not None:
            return Made(program, found)


def _cases(
    program: Program, count: int, rng: random.Random, timed: bool
) -> tuple[tuple[dict[str, Any], Any], ...] | None:
    """Draw values until so many sets of them run; None when most do not, or all print the same."""
    found: list[tuple[dict[str, Any], Any]] = []
    for _ in range(3 * count):
        values = program.draw(rng)
        try:
            found.append((values, run(code_of(program, values), timed=timed)))
        except Refused:
            continue
        if len(found) == count:
            same = count > 1 and len({repr(result) for _, result in found}) == 1
            return None if same else tuple(found)
    return None
