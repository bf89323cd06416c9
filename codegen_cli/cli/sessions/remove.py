"""`codegen sessions rm`: forget a chat."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from codegen_cli import console
from codegen_cli.cli import options as o
from codegen_cli.cli.chat_memory import forget_memory
from codegen_cli.cli.confirm import confirmed
from codegen_cli.cli.open_sessions import SessionId, choose_session, open_sessions


def remove_session(
    session: SessionId,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: o.Json = False,
) -> None:
    """Forget a session and all of its turns; at a terminal, ask first.

    Example: codegen sessions rm 1b9f --yes
    """
    with open_sessions() as store:
        found = store.load(choose_session(store, session))
        turns = f"{len(found.nodes)} turn{'s' * (len(found.nodes) != 1)}"
        if not yes and not confirmed(f"Remove session {found.id} with {turns}?"):
            console.note(f"kept {found.id}")
            raise typer.Exit(1)
        forget_memory(found.id)
        store.remove(found.id)
    if as_json:
        console.emit(json.dumps({"removed": found.id, "turns": len(found.nodes)}) + "\n")
    else:
        console.note(f"removed {found.id} with {turns}")
