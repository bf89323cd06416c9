"""`codegen sessions show`: the turns of a chat and how each came to be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from codegen_cli import console
from codegen_cli.cli import options as o
from codegen_cli.cli.open_sessions import SessionId, choose_session, open_sessions
from codegen_cli.cli.sessions.list import iso_time

if TYPE_CHECKING:
    from codegen_cli.sessions.records import Node, StoredSession


def show_session(session: SessionId, as_json: o.Json = False) -> None:
    """Show every turn of a session: `*` marks those of the program, `?` the one not accepted yet.

    Example: codegen sessions show last --json
    """
    with open_sessions() as store:
        found = store.load(choose_session(store, session))
    if as_json:
        console.emit(json.dumps(_record(found), ensure_ascii=False, indent=2) + "\n")
        return
    file = f" · {found.file}" if found.file else ""
    console.note(f"{found.id} · {found.model}{file} · {len(found.nodes)} turns were made")
    kept = {node.id for node in found.path(found.head)}
    for node in found.nodes:
        mark = " "
        if node.id in kept:
            mark = "?" if node.id == found.head and found.pending else "*"
        console.emit(_lines(node, mark, found))


def _lines(node: Node, mark: str, session: StoredSession) -> str:
    parent = f"after #{node.parent}" if node.parent else "first"
    names = "".join(f" [{name}]" for name, at in session.branches.items() if at == node.id)
    text = node.turn.code.strip("\n")
    code = "".join(f"    {line}".rstrip() + "\n" for line in text.split("\n")) if text else ""
    step = " ".join(node.turn.step.split())
    return f"{mark} #{node.id}{names} {step}\n    ({parent} · {_origin(node)})\n{code}"


def _origin(node: Node) -> str:
    made = node.provenance
    if made.origin != "model":
        return {"file": "from the file", "user": "by hand"}[made.origin]
    temperature = f" · temperature {made.sampling.temperature:g}" if made.sampling else ""
    end = made.stop_rule or made.finish_reason or "unknown"
    return f"seed {made.seed}{temperature} · {len(made.tokens)} tokens · end: {end}"


def _record(session: StoredSession) -> dict[str, Any]:
    from codegen_cli.sessions.encode import provenance_record, setup_record

    return {
        "id": session.id,
        "created": iso_time(session.created),
        "file": str(session.file) if session.file else None,
        "model": session.model,
        "prefix": session.prefix,
        "head": session.head,
        "pending": session.pending,
        "branches": session.branches,
        "setup": setup_record(session.setup) if session.setup else None,
        "program": session.program(session.head).source,
        "nodes": [
            {
                "id": node.id,
                "parent": node.parent,
                "created": iso_time(node.created),
                "step": node.turn.step,
                "code": node.turn.code,
                "provenance": provenance_record(node.provenance),
            }
            for node in session.nodes
        ],
    }
