"""What makes room where a program and its next answer do not fit the context, as commands. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Set
from dataclasses import replace

from codegen_cli.program import Program
from codegen_cli.program.fold import folded_prompt, folded_turns, turn_ranges


def ways_out(
    program: Program,
    step: str,
    count: Callable[[str], int],
    room: int,
    max_tokens: int,
    pinned: Set[int],
    later: int = 0,
) -> str:
    """Return commands each of which lets the step be asked for, where nothing more folds.

    `room` is what the prompt may take, `pinned` are the turns that were not folded; `later` is the
    number of turns that the chat has after this program.
    """

    def left(turns: int, whole: Set[int] = pinned) -> int:
        shorter = replace(program, turns=program.turns[:turns])
        folded = folded_turns(shorter).keys() - whole
        return room - count(folded_prompt(shorter, step, folded))

    turns, ways = len(program.turns), []
    if (fewer := max_tokens + left(turns)) > 0:
        ways.append(f"/set max_tokens {fewer}")
    if pinned and left(turns, frozenset()) >= 0:
        ways.append(f"/pin {turn_ranges(sorted(pinned))} (lets go of it)")
    if turns and left(0) >= 0:
        # The more turns are taken back, the more room there is.
        fewest = bisect_left(range(turns), True, 1, key=lambda gone: left(turns - gone) >= 0)
        ways.append(f"/undo {fewest + later}" if fewest < turns else "/clear")
    return " or ".join(ways) or "say it in fewer words"
