"""The kept sessions: what is written comes back, and what cannot be is one line."""

from __future__ import annotations

import dataclasses
import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from codegen_cli.errors import CodegenError, SessionError, UsageError
from codegen_cli.program import Turn
from codegen_cli.program.cases import Case
from codegen_cli.program.marks import Marks
from codegen_cli.sessions.database import Database
from codegen_cli.sessions.encode import dump_provenance, dump_setup, load_provenance, load_setup
from codegen_cli.sessions.records import Provenance, SessionSummary, Setup
from codegen_cli.sessions.schema import MIGRATIONS
from codegen_cli.sessions.store import SessionStore
from codegen_cli.settings import Sampling

MODEL = Provenance(
    "model",
    seed=43,
    attempt=2,
    sampling=Sampling(temperature=0.7, stop=("\n\n", "return")),
    model="nano",
    model_sha256="ab" * 32,
    build="codegen 0.1.0",
    engine="transformers",
    lora=(("a.gguf", 0.5),),
    prompt_sha256="cd" * 32,
    reused_tokens=12,
    fresh=True,
    read=True,
    folded=(1, 2),
    start="x = ",
    banned=(2, 3),
    tokens=(50256, 0, 7),
    logprobs=(-0.1, -1e-30, float.fromhex("-0x1.fffffffffffffp+3")),
    finish_reason="stop",
    stop_rule="comment",
    cut="# more\n",
    kept_from=1,
)
FILE = Provenance("file")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SessionStore]:
    made = SessionStore(tmp_path / "state" / "sessions.db")
    yield made
    made.close()


def turn(number: int) -> Turn:
    return Turn(f"Step {number}.", f"x = {number}")


def grown(store: SessionStore) -> str:
    """A session with a retried first turn: 1 and 2 are both first turns, 3 follows 2."""
    session = store.create("import os\n\n", None, "nano")
    store.add_turn(session, None, turn(1), MODEL, "step", pending=True)
    store.add_turn(session, None, turn(2), MODEL, "retry", pending=True)
    store.move(session, 2, "accept")
    store.add_turn(session, 2, turn(3), FILE, "step", pending=True)
    return session


def test_a_session_comes_back_as_it_was_left(store: SessionStore) -> None:
    odd = Turn("ünï\tcode 🐍", 'print("\\u202e\x1b[2J")\r\n', "\r\n\r\n", "#  ünï\tcode 🐍\n")
    session = grown(store)
    store.add_turn(session, 3, odd, MODEL)
    store.name_branch(session, "try", 1)
    store.name_branch(session, "try", 2)
    store.name_branch(session, "root", None)
    found = store.load(session)
    assert [(n.id, n.parent, n.turn) for n in found.nodes] == [
        (1, None, turn(1)),
        (2, None, turn(2)),
        (3, 2, turn(3)),
        (4, 3, odd),
    ]
    assert [n.provenance for n in found.nodes] == [MODEL, MODEL, FILE, MODEL]
    assert (found.head, found.pending, found.branches) == (3, True, {"try": 2, "root": None})
    assert (found.prefix, found.file, found.model) == ("import os\n\n", None, "nano")
    assert found.program(found.head).steps == ("Step 2.", "Step 3.")
    assert found.program(None).text == "import os\n\n"


def test_a_copy_is_the_session_and_neither_changes_the_other(store: SessionStore) -> None:
    session = grown(store)
    store.name_branch(session, "try", 1)
    store.set_up(session, Setup(Sampling(seed=7), 3))
    store.saved(session, 3, Path("/a.py"))
    before = store.load(session)
    copy = store.fork(session)
    assert copy != session
    made = store.load(copy)
    assert dataclasses.replace(made, id=session, created=before.created) == before
    assert [save.session for save in store.saves(Path("/a.py"))] == [session, copy]
    assert store.add_turn(copy, 3, turn(4), MODEL, "step") == 4
    store.move(session, None, "undo")
    assert dataclasses.replace(store.load(session), head=3, pending=True) == before
    assert store.load(copy).head == 4
    store.remove(session)
    assert len(store.load(copy).nodes) == 4


