"""Where lines come from: through saves, later sessions, and changes by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from codegen_cli.program import Program, Turn, parse_program
from codegen_cli.sessions.blame import Line, Version, blame
from codegen_cli.sessions.records import Node, Provenance
from codegen_cli.sessions.store import SessionStore
from codegen_cli.sessions.versions import versions_of

MODEL, FILE, USER = Provenance("model", seed=1), Provenance("file"), Provenance("user")
PREFIX = "import numpy as np\n\n"

ONE = Turn("Make x.", "x = 1\ny = 2")
TWO = Turn("Print it.", "print(x)\n\n\n")


def version(session: str, program: Program, *origins: Provenance) -> Version:
    nodes = [
        Node(number, number - 1 or None, turn, origin, 0.0)
        for number, (turn, origin) in enumerate(zip(program.turns, origins, strict=True), 1)
    ]
    return Version(session, program, tuple(nodes))


FIRST = Program(PREFIX).add(ONE).add(TWO)


def brief(lines: list[Line]) -> list[tuple[str, str, str | None, int | None]]:
    return [(line.text, line.author, line.session, line.turn) for line in lines if line.text]


def test_an_untouched_file_is_its_session() -> None:
    lines = blame([version("a", FIRST, MODEL, USER)], FIRST.source)
    assert "\n".join(line.text for line in lines) + "\n" == FIRST.source
    assert brief(lines) == [
        ("import numpy as np", "prefix", "a", None),
        ("# Make x.", "step", "a", 1),
        ("x = 1", "model", "a", 1),
        ("y = 2", "model", "a", 1),
        ("# Print it.", "step", "a", 2),
        ("print(x)", "human", "a", 2),
    ]
    assert lines[3].step == "Make x."


def test_what_was_changed_by_hand_is_human() -> None:
    edited = FIRST.source.replace("y = 2", "y = 3\nz = 4")
    lines = blame([version("a", FIRST, MODEL, MODEL)], "# New top.\n" + edited)
    human = [line for line in lines if line.author == "human"]
    assert [line.text for line in human] == ["# New top.", "y = 3", "z = 4"]
    assert all(line.session is None for line in human)
    assert ("print(x)", "model", "a", 2) in brief(lines)


def test_a_later_session_knows_what_an_earlier_one_wrote() -> None:
    edited = FIRST.source.replace("y = 2", "y = 20")
    opened = parse_program(edited, PREFIX)
    later = opened.add(Turn("Add.", "z = 3"))
    versions = [
        version("a", FIRST, MODEL, MODEL),
        version("b", later, FILE, FILE, MODEL),
    ]
    assert brief(blame(versions, later.source)) == [
        ("import numpy as np", "prefix", "a", None),
        ("# Make x.", "step", "a", 1),
        ("x = 1", "model", "a", 1),
        ("y = 20", "human", "b", 1),
        ("# Print it.", "step", "a", 2),
        ("print(x)", "model", "a", 2),
        ("# Add.", "step", "b", 3),
        ("z = 3", "model", "b", 3),
    ]


def test_nobody_knows_who_wrote_a_file_that_was_opened() -> None:
    opened = parse_program("# Hand made.\nq = 1\n", PREFIX).add(Turn("More.", "r = 2"))
    lines = blame([version("a", opened, FILE, MODEL)], opened.source)
    assert [line.author for line in lines if line.text] == ["file", "file", "step", "model"]


def test_an_empty_file_has_no_lines() -> None:
    assert blame([version("a", FIRST, MODEL, MODEL)], "") == []


def test_every_line_of_a_long_step_is_a_step() -> None:
    program = Program("").add(Turn("One\ntwo.", "x = 1"))
    lines = blame([version("a", program, MODEL)], program.source)
    assert [line.author for line in lines] == ["step", "step", "model"]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SessionStore]:
    made = SessionStore(tmp_path / "db")
    yield made
    made.close()


def write(store: SessionStore, *turns: Turn) -> str:
    session = store.create(PREFIX, None, "nano")
    parent = None
    for turn in turns:
        parent = store.add_turn(session, parent, turn, MODEL, "step")
    return session


def test_versions_are_what_was_saved_oldest_first(store: SessionStore, tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    first, second = write(store, ONE, TWO), write(store, TWO)
    store.saved(first, 1, file)
    store.saved(second, 1, file)
    store.saved(first, 2, file)
    store.saved(first, 2, tmp_path / "b.py")
    found = versions_of(store, file, "")
    assert [(v.session, len(v.program.turns)) for v in found] == [
        (first, 1),
        (second, 1),
        (first, 2),
    ]
    link = tmp_path / "link.py"
    file.touch()
    link.symlink_to(file)
    assert versions_of(store, link, "") == found


def test_a_file_from_a_pipe_is_known_by_its_turns(store: SessionStore, tmp_path: Path) -> None:
    best = write(store, ONE, TWO)
    write(store, ONE)
    store.add_turn(best, 1, Turn("Other.", "o = 1"), MODEL, "step")
    (found,) = versions_of(store, tmp_path / "moved.py", FIRST.source + "# Mine.\nm = 1\n")
    assert (found.session, found.program.steps) == (best, ("Make x.", "Print it."))


def test_a_file_that_no_session_knows_has_no_versions(store: SessionStore, tmp_path: Path) -> None:
    write(store, ONE)
    text = "# Make x.\nx = 2\n\n# Empty.\n"
    store.add_turn(write(store), None, Turn("Empty.", ""), MODEL)
    assert versions_of(store, tmp_path / "a.py", text) == []
