"""`codegen sessions list` and `search`: which chats there are, and where a word was used."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.cells import cell_len, set_cell_size

from codegen_cli import console
from codegen_cli.cli import options as o
from codegen_cli.cli.open_sessions import open_sessions
from codegen_cli.errors import UsageError

if TYPE_CHECKING:
    from codegen_cli.sessions.records import SessionSummary

T = TypeVar("T")

_HEAD: tuple[str, ...] = ("ID", "CHANGED", "TURNS", "FILE", "FIRST STEP")

#: In a terminal of fewer columns the list is shortened to what tells sessions apart.
_LEAST_FOR_TIMES = 64

#: Columns for the name of a file.
_MOST_FILE = 20

Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="Show at most so many.")]


def list_sessions(limit: Limit = 20, as_json: o.Json = False) -> None:
    """List the sessions that changed last.

    Example: codegen sessions list --json
    """
    with open_sessions() as store:
        found, more = _first(store.recent(limit + 1), limit)
    if as_json:
        records = [summary_record(summary) for summary in found]
        console.emit(json.dumps(records, ensure_ascii=False, indent=2) + "\n")
    elif found:
        _print_list(found)
        if more:
            console.note(f"there are more than these {limit}: see --limit")
    else:
        console.note("no session is kept yet; codegen chat begins one with its first turn")


def search_sessions(
    text: Annotated[str, typer.Argument(help="What to look for, whatever its case.")],
    limit: Limit = 20,
    as_json: o.Json = False,
) -> None:
    """Find the turns with a text in their step or code; what was undone is found, too.

    Example: codegen sessions search pandas
    """
    if not text:
        raise UsageError("there is no text to look for", "give a word")
    with open_sessions() as store:
        found, more = _first(store.search(text, limit + 1), limit)
    if as_json:
        records = [
            {"session": m.session, "node": m.node, "step": m.step, "code": m.code} for m in found
        ]
        console.emit(json.dumps(records, ensure_ascii=False, indent=2) + "\n")
        return
    for match in found:
        console.emit(f"{match.session} #{match.node}  # {_brief(match.step)}\n")
        hits = (line for line in match.code.split("\n") if text.casefold() in line.casefold())
        for line in hits:
            console.emit(f"    {line}\n")
    if not found:
        console.note(f'no turn with "{text}"')
    if more:
        console.note(f"there are more than these {limit}: see --limit")


def summary_record(summary: SessionSummary) -> dict[str, Any]:
    """Return a session of the list for JSON; times are ISO 8601 in UTC."""
    return {
        "id": summary.id,
        "created": iso_time(summary.created),
        "updated": iso_time(summary.updated),
        "file": str(summary.file) if summary.file else None,
        "model": summary.model,
        "turns": summary.turns,
        "drawn": summary.drawn,
        "first_step": summary.first_step,
        "last_step": summary.last_step,
    }


def iso_time(seconds: float) -> str:
    """Return a Unix time as ISO 8601 in UTC."""
    from datetime import timezone

    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="milliseconds")


def _print_list(found: list[SessionSummary]) -> None:
    """Print a line a session; at a terminal none is longer than it is wide."""
    out = console.stdout()
    rows: list[tuple[str, ...]] = [
        ("ID", "CHANGED", "TURNS", "FILE", "FIRST STEP"),
        *map(_row, found),
    ]
    if out.is_terminal and out.width < _LEAST_FOR_TIMES:
        # The day without the time, and no file: the step is what tells sessions apart.
        rows = [(name, changed[:10], turns, step) for name, changed, turns, _, step in rows]
    widths = [min(max(map(cell_len, column)), _MOST_FILE) for column in zip(*rows, strict=True)]
    room = out.width - sum(widths[:-1]) - 2 * len(widths[:-1])
    for row in rows:
        cells = list(map(_fit, row[:-1], widths))
        step = _fit(row[-1], room) if out.is_terminal else row[-1]
        console.emit("  ".join([*cells, step]).rstrip() + "\n")


def _row(summary: SessionSummary) -> tuple[str, ...]:
    changed = datetime.fromtimestamp(summary.updated).strftime("%Y-%m-%d %H:%M")
    file = summary.file.name if summary.file else "-"
    step = console.visible(_brief(summary.first_step))
    return summary.id, changed, f"{summary.turns:>5}", console.visible(file), step


def _fit(text: str, width: int) -> str:
    """Return a text in as many columns of a terminal, cut with `…` where it is longer."""
    if cell_len(text) > width:
        return set_cell_size(text, width - 1) + "…"
    return set_cell_size(text, width)


def _first(found: list[T], limit: int) -> tuple[list[T], bool]:
    """Return the first of a list, and whether there are more."""
    return found[:limit], len(found) > limit


def _brief(step: str) -> str:
    return " ".join(step.split())
