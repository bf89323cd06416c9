"""The tables, as the steps by which they came about: an older database takes those it lacks.

Rows are only ever added; what was undone, retried or left is still there. A session that the user
removes is the exception.
"""

from __future__ import annotations

#: `PRAGMA user_version` counts how many of them a database has taken.
MIGRATIONS = (
    """
    CREATE TABLE session (
        id TEXT PRIMARY KEY,
        created REAL NOT NULL,
        prefix TEXT NOT NULL,
        file TEXT,
        model TEXT NOT NULL
    );
    CREATE TABLE turn (
        session TEXT NOT NULL REFERENCES session ON DELETE CASCADE,
        node INTEGER NOT NULL,
        parent INTEGER,
        created REAL NOT NULL,
        step TEXT NOT NULL,
        code TEXT NOT NULL,
        tail TEXT NOT NULL,
        header TEXT NOT NULL,
        provenance TEXT NOT NULL,
        PRIMARY KEY (session, node),
        FOREIGN KEY (session, parent) REFERENCES turn
    );
    CREATE TABLE move (
        number INTEGER PRIMARY KEY,
        session TEXT NOT NULL REFERENCES session ON DELETE CASCADE,
        created REAL NOT NULL,
        verb TEXT NOT NULL,
        node INTEGER,
        pending INTEGER NOT NULL,
        FOREIGN KEY (session, node) REFERENCES turn
    );
    CREATE INDEX move_of_session ON move (session, number);
    CREATE TABLE branch (
        number INTEGER PRIMARY KEY,
        session TEXT NOT NULL REFERENCES session ON DELETE CASCADE,
        created REAL NOT NULL,
        name TEXT NOT NULL,
        node INTEGER,
        FOREIGN KEY (session, node) REFERENCES turn
    );
    CREATE INDEX branch_of_session ON branch (session, number);
    """,
    """
    CREATE TABLE save (
        number INTEGER PRIMARY KEY,
        session TEXT NOT NULL REFERENCES session ON DELETE CASCADE,
        created REAL NOT NULL,
        node INTEGER,
        file TEXT NOT NULL,
        FOREIGN KEY (session, node) REFERENCES turn
    );
    CREATE INDEX save_of_file ON save (file, number);
    """,
    """
    CREATE TABLE setup (
        number INTEGER PRIMARY KEY,
        session TEXT NOT NULL REFERENCES session ON DELETE CASCADE,
        created REAL NOT NULL,
        setup TEXT NOT NULL
    );
    CREATE INDEX setup_of_session ON setup (session, number);
    """,
)
