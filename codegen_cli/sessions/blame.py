"""Who wrote each line of a file: the model, a person, or nobody knows. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from codegen_cli.program import Program
from codegen_cli.sessions.records import Node

#: `step` is a comment that someone typed as a step, `prefix` what the program began with, `file`
#: what a file held when a session opened it, `human` what was changed by hand.
Author = Literal["model", "step", "prefix", "file", "human"]


@dataclass(frozen=True, slots=True)
class Version:
    """A program that a session wrote to the file, and the nodes of its turns."""

    session: str
    program: Program
    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A line and where it comes from; `turn` counts in the program of the session that wrote it."""

    text: str
    author: Author
    session: str | None = None
    turn: int | None = None
    node: int | None = None
    step: str | None = None


def blame(versions: Sequence[Version], current: str) -> list[Line]:
    """Return the lines of a file with their authors; `versions` are oldest first.

    A line that no version before it has was changed by hand. What a session read from the file is
    looked up in the version before.
    """
    known: list[Line] = []
    for version in versions:
        lines = _lines(version)
        opened = [line for line in lines if line.author in ("file", "prefix")]
        if known:
            opened = _inherit(known, opened)
        inherited = iter(opened)
        known = [next(inherited) if line.author in ("file", "prefix") else line for line in lines]
    texts = [Line(text, "human") for text in _split(current)]
    return _inherit(known, texts)


def _lines(version: Version) -> list[Line]:
    """Return the lines of a version as its own session knows them."""
    program = version.program
    starts = [program.line_of(number) for number in range(1, len(program.turns) + 1)]
    lines = [Line(text, "prefix", version.session) for text in _split(program.source)]
    for number, (node, start) in enumerate(zip(version.nodes, starts, strict=True), 1):
        end = starts[number] if number < len(starts) else len(lines) + 1
        header = node.turn.header.count("\n")
        for at in range(start - 1, min(end - 1, len(lines))):
            author = _author(node, in_header=at < start - 1 + header)
            lines[at] = Line(
                lines[at].text, author, version.session, number, node.id, node.turn.step
            )
    return lines


def _author(node: Node, *, in_header: bool) -> Author:
    if node.provenance.origin == "file":
        return "file"
    if in_header:
        return "step"
    return "model" if node.provenance.origin == "model" else "human"


def _inherit(known: Sequence[Line], lines: Sequence[Line]) -> list[Line]:
    """Return lines as they are known, those that are not as changed by hand."""
    found = [replace(line, author="human") for line in lines]
    matcher = difflib.SequenceMatcher(
        None, [line.text for line in known], [line.text for line in lines], autojunk=False
    )
    for old, new, size in matcher.get_matching_blocks():
        found[new : new + size] = known[old : old + size]
    return found


def _split(source: str) -> list[str]:
    lines = source.split("\n")
    return lines if lines[-1] else lines[:-1]
