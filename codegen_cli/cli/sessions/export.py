"""`codegen sessions export`: the program of a chat as a script, a notebook, a page, records."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from codegen_cli import console
from codegen_cli.cli.open_sessions import SessionId, choose_session, open_sessions
from codegen_cli.errors import UsageError
from codegen_cli.files import check_output, write_output


def export_session(
    session: SessionId,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", dir_okay=False, help="Where to write; else to stdout."),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            "--format", "-f", help="py, ipynb, md or jsonl; left out, the output's name says it."
        ),
    ] = None,
    node: Annotated[
        int | None,
        typer.Option("--at", metavar="NODE", help="End with this turn, not where the chat is."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the output.")] = False,
) -> None:
    """Write the program of a session; jsonl holds all that is known of each turn.

    Example: codegen sessions export last -o program.ipynb
    """
    from codegen_cli.sessions.export import export, form_of

    wanted = form or (form_of(output) if output else "py")
    if output is not None:
        if output.exists() and not force:
            raise UsageError(f'"{output}" exists', "name another file, or give --force")
        check_output(output)
    with open_sessions() as store:
        found = store.load(choose_session(store, session))
    end = found.head if node is None else node
    if end is not None and all(item.id != end for item in found.nodes):
        raise UsageError(f"session {found.id} has no turn #{end}", f"see sessions show {found.id}")
    origins = [item.provenance for item in found.path(end)]
    text = export(found.program(end), origins, wanted)
    if output is None:
        console.emit(text)
    else:
        write_output(output, text)
        console.note(f"wrote {len(origins)} turn{'s' * (len(origins) != 1)} to {output}")
