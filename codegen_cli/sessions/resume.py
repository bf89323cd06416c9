"""A kept session as the tree that a chat goes on with, and its turns as answers."""

from __future__ import annotations

from codegen_cli.engine.records import Completion
from codegen_cli.program import tree
from codegen_cli.sessions.records import Node, StoredSession
from codegen_cli.synthesis.turn import TurnResult


def answer_of(node: Node) -> TurnResult:
    """Return the answer of a turn as the engine gave it, but for its times."""
    made = node.provenance
    completion = Completion(
        text=node.turn.code,
        cut=made.cut,
        finish_reason=made.finish_reason or "stop",
        rule=made.stop_rule,
        tokens=made.tokens,
        logprobs=made.logprobs,
        prompt_tokens=0,
        reused_tokens=made.reused_tokens,
        prompt_seconds=0.0,
        generation_seconds=0.0,
    )
    return TurnResult(node.turn, completion, made.seed or 0, made.banned)


def tree_of(session: StoredSession) -> tree.Tree:
    """Return all turns of a session, with the head where it was left."""
    nodes = {
        node.id: tree.Node(node.id, node.parent, node.turn, node.provenance.origin == "file")
        for node in session.nodes
    }
    undone = session.setup.undone if session.setup else ()
    known = tuple(node for node in undone if node in nodes)
    return tree.Tree(session.prefix, nodes, session.head, dict(session.branches), known)


def attempts_of(session: StoredSession) -> dict[tuple[tree.Place, str], int]:
    """Return the last attempt at each step at each place, so that no seed is drawn with twice."""
    attempts: dict[tuple[tree.Place, str], int] = {}
    for node in session.nodes:
        key = (node.parent, node.turn.step)
        attempts[key] = max(attempts.get(key, 0), node.provenance.attempt)
    return attempts
