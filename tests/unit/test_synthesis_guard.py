"""Answers without code and answers without end: what counts as one, and the one more draw."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from scripted import ScriptedEngine

from codegen_cli.engine.base import Prompt, never
from codegen_cli.engine.records import Chunk, Completion
from codegen_cli.program import Program
from codegen_cli.settings import Sampling
from codegen_cli.synthesis.fault import Fault, fault_of, period
from codegen_cli.synthesis.grow import Written, grow
from codegen_cli.synthesis.guard import Redrawn, offending, write_guarded
from codegen_cli.synthesis.record import turn_record
from codegen_cli.synthesis.turn import TurnResult


def completion(
    text: str, reason: str = "stop", rule: str | None = None, tokens: Sequence[int] = (7, 8)
) -> Completion:
    return Completion(text, "", reason, rule, tuple(tokens), (), 9, 4, 0.1, 0.1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (completion("x = 1\n", rule="comment"), None),
        (completion("", rule="comment"), Fault.COMMENT),
        (completion("\n\n", rule="blank-lines"), Fault.EMPTY),
        (completion("", "eos"), Fault.EMPTY),
        (completion("    # and then\n\n    # so on\n", "length"), Fault.COMMENT),
        (completion("", "interrupted"), None),
        (completion("x = [0, 0", "length", tokens=[9, *[1, 2] * 20]), Fault.REPETITION),
        (completion("x = [0, 0]", "stop", tokens=[9, *[1, 2] * 20]), None),
        (completion("x = [1, 2", "length", tokens=range(60)), None),
    ],
)
def test_a_fault_is_an_answer_without_code_or_without_end(
    answer: Completion, fault: Fault | None
) -> None:
    assert fault_of(answer) is fault


@pytest.mark.parametrize(
    ("tokens", "found"),
    [
        ([], 0),
        ([1] * 31, 0),
        ([1] * 32, 1),
        ([5, 6, *[1, 2, 3] * 11], 3),
        ([*range(40), *range(40)], 0),
        ([*[1, 2, 3] * 11, 4], 0),
        (list(range(20)) * 4, 20),
        (list(range(20)) * 3, 0),
    ],
)
def test_the_period_of_a_loop(tokens: list[int], found: int) -> None:
    assert period(tokens) == found


@dataclass
class Letters:
    """A token a character."""

    def tokenize(self, text: str) -> list[int]:
        return [ord(letter) for letter in text]

    def prompt(self, text: str) -> list[int]:
        return self.tokenize(text)

    def piece(self, token: int) -> bytes:
        return chr(token).encode()


@dataclass
class GuardedEngine(ScriptedEngine):
    """Give the answers of a list one after the other."""

    answers: list[Completion] = field(default_factory=list)
    vocabulary: Letters = field(default_factory=Letters)

    def generate_many(
        self, prompts: Sequence[Prompt], should_stop: Callable[[], bool] = never
    ) -> Iterator[tuple[int, Chunk | Completion]]:
        self.batches.append(list(prompts))
        yield 0, self.answers[len(self.batches) - 1]


def draw(*answers: Completion) -> tuple[GuardedEngine, list[Redrawn], TurnResult]:
    engine = GuardedEngine(lambda line, number: ("", 0.0), answers=list(answers))
    *items, result = write_guarded(engine, Program(), "Count the words.", Sampling(seed=5))
    assert isinstance(result, TurnResult)
    return engine, [item for item in items if isinstance(item, Redrawn)], result


COMMENT = completion("", rule="comment", tokens=[ord("#"), 5])
LOOP = completion("x = [0, 0", "length", tokens=[9, *[1, 2] * 20])


def test_a_good_answer_is_drawn_once() -> None:
    engine, redrawn, result = draw(completion("x = 1\n"))
    assert (len(engine.batches), redrawn, result.redrawn, result.banned) == (1, [], None, ())


def test_a_comment_is_drawn_again_with_the_same_seed_and_other_first_tokens() -> None:
    engine, (redrawn,), result = draw(COMMENT, completion("x = 1\n"))
    (first,), (second,) = engine.batches
    assert (first.banned, second.banned) == ((), redrawn.banned)
    assert {ord("#"), ord("\n"), ord(" ")} <= set(redrawn.banned)
    assert second.sampling == first.sampling
    assert second.text == first.text
    assert result.turn.code == "x = 1\n"
    assert (result.redrawn, result.fault, result.banned) == (Fault.COMMENT, None, redrawn.banned)


def test_there_is_no_third_draw_and_the_fault_is_said() -> None:
    engine, _, result = draw(COMMENT, completion("", rule="blank-lines"))
    assert len(engine.batches) == 2
    assert (result.redrawn, result.fault) == (Fault.COMMENT, Fault.EMPTY)


def test_a_loop_is_better_than_nothing() -> None:
    _, (redrawn,), result = draw(LOOP, COMMENT)
    assert redrawn.banned == (9,)
    assert (result.turn.code, result.banned) == ("x = [0, 0", ())


def test_an_interrupted_second_draw_is_interrupted() -> None:
    _, _, result = draw(LOOP, completion("", "interrupted"))
    assert result.interrupted


def test_after_a_loop_only_its_own_first_token_is_out_of_the_way() -> None:
    assert offending(Letters(), Fault.REPETITION, LOOP) == (9,)


def test_growing_shows_the_code_of_the_draw_that_counts() -> None:
    engine = GuardedEngine(
        lambda line, number: ("", 0.0), answers=[LOOP, completion("x = 1\n"), COMMENT]
    )
    events = list(grow(engine, Program(), ["Count."], Sampling(), guard=True))
    assert [event for event in events if isinstance(event, str)] == ["x = 1\n"]
    written = events[-1]
    assert isinstance(written, Written)
    assert turn_record(written)["redrawn"] == "repetition"
    assert turn_record(written)["banned"] == [9]


def test_without_a_guard_every_answer_is_kept() -> None:
    engine = GuardedEngine(lambda line, number: ("", 0.0), answers=[COMMENT])
    *_, written = grow(engine, Program(), ["Count."], Sampling())
    assert isinstance(written, Written)
    assert (len(engine.batches), turn_record(written)["fault"]) == (1, "comment")
