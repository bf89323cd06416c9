"""`codegen blame`: where each line of a program comes from."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codegen_cli import console
from codegen_cli.cli import options as o
from codegen_cli.cli.open_sessions import open_sessions
from codegen_cli.errors import UsageError
from codegen_cli.files import read_input

if TYPE_CHECKING:
    from codegen_cli.sessions.blame import Line


def blame(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.py", exists=True, dir_okay=False, help="A program.")
    ],
    as_json: o.Json = False,
) -> None:
    """Say for each line of a program which turn of which session wrote it, and who.

    The model's code is `model`, the comments that were typed as steps are `step`, what a program
    begins with is `prefix`. What was changed by hand after a session saved the file is `human`;
    `file` is what it held when a session first opened it.

    Example: codegen blame program.py --json
    """
    from codegen_cli.sessions.blame import blame as blame_lines
    from codegen_cli.sessions.versions import versions_of

    text = read_input(str(file))
    with open_sessions() as store:
        versions = versions_of(store, file, text)
    if not versions:
        raise UsageError(
            f'no session wrote "{file}"', "only what codegen chat wrote and kept can be traced"
        )
    lines = blame_lines(versions, text)
    if as_json:
        records = [{"line": number, **asdict(line)} for number, line in enumerate(lines, 1)]
        console.emit(json.dumps(records, ensure_ascii=False, indent=2) + "\n")
    else:
        console.emit("".join(map(_shown, lines)))


def _shown(line: Line) -> str:
    where = f"{line.session or '-':8} {f'turn {line.turn}' if line.turn else '':8}"
    return f"{where} {line.author:6} │ {line.text}".rstrip() + "\n"
