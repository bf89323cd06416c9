"""What a replay asks the engine for: the stop rules, the banned tokens and the memory of then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from fake_chat import FakeEngine

from codegen_cli.engine.base import never
from codegen_cli.engine.records import Chunk, Completion
from codegen_cli.program import Stopper, Turn
from codegen_cli.sessions.provenance import text_sha256
from codegen_cli.sessions.records import Node, Provenance, StoredSession
from codegen_cli.sessions.replay import compare, prompt_of, replay
from codegen_cli.settings import Sampling


class Engine(FakeEngine):
    """Write what the script says, and remember before which answers its memory was emptied."""

    def __init__(self, *script: str) -> None:
        super().__init__(*script)
        self.forgot: list[int] = []
        self.rules: list[str | None] = []

    def generate(
        self,
        prompt: str,
        sampling: Sampling,
        stopper: Stopper,
        should_stop: Callable[[], bool] = never,
    ) -> Iterator[Chunk | Completion]:
        for item in super().generate(prompt, sampling, stopper, should_stop):
            if isinstance(item, Completion):
                self.rules.append(item.rule)
            yield item

    def forget(self) -> None:
        self.forgot.append(len(self.prompts))


def session(*made: Provenance) -> StoredSession:
    nodes = tuple(
        Node(number, number - 1 or None, Turn(f"Step {number}.", "x = 1"), provenance, 0.0)
        for number, provenance in enumerate(made, 1)
    )
    found = StoredSession("0" * 8, "", None, "nano", 0.0, nodes, len(nodes), False, {})
    return replace(found, nodes=tuple(_with_prompt(found, node) for node in nodes))


def _with_prompt(found: StoredSession, node: Node) -> Node:
    digest = text_sha256(prompt_of(found, node))
    return replace(node, provenance=replace(node.provenance, prompt_sha256=digest))


MADE = Provenance("model", seed=3, sampling=Sampling(), reused_tokens=4, tokens=(0, 1, 2))


def test_a_chat_that_began_anew_does_so_in_the_replay() -> None:
    engine = Engine(*["x = 1"] * 3)
    found = session(MADE, replace(MADE, fresh=True), MADE)
    assert [item.verdict for item in replay(engine, found, found.nodes)] == ["same"] * 3
    assert engine.forgot == [0, 1]


def test_the_stop_rules_know_the_start_that_was_dictated() -> None:
    # What would be a comment at the start of a line, and end the turn, goes on with one.
    found = session(replace(MADE, start="x = 1  "))
    engine = Engine("# one")
    list(replay(engine, found, found.nodes))
    assert engine.prompts == ["# Step 1.\nx = 1  "]
    assert engine.rules == [None]


def test_a_step_that_was_read_before_it_was_answered_is_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = []
    monkeypatch.setattr(
        "codegen_cli.sessions.replay.step_perplexity", lambda _e, *what: read.append(what[:2])
    )
    found = session(MADE, replace(MADE, read=True))
    list(replay(Engine("x = 1", "x = 1"), found, found.nodes))
    assert read == [(found.program(1).prompt("")[:-3], "# Step 2.\n")]


def test_the_answer_that_was_thrown_away_is_drawn_first() -> None:
    engine = Engine("# no", "x = 1")
    found = session(replace(MADE, banned=(7,)))
    (item,) = replay(engine, found, found.nodes)
    assert item.verdict == "same"
    assert len(engine.prompts) == 2


def test_the_seed_is_the_recorded_one() -> None:
    engine = Engine("x = 1")
    found = session(replace(MADE, seed=99, sampling=Sampling(temperature=0.7, seed=1)))
    list(replay(engine, found, found.nodes))
    assert engine.samplings == [Sampling(temperature=0.7, seed=99)]


@pytest.mark.parametrize(
    ("recorded", "drawn", "first", "expected", "got"),
    [
        ((1, 2, 3), (1, 2, 3), None, None, None),
        ((1, 2, 3), (1, 5, 3), 2, 2, 5),
        ((1, 2), (1, 2, 3), 3, None, 3),
        ((1, 2, 3), (1, 2), 3, 3, None),
        ((), (4,), 1, None, 4),
        ((), (), None, None, None),
    ],
)
def test_the_first_difference_is_counted_from_one(
    recorded: tuple[int, ...],
    drawn: tuple[int, ...],
    first: int | None,
    expected: int | None,
    got: int | None,
) -> None:
    node = Node(1, None, Turn("S.", ""), replace(MADE, tokens=recorded), 0.0)
    answer = Completion("", "", "stop", None, drawn, (), 9, 4, 0.0, 0.0)
    found = compare(node, answer)
    assert (found.first, found.expected, found.got) == (first, expected, got)
    assert found.differs == (first is not None)


def test_logprobs_are_compared_up_to_the_first_difference() -> None:
    made = replace(MADE, tokens=(1, 2, 3), logprobs=(-1.0, -2.0, -9.0))
    node = Node(1, None, Turn("S.", ""), made, 0.0)
    answer = Completion("", "", "stop", None, (1, 2, 4), (-1.5, -2.25, -1.0), 9, 0, 0.0, 0.0)
    found = compare(node, answer)
    assert found.logprob_gap == 0.5
    assert not found.reused
