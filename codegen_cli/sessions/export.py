"""A program in another form: a script, a notebook, a page to read, records. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from codegen_cli.errors import UsageError
from codegen_cli.program import Program, Turn
from codegen_cli.sessions.encode import provenance_record
from codegen_cli.sessions.records import Provenance

#: A program and how each of its turns came to be.
Render = Callable[[Program, Sequence[Provenance]], str]

_BACKTICKS = re.compile("`+")


def export(program: Program, provenances: Sequence[Provenance], form: str) -> str:
    """Return the text of a file with this program; `form` is a key of `FORMS`.

    Raises:
        UsageError: there is no such form.
    """
    if form not in FORMS:
        raise UsageError(f'no export as "{form}"', f"there are {', '.join(FORMS)}")
    return FORMS[form](program, provenances)


def form_of(file: Path) -> str:
    """Return the form that the end of a file's name asks for.

    Raises:
        UsageError: it asks for none.
    """
    form = file.suffix.lower().removeprefix(".")
    if form not in FORMS:
        names = ", ".join(f".{name}" for name in FORMS)
        raise UsageError(f'cannot tell from "{file.name}" what to write', f"end it in {names}")
    return form


def _script(program: Program, _provenances: Sequence[Provenance]) -> str:
    return program.source


def _notebook(program: Program, provenances: Sequence[Provenance]) -> str:
    """Return a notebook (nbformat 4.5), one cell a turn: its cells together are the program."""
    cells = [_cell(0, program.prefix, {})] if program.prefix.strip() else []
    for number, turn in enumerate(program.turns, 1):
        cells.append(_cell(number, turn.header + turn.code, _brief(turn, provenances, number)))
    notebook = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _cell(number: int, source: str, metadata: dict[str, Any]) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"turn-{number}",
        "metadata": {"codegen": metadata} if metadata else {},
        "outputs": [],
        # The lines are for others to compare: only "\n" ends one.
        "source": re.findall(r"[^\n]*\n|[^\n]+", source.strip("\n")),
    }


def _page(program: Program, provenances: Sequence[Provenance]) -> str:
    """Return Markdown: each step as a paragraph with the code and its origin under it."""
    parts = [_fenced(program.prefix)] if program.prefix.strip() else []
    for number, turn in enumerate(program.turns, 1):
        parts.append(f"## {number}. {_one_line(turn.step)}")
        if turn.code.strip():
            parts.append(_fenced(turn.code))
        parts.append(f"*{_origin(provenances[number - 1])}*")
    return "\n\n".join(parts) + "\n" if parts else ""


def _fenced(code: str) -> str:
    longest = max((len(run) for run in _BACKTICKS.findall(code)), default=0)
    fence = "`" * max(3, longest + 1)
    body = code.strip("\n")
    return f"{fence}python\n{body}\n{fence}"


def _one_line(step: str) -> str:
    """Return a step as a line of text in Markdown, its punctuation taken literally."""
    return re.sub(r"([\\`*_{}\[\]<>#|~&!])", r"\\\1", " ".join(step.split()))


def _origin(provenance: Provenance) -> str:
    if provenance.origin != "model":
        return "from the file" if provenance.origin == "file" else "by hand"
    end = provenance.stop_rule or provenance.finish_reason or "unknown"
    name = Path(provenance.model).stem
    return f"{_one_line(name)}, seed {provenance.seed}, {len(provenance.tokens)} tokens, end: {end}"


def _records(program: Program, provenances: Sequence[Provenance]) -> str:
    """Return JSON lines: the beginning of the program, then a record a turn."""
    lines: list[dict[str, Any]] = [{"prefix": program.prefix}]
    for number, turn in enumerate(program.turns, 1):
        lines.append(turn_record(number, turn, provenances[number - 1]))
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def turn_record(number: int, turn: Turn, provenance: Provenance) -> dict[str, Any]:
    """Return all that is known of a turn; `header + code + tail` is its part of the program."""
    return {
        "turn": number,
        "step": turn.step,
        "header": turn.header,
        "code": turn.code,
        "tail": turn.tail,
        "provenance": provenance_record(provenance),
    }


def _brief(turn: Turn, provenances: Sequence[Provenance], number: int) -> dict[str, Any]:
    record = provenance_record(provenances[number - 1])
    for name in ("tokens", "logprobs"):
        record.pop(name, None)
    return {"step": turn.step, **record}


#: What a program can be written as, by the end of the file's name.
FORMS: dict[str, Render] = {"py": _script, "ipynb": _notebook, "md": _page, "jsonl": _records}
