"""Sessions in lists: the newest, and those with a text in them."""

from __future__ import annotations

from pathlib import Path

from codegen_cli.sessions.database import Database
from codegen_cli.sessions.records import Match, SessionSummary

#: The program of a session: the turns from its head to the root.
_SUMMARY = """
WITH RECURSIVE
known AS (
    SELECT id, created, prefix, model,
        COALESCE((SELECT file FROM save WHERE session = id ORDER BY number DESC LIMIT 1), file)
            AS file,
        MAX(created,
            COALESCE((SELECT MAX(created) FROM turn WHERE session = id), 0),
            COALESCE((SELECT MAX(created) FROM move WHERE session = id), 0)) AS updated,
        (SELECT node FROM move WHERE session = id ORDER BY number DESC LIMIT 1) AS head
    FROM session
),
path (session, node, depth) AS (
    SELECT id, head, 0 FROM known WHERE head IS NOT NULL
    UNION ALL
    SELECT turn.session, turn.parent, depth + 1 FROM path JOIN turn USING (session, node)
    WHERE turn.parent IS NOT NULL
)
SELECT id, created, updated, file, model,
    (SELECT COUNT(*) FROM path WHERE session = id),
    (SELECT COUNT(*) FROM turn WHERE session = id),
    COALESCE((SELECT step FROM path JOIN turn USING (session, node) WHERE session = id
        ORDER BY depth DESC LIMIT 1), ''),
    COALESCE((SELECT step FROM path JOIN turn USING (session, node) WHERE session = id
        ORDER BY depth LIMIT 1), '')
FROM known WHERE (?1 IS NULL OR file = ?1) ORDER BY updated DESC, created DESC LIMIT ?2
"""


def recent_sessions(database: Database, limit: int, file: str | None) -> list[SessionSummary]:
    """Return the sessions that changed last."""
    rows = database.run(_SUMMARY, file, limit)
    return [
        SessionSummary(
            id_, created, updated, Path(path) if path else None, model, *counts_and_steps
        )
        for id_, created, updated, path, model, *counts_and_steps in rows
    ]


def search_turns(database: Database, text: str, limit: int) -> list[Match]:
    """Return the turns with a text in their step or code, whatever its case, newest first."""
    rows = database.run(
        "SELECT session, node, step, code FROM turn "
        "WHERE INSTR(casefold(step), ?1) OR INSTR(casefold(code), ?1) "
        "ORDER BY created DESC, node DESC LIMIT ?2",
        text.casefold(),
        limit,
    )
    return [Match(*row) for row in rows]
