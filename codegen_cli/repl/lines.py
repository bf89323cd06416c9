"""What a chat says about turns and about itself, as text. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rich.text import Text

from codegen_cli import console
from codegen_cli.highlight import styled
from codegen_cli.program import Program, Rule
from codegen_cli.synthesis.outcome import excerpt

if TYPE_CHECKING:
    from codegen_cli.engine.records import Completion
    from codegen_cli.synthesis.turn import TurnResult

#: A placement of fewer characters says nothing ("CPU" is the shortest, with the dots).
_LEAST_PLACEMENT = 4

#: Lines of cut text that are shown.
_MOST_CUT = 5


def summary(number: int, result: TurnResult) -> str:
    """Return the one line about a turn: counts, time, speed, and what ended it."""
    answer = result.completion
    return (
        f"turn {number} · {answer.generated_tokens} tokens ({answer.reused_tokens} reused) · "
        f"{answer.seconds:.1f} s · {answer.tokens_per_second:.0f} tokens/s · "
        f"ended by {_ended_by(answer)}"
    )


def _ended_by(answer: Completion) -> str:
    """Name the rule, the reason, or in quotation marks the stop string that ended an answer."""
    if answer.rule is None or answer.rule in map(str, Rule):
        return str(answer.rule or answer.finish_reason)
    return console.visible(json.dumps(answer.rule, ensure_ascii=False))


def cut_lines(cut: str) -> list[str]:
    """Return the text that a stop rule took away, marked as such whatever the colours.

    The bare sign of the rule (`#` of a comment) is left out: the rule is named anyway.

    >>> cut_lines("\n\n# Print it.\nprint(x)")
    ['┊ # Print it.', '┊ print(x)   (cut; /more takes it)']
    """
    if not any(map(str.isalnum, cut)):
        return []
    lines = [f"┊ {line}" for line in excerpt(cut.strip("\n"), _MOST_CUT)]
    return [*lines[:-1], f"{lines[-1]}   (cut; /more takes it)"] if lines else []


def numbered(program: Program, *, pending: bool) -> Text:
    """Return a program in colour with the number of each turn at its first line.

    A pending last turn has a question mark behind its number.
    """
    count = len(program.turns)
    marks = {program.line_of(number): f"{number}" for number in range(1, count + 1)}
    if pending and count:
        marks[program.line_of(count)] += "?"
    width = max(map(len, marks.values()), default=0)
    lines = styled(program.source.rstrip("\n")).split("\n", allow_blank=True)
    return Text("\n").join(
        Text.assemble((f"{marks.get(i, ''):>{width}}  ", "prompt"), text) if text else text
        for i, text in enumerate(lines, 1)
    )


def toolbar(model: str, placement: str, numbers: str, width: int) -> str:
    """Return the status line; in a narrow terminal the placement gives way, then the model."""
    room = width - len(f" {model} ·  · {numbers} ")
    if len(placement) > room:
        placement = placement[: max(room - 1, 0)].rstrip(" ,;:") + "…"
    parts = [model, placement, numbers] if room >= _LEAST_PLACEMENT else [model, numbers]
    line = f" {' · '.join(parts)} "
    return console.visible(line if len(line) <= width else f" {numbers} ")
