"""Which programs of which sessions a file has been."""

from __future__ import annotations

from pathlib import Path

from codegen_cli.program import Turn, parse_program
from codegen_cli.sessions.blame import Version
from codegen_cli.sessions.records import StoredSession
from codegen_cli.sessions.store import SessionStore


def versions_of(store: SessionStore, file: Path, text: str) -> list[Version]:
    """Return what sessions wrote to a file, oldest first.

    Of a file that no session saved (it went through a pipe, or was moved since), it is the program
    of the session with the most of its turns; none, if none has any.
    """
    saves = store.saves(file)
    if saves:
        known = {name: store.load(name) for name in {save.session for save in saves}}
        return [_version(known[save.session], save.node) for save in saves]
    turns = parse_program(text).turns
    session = store.with_most_of([turn for turn in turns if turn.code.strip()])
    return [_best(store.load(session), set(map(_key, turns)))] if session else []


def _version(session: StoredSession, node: int | None) -> Version:
    return Version(session.id, session.program(node), session.path(node))


def _best(session: StoredSession, wanted: set[tuple[str, str]]) -> Version:
    """Return the program of a session with the most of the wanted turns, the newest of equals."""

    def found(node: int) -> int:
        return sum(_key(item.turn) in wanted for item in session.path(node))

    return _version(session, max((node.id for node in session.nodes), key=lambda n: (found(n), n)))


def _key(turn: Turn) -> tuple[str, str]:
    return turn.header, turn.code.rstrip("\n")
