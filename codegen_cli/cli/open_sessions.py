"""The kept sessions, for the length of a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codegen_cli import paths

if TYPE_CHECKING:
    from codegen_cli.sessions.store import SessionStore


def sessions_file() -> Path:
    """Return the file that holds the sessions."""
    return paths.state_dir() / "sessions.db"


@contextmanager
def open_sessions() -> Iterator[SessionStore]:
    """Open the kept sessions.

    Raises:
        SessionError: they cannot be opened.
    """
    # Imported here: SQLite costs several milliseconds, which `--help` must not pay.
    from codegen_cli.sessions.store import SessionStore

    store = SessionStore(sessions_file())
    try:
        yield store
    finally:
        store.close()


def complete_session(incomplete: str) -> list[tuple[str, str]]:
    """Return the ids of sessions that begin so, with their first steps, for the shell."""
    from codegen_cli.errors import CodegenError

    try:
        with open_sessions() as store:
            found = store.recent(100)
    except CodegenError:
        return []
    return [(s.id, s.first_step) for s in found if s.id.startswith(incomplete)]


SessionId = Annotated[
    str,
    typer.Argument(
        metavar="ID",
        help="A session's id or the beginning of it; `last` is the one that changed last.",
        autocompletion=complete_session,
    ),
]


def choose_session(store: SessionStore, name: str) -> str:
    """Return the id that a beginning of it, or `last`, means.

    Raises:
        UsageError: none or several.
    """
    newest = store.recent(1) if name == "last" else []
    return newest[0].id if newest else store.find(name)