def test_the_head_is_where_the_last_verb_left_it(store: SessionStore) -> None:
    session = grown(store)
    store.move(session, None, "undo")
    assert store.load(session).head is None
    store.move(session, 1, "goto", pending=True)
    assert (store.load(session).head, store.load(session).pending) == (1, True)
    store.move(session, 1, "accept")
    assert not store.load(session).pending


def test_a_new_session_is_empty(store: SessionStore) -> None:
    found = store.load(store.create("", Path("a.py"), "nano"))
    assert (found.nodes, found.head, found.pending, found.branches) == ((), None, False, {})
    assert found.file == Path("a.py").resolve()


def test_provenance_survives_as_json() -> None:
    assert load_provenance(dump_provenance(MODEL)) == MODEL
    for field in dataclasses.fields(Provenance):
        assert getattr(MODEL, field.name) != getattr(FILE, field.name), "a value to tell apart"
    assert dump_provenance(FILE) == '{"origin":"file"}'


def test_unknown_provenance_of_a_newer_version_is_passed_over() -> None:
    assert load_provenance('{"origin":"user","mood":"good"}') == Provenance("user")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"origin":"model","sampling":{"x":1}}', "null"])
def test_broken_provenance_is_one_line(text: str) -> None:
    with pytest.raises(SessionError, match="a stored turn is unreadable"):
        load_provenance(text)


def test_a_program_that_was_saved_names_its_file(store: SessionStore, tmp_path: Path) -> None:
    session = grown(store)
    store.saved(session, 2, tmp_path / "first.py")
    store.saved(session, 3, tmp_path / "second.py")
    assert store.load(session).file == tmp_path / "second.py"
    assert [(s.session, s.node) for s in store.saves(tmp_path / "first.py")] == [(session, 2)]
    assert [s.id for s in store.recent(9, tmp_path / "second.py")] == [session]
    assert store.recent(9, tmp_path / "first.py") == []


def test_recent_sessions_come_newest_first_with_their_own_program(tmp_path: Path) -> None:
    clock = iter(range(1, 1000))
    store = SessionStore(tmp_path / "db", now=lambda: float(next(clock)))
    older, newer = grown(store), grown(store)
    empty = store.create("", None, "nano")
    assert [s.id for s in store.recent(9)] == [empty, newer, older]
    store.move(older, 2, "undo")
    first, second = store.recent(2)
    assert (first.id, second.id) == (older, empty)
    assert first == SessionSummary(
        older, 1.0, first.updated, None, "nano", 1, 3, "Step 2.", "Step 2."
    )
    assert (second.turns, second.drawn, second.first_step) == (0, 0, "")
    full = store.recent(9)[2]
    assert (full.turns, full.first_step, full.last_step) == (2, "Step 2.", "Step 3.")
    store.close()


@pytest.mark.parametrize(
    ("text", "steps"),
    [("STEP 1", ["Step 1."]), ("= 2", ["Step 2."]), ("100%", []), ("_", []), ("", None)],
)
def test_search_reads_steps_and_code(
    store: SessionStore, text: str, steps: list[str] | None
) -> None:
    session = grown(store)
    found = store.search(text)
    if steps is None:
        assert len(found) == 3
    else:
        assert [(m.session, m.step) for m in found] == [(session, s) for s in steps]


def test_search_knows_the_case_of_other_alphabets(store: SessionStore) -> None:
    session = store.create("", None, "nano")
    store.add_turn(session, None, Turn("ÜBER", ""), FILE)
    assert len(store.search("über")) == 1


def test_a_beginning_of_an_id_is_enough(store: SessionStore) -> None:
    session = grown(store)
    assert store.find(session) == store.find(session[:5].upper()) == session


def test_a_wrong_id_is_refused_with_near_ones(store: SessionStore) -> None:
    with pytest.raises(UsageError, match=r"no session is kept yet"):
        store.find("abc")
    session = grown(store)
    wrong = session[:3] + "zz" + session[5:]
    with pytest.raises(UsageError, match=rf'no session "{wrong}" \(did you mean {session}\? see'):
        store.find(wrong)
    for _ in range(40):  # 41 ids of 16 first digits: two share one
        grown(store)
    first = sorted(s.id[0] for s in store.recent(99))
    shared = next(a for a, b in pairwise(first) if a == b)
    with pytest.raises(UsageError, match=f'"{shared}" begins .* sessions'):
        store.find(shared)


