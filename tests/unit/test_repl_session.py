"""The state of a chat: pending turns, retries, undo and redo."""

from __future__ import annotations

import pytest

from codegen_cli.engine.records import Completion, FinishReason
from codegen_cli.errors import UsageError
from codegen_cli.program import Program, Turn
from codegen_cli.repl import asking
from codegen_cli.repl.session import Draw, Session
from codegen_cli.settings import Sampling
from codegen_cli.synthesis.turn import TurnResult


def answer(draw: Draw, code: str, reason: FinishReason = "stop") -> TurnResult:
    """Return what an engine might have written for a draw."""
    completion = Completion(code, "", reason, None, (1,), (0.0,), 1, 0, 0.1, 0.1)
    return TurnResult(Turn(draw.step, code), completion, draw.attempt)


def write(session: Session, *steps: str) -> None:
    """Draw turns whose code says their step."""
    for step in steps:
        draw = asking.ask(session, step)
        assert session.take(draw, answer(draw, f"code_{step} = 1"))


@pytest.fixture
def session() -> Session:
    return Session(Program(prefix=""), Sampling())


def steps(session: Session) -> list[str]:
    return list(session.shown.steps)


def test_an_answer_is_pending_until_the_next_step(session: Session) -> None:
    write(session, "a")
    assert (session.program.steps, steps(session)) == ((), ["a"])
    draw = asking.ask(session, "b")
    assert session.pending is None
    assert draw == Draw(session.program, "b", Sampling(), place=1)
    assert draw.program.text == "# a\ncode_a = 1\n\n"


def test_accept_says_which_turn_and_does_nothing_twice(session: Session) -> None:
    write(session, "a", "b")
    assert session.accept() == (2, Turn("b", "code_b = 1"))
    assert session.accept() is None
    assert session.program.steps == ("a", "b")


def test_a_step_that_cannot_be_a_comment_changes_nothing(session: Session) -> None:
    write(session, "a")
    for begin in (asking.ask, asking.reword):
        with pytest.raises(UsageError, match="NUL"):
            begin(session, "b\0")
    assert session.pending is not None
    assert session.program.steps == ()


def test_retry_draws_the_same_step_with_other_seeds(session: Session) -> None:
    write(session, "a")
    attempts = [asking.retry(session).attempt for _ in range(3)]
    assert attempts == [1, 2, 3]
    assert asking.retry(session).step == "a"
    assert asking.retry(session).program.steps == ()


def test_a_new_step_begins_with_the_first_attempt(session: Session) -> None:
    write(session, "a")
    asking.retry(session)
    write(session, "b")
    assert asking.retry(session).attempt == 1


def test_retry_takes_a_temperature_for_once(session: Session) -> None:
    write(session, "a")
    assert asking.retry(session, "0.8").sampling.temperature == 0.8
    assert asking.retry(session).sampling.temperature == Sampling().temperature


@pytest.mark.parametrize("temperature", ["hot", "-1", "11", "nan", "0"])
def test_retry_refuses_a_temperature(session: Session, temperature: str) -> None:
    write(session, "a")
    with pytest.raises(UsageError, match="temperature"):
        asking.retry(session, temperature)
    assert asking.retry(session).attempt == 1


def test_an_interrupted_answer_is_not_taken(session: Session) -> None:
    draw = asking.ask(session, "a")
    assert not session.take(draw, answer(draw, "co", "interrupted"))
    assert session.pending is None
    write(session, "a")
    before = session.pending
    draw = asking.retry(session)
    assert not session.take(draw, answer(draw, "co", "interrupted"))
    assert session.pending is before


def test_reword_replaces_the_pending_turn(session: Session) -> None:
    write(session, "a", "b")
    draw = asking.reword(session, "c")
    session.take(draw, answer(draw, "c = 1"))
    assert steps(session) == ["a", "c"]


def test_verbs_on_the_last_turn_need_one(session: Session) -> None:
    for verb in (asking.retry, lambda s: asking.reword(s, "x"), asking.more):
        with pytest.raises(UsageError, match="there is no turn"):
            verb(session)
    with pytest.raises(UsageError, match="no turn is pending"):
        session.drop()


def test_drop_discards_only_the_pending_turn(session: Session) -> None:
    write(session, "a", "b")
    assert session.drop() == (2, Turn("b", "code_b = 1"))
    assert steps(session) == ["a"]
    with pytest.raises(UsageError, match="nothing to redo"):
        session.redo()


def test_undo_takes_the_pending_turn_first(session: Session) -> None:
    write(session, "a", "b", "c")
    assert [number for number, _ in session.undo()] == [3]
    assert session.program.steps == ("a", "b")
    assert [turn.step for _, turn in session.undo(2)] == ["a", "b"]
    assert session.program.turns == ()


def test_undo_counts_the_pending_turn(session: Session) -> None:
    write(session, "a", "b", "c")
    assert [number for number, _ in session.undo(2)] == [2, 3]
    assert session.program.steps == ("a",)


@pytest.mark.parametrize("count", [0, -1, 3])
def test_undo_of_a_wrong_number_changes_nothing(session: Session, count: int) -> None:
    write(session, "a", "b")
    with pytest.raises(UsageError, match=f"cannot undo {count} of 2 turns"):
        session.undo(count)
    assert steps(session) == ["a", "b"]


def test_redo_brings_back_all_that_one_undo_took(session: Session) -> None:
    write(session, "a", "b", "c")
    whole, pending = session.shown, session.pending
    session.undo(2)
    session.undo()
    assert [number for number, _ in session.redo()] == [1]
    assert [number for number, _ in session.redo()] == [2, 3]
    assert (session.shown, session.pending) == (whole, pending)


def test_a_kept_turn_ends_redo_and_a_dropped_one_does_not(session: Session) -> None:
    write(session, "a", "b")
    session.undo()
    write(session, "c")
    with pytest.raises(UsageError, match="pending"):
        session.redo()
    session.drop()
    session.redo()
    assert steps(session) == ["a", "b"]
    session.undo()
    write(session, "c")
    session.accept()
    with pytest.raises(UsageError, match="nothing to redo"):
        session.redo()


def test_unsaved_compares_with_what_was_saved(session: Session) -> None:
    assert not session.unsaved
    write(session, "a")
    assert session.unsaved
    session.mark_saved()
    session.accept()
    assert not session.unsaved
    session.undo()
    assert session.unsaved
    session.redo()
    assert not session.unsaved


def test_set_holds_for_the_next_step(session: Session) -> None:
    session.set("max-tokens", "7")
    assert asking.ask(session, "a").sampling == Sampling(max_tokens=7)
