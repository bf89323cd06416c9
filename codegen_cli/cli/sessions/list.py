"""`codegen sessions list` and `search`: which chats there are, and where a word was used."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from codegen_cli import console
from codegen_cli.cli import options as o
from codegen_cli.cli.open_sessions import open_sessions
from codegen_cli.errors import UsageError

if TYPE_CHECKING:
    from codegen_cli.sessions.records import SessionSummary

Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="Show at most so many.")]


def list_sessions(limit: Limit = 20, as_json: o.Json = False) -> None:
    """List the sessions that changed last.

    Example: codegen sessions list --json
    """
    with open_sessions() as store:
        found = store.recent(limit)
    if as_json:
        records = [summary_record(summary) for summary in found]
        console.emit(json.dumps(records, ensure_ascii=False, indent=2) + "\n")
    elif found:
        _print_list(found)
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
        found = store.search(text, limit)
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
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("ID", no_wrap=True, min_width=8)
    table.add_column("CHANGED", no_wrap=True, min_width=16)
    table.add_column("TURNS", no_wrap=True, min_width=5, justify="right")
    table.add_column("FIRST STEP", no_wrap=True)
    table.add_column("FILE", no_wrap=True)
    for summary in found:
        changed = datetime.fromtimestamp(summary.updated).strftime("%Y-%m-%d %H:%M")
        # Text and no markup: a step may hold brackets.
        step = Text(console.visible(_brief(summary.first_step)))
        file = Text(console.visible(summary.file.name) if summary.file else "-")
        table.add_row(summary.id, changed, str(summary.turns), step, file)
    console.stdout().print(table)


def _brief(step: str) -> str:
    return " ".join(step.split())
