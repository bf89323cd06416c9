"""The SQLite file: private, brought up to date, one transaction a change, errors as one line.

The rollback journal, SQLite's default, and not a write-ahead log: it survives `kill -9` and two
processes as well, leaves a single file behind and works on network folders. A turn takes seconds;
the two flushes it costs do not matter.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from codegen_cli.errors import SessionError
from codegen_cli.sessions.schema import MIGRATIONS

#: How long a change waits for that of another process (seconds).
_PATIENCE = 10.0


class Database:
    """A connection that any thread may use, one at a time."""

    def __init__(self, path: Path, migrations: Sequence[str] = MIGRATIONS) -> None:
        """Open the file, or make it where there is none.

        Raises:
            SessionError: it cannot be opened, is damaged, or a newer version wrote it.
        """
        self.path = path
        self._lock = threading.RLock()
        self._depth = 0
        with self._translated():
            _make_private(path)
            self._connection = sqlite3.connect(
                path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare(migrations)
            except BaseException:
                self._connection.close()
                raise

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything inside one change that happens wholly or not at all; may be nested.

        Raises:
            SessionError: the disk refuses, or another process keeps the file too long.
        """
        with self._lock, self._translated():
            if self._depth == 0:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0 and self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._commit()

    def run(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Execute one statement and return its rows.

        Raises:
            SessionError: SQLite cannot.
        """
        with self._lock, self._translated():
            return self._connection.execute(sql, values).fetchall()

    def close(self) -> None:
        """Close the file; safe to call twice."""
        self._connection.close()

    def _prepare(self, migrations: Sequence[str]) -> None:
        for pragma in ("foreign_keys = ON", "secure_delete = ON", "synchronous = FULL"):
            self._connection.execute(f"PRAGMA {pragma}")
        # SQLite's own LOWER knows ASCII only.
        self._connection.create_function("casefold", 1, str.casefold, deterministic=True)
        if self._version() == len(migrations):
            return
        with self.transaction():
            # Asked again: another process may have done it in between.
            version = self._version()
            if version > len(migrations):
                raise SessionError(
                    f'"{self.path}" has format {version}, from a newer codegen: this one knows '
                    f"formats up to {len(migrations)}",
                    "upgrade codegen, or set XDG_STATE_HOME to another folder",
                )
            for script in migrations[version:]:
                for statement in script.split(";"):
                    self._connection.execute(statement)
            self._connection.execute(f"PRAGMA user_version = {len(migrations)}")

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA user_version").fetchone()[0])

    def _commit(self) -> None:
        try:
            self._connection.execute("COMMIT")
        except sqlite3.Error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn what SQLite and the disk say into one line.

        Raises:
            SessionError: either said something.
        """
        try:
            yield
        except sqlite3.OperationalError as error:
            raise SessionError(
                f'cannot use "{self.path}": {error}',
                "check the disk, its space and who may write there",
            ) from error
        except sqlite3.IntegrityError as error:
            raise SessionError(
                "the session, or the turn to go on from, is not kept any more", str(error)
            ) from error
        except sqlite3.DatabaseError as error:
            raise SessionError(
                f'"{self.path}" is damaged: {error}',
                f"move it away (mv {self.path} {self.path}.damaged); a new one is made",
            ) from error
        except OSError as error:
            raise SessionError(
                f'cannot use "{self.path}": {error.strerror}', "check who may write there"
            ) from error


def _make_private(path: Path) -> None:
    """Make the file where there is none; nobody but its owner may read it or its journal."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if os.fstat(descriptor).st_mode & 0o077:
            os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)