def test_a_removed_session_leaves_nothing_in_the_file(store: SessionStore) -> None:
    secret = "a step nobody else may read"
    session, other = store.create("", None, "nano"), grown(store)
    store.add_turn(session, None, Turn(secret, "x"), FILE, "step")
    store.set_up(session, Setup(Sampling(), cases=(Case({}, secret),)))
    assert secret.encode() in store.path.read_bytes()
    store.remove(session)
    assert secret.encode() not in store.path.read_bytes()
    assert [s.id for s in store.recent(9)] == [other]
    for missing in (store.load, store.remove):
        with pytest.raises(SessionError, match=f'no session "{session}"'):
            missing(session)


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "state" / "codegen" / "sessions.db"
    path.parent.mkdir(parents=True)
    path.touch(0o644)
    store = SessionStore(path)
    with store.transaction():
        store.create("", None, "nano")
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == {"sessions.db": 0o600, "sessions.db-journal": 0o600}
    store.close()


def test_a_change_that_fails_half_way_never_happened(store: SessionStore) -> None:
    session = grown(store)
    before = store.load(session)
    with pytest.raises(CodegenError, match="halfway"), store.transaction():
        store.add_turn(session, 3, turn(4), MODEL, "step")
        store.name_branch(session, "b", 4)
        raise CodegenError("halfway")
    assert store.load(session) == before
    assert store.add_turn(session, 3, turn(4), MODEL) == 4


def test_a_turn_needs_its_parent(store: SessionStore) -> None:
    session = grown(store)
    with pytest.raises(SessionError, match="is not kept any more"):
        store.add_turn(session, 99, turn(4), MODEL)
    with pytest.raises(SessionError, match="is not kept any more"):
        store.add_turn("nowhere", None, turn(4), MODEL)


def test_threads_take_turns(store: SessionStore) -> None:
    session = store.create("", None, "nano")
    with ThreadPoolExecutor(8) as pool:
        nodes = list(
            pool.map(lambda i: store.add_turn(session, None, turn(i), FILE, "step"), range(40))
        )
    assert sorted(nodes) == list(range(1, 41))


_WRITER = """
import sys
from pathlib import Path
from codegen_cli.program import Turn
from codegen_cli.program.cases import Case
from codegen_cli.program.marks import Marks
from codegen_cli.sessions.records import Provenance
from codegen_cli.sessions.store import SessionStore
store = SessionStore(Path(sys.argv[1]))
for number in range(25):
    store.add_turn(sys.argv[2], None, Turn(f"{sys.argv[3]} {number}", ""), Provenance("user"), "x")
"""


def test_two_processes_write_the_same_session(store: SessionStore) -> None:
    session = store.create("", None, "nano")
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(store.path), session, name])
        for name in ("left", "right")
    ]
    assert [writer.wait(120) for writer in writers] == [0, 0]
    steps = [node.turn.step for node in store.load(session).nodes]
    for name in ("left", "right"):
        assert [s for s in steps if s.startswith(name)] == [f"{name} {i}" for i in range(25)]


SETUP = Setup(
    Sampling(temperature=0.8, seed=7),
    candidates=4,
    marks=Marks(frozenset({1}), frozenset({2, 3})),
    undone=(2, 1),
    cases=(Case({"A": [1, (2, "-> 3")], "B": {"é"}}, "six"), Case({}, None)),
    templates={"Add 1.": "Add {A}."},
)


def test_a_setup_survives_as_json() -> None:
    assert load_setup(dump_setup(SETUP)) == SETUP
    newer = {**json.loads(dump_setup(SETUP)), "mood": "good"}
    assert load_setup(json.dumps(newer)) == SETUP


