"""Completion of commands, settings and paths; the folder is a dictionary."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from codegen_cli.repl.commands import COMMANDS
from codegen_cli.repl.complete import Candidate, Known, complete
from codegen_cli.repl.table import Kind, Table

FOLDERS = {
    "": [("b.py", False), ("a dir", True), (".hidden", False), ("src", True)],
    "src/": [("deep.py", False), ("deeper", True)],
    "/": [("etc", True)],
    "~/": [("home.py", False)],
}


def list_folder(folder: str) -> Iterable[tuple[str, bool]]:
    return FOLDERS.get(folder, [])


KNOWN = Known(
    folder=list_folder,
    turns=lambda: [("1", "Assign a list."), ("12", "Print it.")],
    places=lambda: [("main", ""), ("sorted", "")],
    models=lambda: [("nano", ""), ("350M-mono", "")],
    sessions=lambda: [("5b0f11aa", "")],
    names=lambda: ["values", "value_of", "total"],
)


def texts(line: str, cursor: int | None = None) -> list[str]:
    found = complete(line, len(line) if cursor is None else cursor, COMMANDS, KNOWN)
    return [candidate.text for candidate in found]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("/re", ["/retry", "/redo"]),
        ("/RET", ["/retry"]),
        ("/save", ["/save", "/save!"]),
        ("/set t", ["temperature", "top_p", "top_k"]),
        ("/set top-", ["top_p", "top_k"]),
        ("/set max_tokens 1", []),
        ("/save ", ["a dir/", "b.py", "src/"]),
        ("/save a d", ["a dir/"]),
        ("/save .h", [".hidden"]),
        ("/save! src/de", ["src/deep.py", "src/deeper/"]),
        ("/save /", ["/etc/"]),
        ("/save ~/", ["~/home.py"]),
        ("/save none/", []),
        ("/undo ", []),
        ("/nothing ", []),
        ("Save it to s", []),
        ("Sum val", ["values", "value_of"]),
        ("Sum the\nval", ["values", "value_of"]),
        ("//odd tot", ["total"]),
        ("Print total", []),
        ("Print 2v", []),
        ("//save ", []),
        ("/save \ns", []),
        ("", []),
    ],
)
def test_complete(line: str, expected: list[str]) -> None:
    assert texts(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("/turn ", ["1", "12"]),
        ("/turn 12", ["12"]),
        ("/place s", ["sorted"]),
        ("/place 1", ["1", "12"]),
        ("/model n", ["nano"]),
        ("/session ", ["5b0f11aa"]),
        ("/command mo", ["model"]),
    ],
)
def test_an_argument_is_completed_with_its_kind(line: str, expected: list[str]) -> None:
    table: Table[None] = Table()
    kinds: tuple[Kind, ...] = ("turn", "place", "model", "session", "command")
    for kind in kinds:
        table.command(kind, "X", completes=kind)(lambda _context, _argument: None)
    assert [found.text for found in complete(line, len(line), table, KNOWN)] == expected


def test_every_command_is_offered_for_a_slash() -> None:
    assert texts("/") == [f"/{command.name}" for command in COMMANDS]


def test_only_the_text_before_the_cursor_counts() -> None:
    assert texts("/retry", 3) == ["/retry", "/redo"]


def test_a_candidate_says_where_it_goes_and_what_it_is() -> None:
    assert complete("/save  sr", 9, COMMANDS, KNOWN) == [Candidate("src/", 7, "folder")]
    (undo,) = complete("/und", 4, COMMANDS, KNOWN)
    assert (undo.start, undo.about) == (0, "Take back the pending turn, or the last N.")
