"""Recording a chat: nothing is lost when the disk comes back, and no chat ends because of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from codegen_cli.errors import SessionError
from codegen_cli.program import Turn
from codegen_cli.program.marks import Marks
from codegen_cli.sessions.recorder import Recorder
from codegen_cli.sessions.records import Provenance, Setup, StoredSession
from codegen_cli.sessions.store import SessionStore
from codegen_cli.settings import Sampling

MODEL = Provenance("model", seed=1, tokens=(1, 2), logprobs=(-1.0, -2.0))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sessions.db"


def recorder(
    path: Path,
    warn: Callable[[SessionError], None] = pytest.fail,
    resumed: StoredSession | None = None,
) -> Recorder:
    return Recorder(
        lambda: SessionStore(path), warn, prefix="p\n", file=None, model="nano", resumed=resumed
    )


def stored(path: Path) -> list[StoredSession]:
    store = SessionStore(path)
    try:
        return [store.load(summary.id) for summary in store.recent(9)]
    finally:
        store.close()


def test_a_chat_without_a_turn_leaves_no_session(path: Path) -> None:
    chat = recorder(path)
    chat.opened(1, None, Turn("From the file.", "x = 1"))
    chat.close()
    assert not path.exists()


def test_the_turns_of_a_file_come_with_the_first_own_one(path: Path) -> None:
    chat = recorder(path)
    chat.opened(1, None, Turn("From the file.", "x = 1"))
    chat.turn(2, 1, Turn("Mine.", "y = 2"), MODEL, "step", pending=True)
    chat.move(2, "accept")
    chat.branch("main", 2)
    chat.saved(2, path.parent / "a.py")
    (found,) = stored(path)
    assert found.id == chat.session
    assert [(n.parent, n.turn.step, n.provenance.origin) for n in found.nodes] == [
        (None, "From the file.", "file"),
        (1, "Mine.", "model"),
    ]
    assert (found.head, found.pending, found.branches) == (2, False, {"main": 2})
    assert found.file == path.parent / "a.py"
    chat.close()


def test_the_ids_of_a_chat_need_not_be_those_of_the_store(path: Path) -> None:
    chat = recorder(path)
    chat.turn(70, None, Turn("A.", ""), MODEL, "step")
    chat.turn(71, 70, Turn("B.", ""), MODEL, "step")
    chat.move(70, "undo")
    (found,) = stored(path)
    assert [(n.id, n.parent) for n in found.nodes] == [(1, None), (2, 1)]
    assert found.head == 1
    chat.close()


def test_what_names_other_turns_names_those_of_the_store(path: Path) -> None:
    chat = recorder(path)
    chat.turn(70, None, Turn("A.", ""), MODEL, "step")
    chat.turn(71, None, Turn("A.", ""), replace(MODEL, kept_from=70), "edit")
    marks = Marks(frozenset({71}), frozenset({70}))
    chat.set_up(Setup(Sampling(), undone=(71, 70), marks=marks))
    chat.close()
    (found,) = stored(path)
    assert found.nodes[1].provenance.kept_from == 1
    assert found.setup == Setup(
        Sampling(), undone=(2, 1), marks=Marks(frozenset({2}), frozenset({1}))
    )


def test_what_a_full_disk_refused_is_written_when_there_is_room(path: Path) -> None:
    said: list[SessionError] = []
    chat = recorder(path, said.append)
    chat.turn(1, None, Turn("A.", "x = 1"), MODEL, "step")
    store = chat._store
    assert store is not None
    pages = store._database.run("PRAGMA page_count")[0][0]
    store._database.run(f"PRAGMA max_page_count = {pages}")
    chat.turn(2, 1, Turn("B.", "y" * 50_000), MODEL, "step")
    chat.turn(3, 2, Turn("C.", "z = 3"), MODEL, "step")
    assert [str(error).split(": ")[-1] for error in said] == [
        "database or disk is full (check the disk, its space and who may write there)"
    ], "said once, not at every turn"
    assert [n.turn.step for n in stored(path)[0].nodes] == ["A."]
    store._database.run("PRAGMA max_page_count = 100000")
    chat.move(3, "accept")
    (found,) = stored(path)
    assert found.program(found.head).steps == ("A.", "B.", "C.")
    chat.close()


def test_the_last_change_gets_a_last_chance(path: Path) -> None:
    said: list[SessionError] = []
    path.mkdir()
    chat = recorder(path, said.append)
    chat.turn(1, None, Turn("A.", "x = 1"), MODEL, "step")
    assert len(said) == 1
    assert "cannot use" in said[0].message
    path.rmdir()
    chat.close()
    assert [n.turn.step for n in stored(path)[0].nodes] == ["A."]


def test_a_session_goes_on_where_it_was_left(path: Path) -> None:
    first = recorder(path)
    first.turn(1, None, Turn("A.", "x = 1"), MODEL, "step")
    first.close()
    (before,) = stored(path)
    again = recorder(path, resumed=before)
    again.turn(2, 1, Turn("B.", "y = 2"), MODEL, "step")
    again.close()
    (found,) = stored(path)
    assert (found.id, found.program(found.head).steps) == (before.id, ("A.", "B."))


def test_a_chat_goes_on_in_a_copy(path: Path) -> None:
    chat = recorder(path)
    assert chat.fork() is None
    chat.turn(7, None, Turn("A.", "x = 1"), MODEL, "step")
    left = chat.fork()
    chat.turn(9, 7, Turn("B.", "y = 2"), MODEL, "step")
    chat.close()
    found = {one.id: one.program(one.head).steps for one in stored(path)}
    assert found == {left: ("A.",), chat.session: ("A.", "B.")}


def test_a_session_that_was_removed_meanwhile_does_not_end_the_chat(path: Path) -> None:
    said: list[SessionError] = []
    chat = recorder(path, said.append)
    chat.turn(1, None, Turn("A.", "x = 1"), MODEL, "step")
    store = SessionStore(path)
    store.remove(str(chat.session))
    store.close()
    chat.turn(2, 1, Turn("B.", "y = 2"), MODEL, "step")
    assert [error.message for error in said] == [
        "the session, or the turn to go on from, is not kept any more"
    ]
    assert stored(path) == []
    chat.close()