def test_turns_that_an_older_version_marked_by_number_are_those_of_the_program(
    store: SessionStore,
) -> None:
    session = store.create("", None, "nano")
    first = store.add_turn(session, None, turn(1), FILE, "step")
    store.add_turn(session, first, turn(2), FILE, "step")
    other = store.add_turn(session, first, turn(3), FILE, "retry")
    old = json.loads(dump_setup(SETUP))
    del old["pinned_nodes"], old["folded_nodes"]
    store._database.run(
        "INSERT INTO setup (session, created, setup) VALUES (?, 1, ?)",
        *(session, json.dumps({**old, "pinned": [2], "folded": [1, 7]})),
    )
    setup = store.load(session).setup
    assert setup is not None
    assert setup.marks == Marks(frozenset({other}), frozenset({first}))


@pytest.mark.parametrize("text", ["", "[]", "{}", dump_setup(SETUP).replace("-> 'six'", "")])
def test_a_broken_setup_is_one_line(text: str) -> None:
    with pytest.raises(SessionError, match="stored setup is unreadable"):
        load_setup(text)


def test_an_older_database_takes_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    old = Database(path, MIGRATIONS[:1])
    old.run("INSERT INTO session VALUES ('0123abcd', 1, '', NULL, 'nano')")
    with pytest.raises(SessionError, match="no such table: save"):
        old.run("SELECT * FROM save")
    old.close()
    store = SessionStore(path)
    store.saved("0123abcd", None, tmp_path / "a.py")
    assert store.load("0123abcd").file == tmp_path / "a.py"
    assert store.load("0123abcd").setup is None
    store.set_up("0123abcd", SETUP)
    assert store.load("0123abcd").setup == SETUP
    store.close()


def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    Database(path, (*MIGRATIONS, "CREATE TABLE future (x)")).close()
    before = path.read_bytes()
    with pytest.raises(SessionError, match="from a newer codegen: .*upgrade codegen"):
        SessionStore(path)
    assert path.read_bytes() == before


def test_a_damaged_database_is_one_line_with_a_next_step(tmp_path: Path) -> None:
    path = tmp_path / "bad.db"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(SessionError, match=r"is damaged: file is not a database \(move it away"):
        SessionStore(path)


def test_a_page_that_was_overwritten_is_one_line(tmp_path: Path) -> None:
    store = SessionStore(tmp_path / "bad.db")
    session = grown(store)
    store.close()
    data = bytearray(store.path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    store.path.write_bytes(data)
    store = SessionStore(store.path)
    with pytest.raises(SessionError, match=r"is damaged: .*move it away"):
        store.load(session)
    store.close()


def test_a_full_disk_is_one_line_and_what_was_there_stays(store: SessionStore) -> None:
    session = grown(store)
    before = store.load(session)
    pages = store._database.run("PRAGMA page_count")[0][0]
    store._database.run(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(SessionError, match="disk is full .*check the disk"):
        store.add_turn(session, 3, Turn("Big.", "x" * 100_000), MODEL, "step")
    assert store.load(session) == before
    store._database.run("PRAGMA max_page_count = 100000")
    assert store.add_turn(session, 3, turn(4), MODEL, "step") == 4


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SessionError, match="cannot use .*(Not a directory|File exists)"):
        SessionStore(tmp_path / "file" / "sessions.db")


def test_another_process_that_keeps_the_file_is_one_line(
    store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("codegen_cli.sessions.database._PATIENCE", 0.05)
    hasty = SessionStore(store.path)
    with store.transaction(), pytest.raises(SessionError, match="database is locked"):
        hasty.create("", None, "nano")
    assert hasty.create("", None, "nano")
    hasty.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_file_without_leave_to_write_is_one_line(store: SessionStore) -> None:
    store.path.chmod(0o400)
    with pytest.raises(SessionError, match="cannot use .*Permission denied"):
        SessionStore(store.path)


def test_sqlite_can_read_it_with_its_own_tool(store: SessionStore) -> None:
    grown(store)
    with sqlite3.connect(store.path) as plain:
        rows = plain.execute(
            "SELECT json_extract(provenance, '$.stop_rule') FROM turn ORDER BY node"
        ).fetchall()
    plain.close()
    assert rows == [("comment",), ("comment",), (None,)]
