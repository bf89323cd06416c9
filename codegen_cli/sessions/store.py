"""Chats in a database: each call is one change that happens wholly or not at all."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

from codegen_cli.errors import SessionError
from codegen_cli.program import Turn
from codegen_cli.sessions.database import Database
from codegen_cli.sessions.encode import (
    dump_provenance,
    dump_setup,
    load_provenance,
    load_setup,
)
from codegen_cli.sessions.find import find_session
from codegen_cli.sessions.records import (
    Match,
    Node,
    Provenance,
    Save,
    SessionSummary,
    Setup,
    StoredSession,
)
from codegen_cli.sessions.summary import recent_sessions, search_turns

#: What a copy of a session has of its own, by table.
_FORKED = {
    "turn": "node, parent, created, step, code, tail, header, provenance",
    "move": "created, verb, node, pending",
    "branch": "created, name, node",
    "save": "created, node, file",
    "setup": "created, setup",
}


class SessionStore:
    """The sessions of a user. Every method may raise SessionError: one line, nothing half done."""

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        """Open the file, or make it where there is none."""
        self._database = Database(path)
        self._now = now

    @property
    def path(self) -> Path:
        """Return the file."""
        return self._database.path

    def transaction(self) -> AbstractContextManager[None]:
        """Make several calls one change."""
        return self._database.transaction()

    def create(self, prefix: str, file: Path | None, model: str) -> str:
        """Begin a session and return its id: 8 hexadecimal digits."""
        with self.transaction():
            session = self._unused_id()
            self._database.run(
                "INSERT INTO session VALUES (?, ?, ?, ?, ?)",
                *(session, self._now(), prefix, _text(file), model),
            )
        return session

    def fork(self, session: str) -> str:
        """Copy a session and return the id of the copy, whose nodes have the same numbers."""
        with self.transaction():
            copy = self._unused_id()
            self._database.run(
                "INSERT INTO session SELECT ?, ?, prefix, file, model FROM session WHERE id = ?",
                *(copy, self._now(), session),
            )
            for table, columns in _FORKED.items():
                self._database.run(
                    f"INSERT INTO {table} (session, {columns}) SELECT ?, {columns} FROM {table} "
                    "WHERE session = ? ORDER BY rowid",
                    *(copy, session),
                )
        return copy

    def _unused_id(self) -> str:
        session = secrets.token_hex(4)
        while self._database.run("SELECT 1 FROM session WHERE id = ?", session):
            session = secrets.token_hex(4)
        return session

    def add_turn(
        self,
        session: str,
        parent: int | None,
        turn: Turn,
        provenance: Provenance,
        verb: str = "",
        *,
        pending: bool = False,
    ) -> int:
        """Append a turn and return its node, counted from 1; with a verb it is the head, too."""
        with self.transaction():
            (last,) = self._database.run(
                "SELECT COALESCE(MAX(node), 0) FROM turn WHERE session = ?", session
            )
            node = int(last[0]) + 1
            self._database.run(
                "INSERT INTO turn VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                *(session, node, parent, self._now()),
                *(turn.step, turn.code, turn.tail, turn.header, dump_provenance(provenance)),
            )
            if verb:
                self.move(session, node, verb, pending=pending)
        return node

    def move(self, session: str, node: int | None, verb: str, *, pending: bool = False) -> None:
        """Note where the head is after a verb, and whether its turn still waits to be accepted."""
        with self.transaction():
            self._database.run(
                "INSERT INTO move (session, created, verb, node, pending) VALUES (?, ?, ?, ?, ?)",
                *(session, self._now(), verb, node, pending),
            )

    def name_branch(self, session: str, name: str, node: int | None) -> None:
        """Give a node a name; a name used before moves there."""
        with self.transaction():
            self._database.run(
                "INSERT INTO branch (session, created, name, node) VALUES (?, ?, ?, ?)",
                *(session, self._now(), name, node),
            )

    def saved(self, session: str, node: int | None, file: Path) -> None:
        """Note that the program which ends with a node was written to a file."""
        with self.transaction():
            self._database.run(
                "INSERT INTO save (session, created, node, file) VALUES (?, ?, ?, ?)",
                *(session, self._now(), node, _text(file)),
            )

    def set_up(self, session: str, setup: Setup) -> None:
        """Note what a chat is set to from now on."""
        with self.transaction():
            self._database.run(
                "INSERT INTO setup (session, created, setup) VALUES (?, ?, ?)",
                *(session, self._now(), dump_setup(setup)),
            )

    def load(self, session: str) -> StoredSession:
        """Return a session as it was left.

        Raises:
            SessionError: there is none with this id.
        """
        with self.transaction():
            rows = self._database.run(
                "SELECT prefix, COALESCE((SELECT file FROM save WHERE session = id "
                "ORDER BY number DESC LIMIT 1), file), model, created FROM session WHERE id = ?",
                session,
            )
            if not rows:
                raise SessionError(f'no session "{session}"', "see codegen sessions list")
            turns = self._database.run(
                "SELECT node, parent, step, code, tail, header, provenance, created FROM turn "
                "WHERE session = ? ORDER BY node",
                session,
            )
            head = self._database.run(
                "SELECT node, pending FROM move WHERE session = ? ORDER BY number DESC LIMIT 1",
                session,
            )
            names = self._database.run(
                "SELECT name, node FROM branch WHERE session = ? ORDER BY number", session
            )
            setups = self._database.run(
                "SELECT setup FROM setup WHERE session = ? ORDER BY number DESC LIMIT 1", session
            )
        ((prefix, file, model, created),) = rows
        node, pending = head[0] if head else (None, 0)
        found = StoredSession(
            id=session,
            prefix=prefix,
            file=Path(file) if file else None,
            model=model,
            created=created,
            nodes=tuple(
                Node(id_, parent, Turn(step, code, tail, header), load_provenance(origin), when)
                for id_, parent, step, code, tail, header, origin, when in turns
            ),
            head=node,
            pending=bool(pending),
            branches=dict(names),
        )
        if not setups:
            return found
        way = [item.id for item in found.path(node)]
        return replace(found, setup=load_setup(setups[0][0], way))

    def recent(self, limit: int, file: Path | None = None) -> list[SessionSummary]:
        """Return the sessions that changed last, those of a file only where one is given."""
        return recent_sessions(self._database, limit, _text(file))

    def search(self, text: str, limit: int = 100) -> list[Match]:
        """Return the turns with a text in their step or code, whatever its case, newest first."""
        return search_turns(self._database, text, limit)

    def find(self, name: str) -> str:
        """Return the id that a beginning of an id means.

        Raises:
            SessionError: none or several begin so.
        """
        ids = [row[0] for row in self._database.run("SELECT id FROM session ORDER BY created")]
        return find_session(name, ids)

    def saves(self, file: Path) -> list[Save]:
        """Return what was written to a file, oldest first."""
        return [
            Save(session, node, Path(name), created)
            for session, node, name, created in self._database.run(
                "SELECT session, node, file, created FROM save WHERE file = ? ORDER BY number",
                _text(file),
            )
        ]

    def with_most_of(self, turns: Sequence[Turn]) -> str | None:
        """Return the session that made the most of these turns, the newest of equals."""
        counts: Counter[str] = Counter()
        for turn in turns:
            rows = self._database.run(
                "SELECT DISTINCT session FROM turn WHERE header = ? AND RTRIM(code, ?) = ?",
                *(turn.header, "\n", turn.code.rstrip("\n")),
            )
            counts.update(row[0] for row in rows)
        order = [row[0] for row in self._database.run("SELECT id FROM session ORDER BY created")]
        return max(counts, key=lambda name: (counts[name], order.index(name)), default=None)

    def remove(self, session: str) -> None:
        """Forget a session; its text is overwritten in the file.

        Raises:
            SessionError: there is none with this id.
        """
        with self.transaction():
            if not self._database.run("SELECT 1 FROM session WHERE id = ?", session):
                raise SessionError(f'no session "{session}"', "see codegen sessions list")
            for table in ("setup", "save", "branch", "move", "turn"):
                self._database.run(f"DELETE FROM {table} WHERE session = ?", session)
            self._database.run("DELETE FROM session WHERE id = ?", session)

    def close(self) -> None:
        """Close the file; safe to call twice."""
        self._database.close()


def _text(file: Path | None) -> str | None:
    return str(file.resolve()) if file else None
