"""What a chat does is in its record: every answer before it is shown, every move of the head."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_chat import Act, FakeEngine, Script, make

from codegen_cli.cli.chat_outside import session_of
from codegen_cli.cli.chat_session import Resumed
from codegen_cli.program import Program, parse_program
from codegen_cli.program.marks import Marks
from codegen_cli.repl.chat import Chat
from codegen_cli.repl.keep import Keeper
from codegen_cli.repl.loop import run_chat
from codegen_cli.repl.render import View
from codegen_cli.sessions.provenance import Drawn, text_sha256
from codegen_cli.sessions.recorder import Recorder
from codegen_cli.sessions.records import StoredSession
from codegen_cli.sessions.replay import prompt_of
from codegen_cli.sessions.store import SessionStore
from codegen_cli.settings import Sampling


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SessionStore]:
    made = SessionStore(tmp_path / "db")
    yield made
    made.close()


def chat_of(
    store: SessionStore, lines: list[str], script: list[Act], program: Program | None = None
) -> Chat:
    chat = make(FakeEngine(*script), Script(*lines, terminal=False), program)
    # Attended, as at a terminal: an interruption does not end it, and nobody is asked to save.
    chat.reader.attended = True
    recorder = Recorder(
        lambda: SessionStore(store.path),
        pytest.fail,
        prefix=chat.session.tree.prefix,
        file=None,
        model="fake",
    )
    chat.keeper = Keeper(recorder, Drawn("fake", lambda: "ab", "build"))
    chat.keeper.opened(chat.session.tree, chat.session.setup)
    return chat


def kept(store: SessionStore) -> StoredSession:
    (summary,) = store.recent(9)
    return store.load(summary.id)


def play(store: SessionStore, *lines: str, script: list[Act], source: str = "") -> StoredSession:
    run_chat(chat_of(store, list(lines), script, parse_program(source, "")))
    return kept(store)


def test_an_answer_is_kept_before_it_is_shown(
    store: SessionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(View, "turn", lambda *_: seen.append(kept(store)))
    play(store, "One.", "Two.", "/retry", script=["x = 1", "y = 2", "y = 3"])
    assert [(len(s.nodes), s.head, s.pending) for s in seen] == [
        (1, 1, True),
        (2, 2, True),
        (3, 3, True),
    ]


def test_every_verb_leaves_the_head_where_it_is(store: SessionStore) -> None:
    found = play(
        store,
        *("One.", "Two.", "/retry", "/undo", "/branch try", "Three."),
        script=["x = 1", "y = 2", "y = 3", "z = 4"],
    )
    assert [(n.id, n.parent, n.turn.code) for n in found.nodes] == [
        (1, None, "x = 1"),
        (2, 1, "y = 2"),
        (3, 1, "y = 3"),
        (4, 1, "z = 4"),
    ]
    assert (found.head, found.pending, found.branches) == (4, False, {"try": 1})
    assert [n.provenance.attempt for n in found.nodes] == [0, 0, 1, 0]


def test_prompts_are_those_that_a_replay_builds(store: SessionStore) -> None:
    found = play(
        store,
        *("One.", "/start y =", "Two.", "/edit 1 Uno.", "/more"),
        script=["x = 1\n# cut", " 2", "u = 1", " + 1"],
        source="# From the file.\nimport os",
    )
    drawn = [
        n for n in found.nodes if n.provenance.origin == "model" and not n.provenance.kept_from
    ]
    assert len(drawn) >= 3
    for node in drawn:
        assert text_sha256(prompt_of(found, node)) == node.provenance.prompt_sha256
    assert found.nodes[0].provenance.origin == "file"


def test_turns_after_a_reworded_one_are_copies(store: SessionStore) -> None:
    found = play(store, "One.", "Two.", "/edit 1 Uno.", script=["x = 1", "y = 2", "u = 1"])
    assert [(n.parent, n.turn.step, n.provenance.kept_from) for n in found.nodes] == [
        (None, "One.", None),
        (1, "Two.", None),
        (None, "Uno.", None),
        (3, "Two.", 2),
    ]


def test_an_interrupted_answer_that_is_kept_is_still_the_models(store: SessionStore) -> None:
    found = play(store, "One.", "Two.", "/keep", script=["x = 1", ("y = 2\n", KeyboardInterrupt())])
    made = found.nodes[1].provenance
    assert (made.origin, made.finish_reason) == ("model", "interrupted")
    assert len(found.nodes) == 2


def test_an_interrupted_answer_that_is_left_is_not_kept(store: SessionStore) -> None:
    found = play(store, "One.", "Two.", script=["x = 1", ("y = 2\n", KeyboardInterrupt())])
    assert len(found.nodes) == 1


def test_a_saved_program_is_known_by_its_file(store: SessionStore, tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    play(store, "One.", "Two.", f"/save {file}", "/undo", script=["x = 1", "y = 2"])
    (saved,) = store.saves(file)
    assert saved.node == 2
    assert kept(store).program(saved.node).source == file.read_text()


def go_on(store: SessionStore, *lines: str, script: list[Act]) -> tuple[Chat, StoredSession]:
    """Go on with the only session, as `--continue` does."""
    stored = kept(store)
    chat = chat_of(store, list(lines), script)
    assert chat.keeper is not None
    chat.keeper.close()
    resumed = Resumed(stored, file_is_its=False)
    chat.session = session_of(resumed, resumed.sampling(Sampling()))
    recorder = Recorder(
        lambda: SessionStore(store.path),
        pytest.fail,
        prefix=stored.prefix,
        file=None,
        model="fake",
        resumed=stored,
    )
    chat.keeper = Keeper(recorder, Drawn("fake", lambda: "ab", "build"))
    chat.keeper.resumed(stored)
    run_chat(chat)
    return chat, kept(store)


def test_a_session_that_goes_on_is_set_to_what_it_was(store: SessionStore) -> None:
    play(
        store,
        *("/set temperature 0.8", "/case A=[4, 'x -> y'] -> 'z'", "One {A}.", "/n 3", "/pin 1"),
        *("/fold 1", "/pin 1"),
        script=["def f():\n    return 1234567890"],
    )
    chat, _ = go_on(store, script=[])
    assert chat.session.sampling == Sampling(temperature=0.8)
    assert chat.session.candidates == 3
    assert chat.session.marks == Marks(folded=frozenset({1}))
    assert [case.text for case in chat.session.cases] == ["A=[4, 'x -> y'] -> 'z'"]
    assert chat.session.templates == {"One [4, 'x -> y'].": "One {A}."}


def test_what_was_undone_comes_back_later(store: SessionStore) -> None:
    play(store, "One.", "Two.", "/undo", "/undo", script=["x = 1", "y = 2"])
    chat, stored = go_on(store, "/redo", "/redo", "/redo", script=[])
    assert chat.session.program.steps == ("One.", "Two.")
    assert stored.setup is not None and stored.setup.undone == ()


def test_a_retry_later_draws_with_a_new_seed(store: SessionStore) -> None:
    play(store, "One.", "/retry", "/retry", script=["x = 1", "x = 2", "x = 3"])
    _, stored = go_on(store, "/retry", script=["x = 4"])
    seeds = [node.provenance.seed for node in stored.nodes]
    assert len(set(seeds)) == 4
    assert [node.provenance.attempt for node in stored.nodes] == [0, 1, 2, 3]


def test_what_an_edit_changed_is_known_later(
    store: SessionStore, capsys: pytest.CaptureFixture[str]
) -> None:
    play(store, "One.", "Two.", "/edit 1 Uno.", script=["x = 1", "y = 2", "u = 1"])
    capsys.readouterr()
    go_on(store, "/diff", script=[])
    assert "-# One.\n-x = 1\n+# Uno.\n+u = 1\n" in capsys.readouterr().err


def test_settings_alone_are_not_worth_a_session(store: SessionStore) -> None:
    run_chat(chat_of(store, ["/n 2", "/set temperature 1"], []))
    assert store.recent(9) == []
