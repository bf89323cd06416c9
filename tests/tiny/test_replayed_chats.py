"""Recorded chats come out token for token when they are drawn again; what differs is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from recorded import STEPS, record_chat

from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.errors import Interrupted
from codegen_cli.program import Turn
from codegen_cli.registry.find import find_model
from codegen_cli.sessions.provenance import Drawn, model_provenance, text_sha256
from codegen_cli.sessions.records import Node, Provenance, StoredSession
from codegen_cli.sessions.replay import prompt_of, replay
from codegen_cli.sessions.store import SessionStore
from codegen_cli.settings import EngineSettings, Sampling
from codegen_cli.synthesis.turn import TurnResult, write_turn

ONE_THREAD = EngineSettings(threads=1)

PLAIN = Provenance("model")
STEP_WITH_BODY = Turn(
    "Define sum.", "def add(xs):\n    total = 0\n    for x in xs: total += x\n    return total"
)


@pytest.fixture(scope="module")
def engine() -> Iterator[LlamaEngine]:
    with LlamaEngine(find_model("nano"), ONE_THREAD) as opened:
        yield opened


def load(path: Path, session: str) -> StoredSession:
    store = SessionStore(path)
    try:
        return store.load(session)
    finally:
        store.close()


@pytest.fixture(scope="module")
def recorded(engine: LlamaEngine, tmp_path_factory: pytest.TempPathFactory) -> StoredSession:
    path = tmp_path_factory.mktemp("sessions") / "db"
    return load(path, record_chat(engine, path, 7, operations=6))


def changed(session: StoredSession, number: int, **changes: object) -> StoredSession:
    nodes = list(session.nodes)
    made = replace(nodes[number].provenance, **changes)  # type: ignore[arg-type]
    nodes[number] = replace(nodes[number], provenance=made)
    return replace(session, nodes=tuple(nodes))


@pytest.mark.parametrize("seed", range(5))
def test_chats_with_retries_and_branches_replay(tmp_path: Path, seed: int) -> None:
    with LlamaEngine(find_model("nano"), ONE_THREAD) as engine:
        session = load(tmp_path / "db", record_chat(engine, tmp_path / "db", seed, operations=12))
    with LlamaEngine(find_model("nano"), ONE_THREAD) as engine:
        found = list(replay(engine, session, session.nodes))
    assert [item.verdict for item in found] == ["same"] * len(session.nodes)
    assert max(item.logprob_gap for item in found) == 0
    assert all(item.reused for item in found)
    assert {node.parent for node in session.nodes} != set(range(len(session.nodes)))


def test_the_first_token_that_differs_is_named(
    engine: LlamaEngine, recorded: StoredSession
) -> None:
    tokens = list(recorded.nodes[1].provenance.tokens)
    wrong = changed(recorded, 1, tokens=(*tokens[:2], tokens[2] + 1, *tokens[3:]))
    found = list(replay(engine, wrong, wrong.nodes))
    assert (found[1].verdict, found[1].first) == ("tokens", 3)
    assert (found[1].expected, found[1].got) == (tokens[2] + 1, tokens[2])
    assert [item.differs for item in found[2:]] == [False] * len(found[2:])


def test_a_recorded_answer_that_is_longer_or_shorter_differs_at_its_end(
    engine: LlamaEngine, recorded: StoredSession
) -> None:
    tokens = recorded.nodes[0].provenance.tokens
    (longer,) = replay(engine, recorded, changed(recorded, 0, tokens=(*tokens, 5)).nodes[:1])
    assert (longer.first, longer.expected, longer.got) == (len(tokens) + 1, 5, None)
    (shorter,) = replay(engine, recorded, changed(recorded, 0, tokens=tokens[:-1]).nodes[:1])
    assert (shorter.first, shorter.expected, shorter.got) == (len(tokens), None, tokens[-1])


def test_another_seed_is_another_answer(engine: LlamaEngine, recorded: StoredSession) -> None:
    hot = Sampling(temperature=2.0, max_tokens=48)
    wrong = changed(recorded, 0, seed=1, sampling=hot)
    (found,) = replay(engine, wrong, wrong.nodes[:1])
    assert found.verdict == "tokens"


def test_a_changed_program_is_not_drawn(engine: LlamaEngine, recorded: StoredSession) -> None:
    first, *rest = recorded.nodes
    first = replace(first, turn=replace(first.turn, code="tampered = 1"))
    wrong = replace(recorded, nodes=(first, *rest))
    verdicts = {item.node.id: item.verdict for item in replay(engine, wrong, wrong.nodes)}
    assert verdicts[1] == "same"
    after = [node.id for node in wrong.nodes if wrong.path(node.id)[0].id == 1][1:]
    assert after
    assert {verdicts[node] for node in after} == {"prompt"}


def test_a_copy_is_not_drawn(engine: LlamaEngine, recorded: StoredSession) -> None:
    copied = changed(recorded, 1, kept_from=1)
    assert [item.verdict for item in replay(engine, copied, copied.nodes[:2])] == ["same", "copy"]


def test_the_other_model_drifts_and_says_how_far(recorded: StoredSession, tmp_path: Path) -> None:
    data = bytearray(find_model("nano").read_bytes())
    data[len(data) // 2] ^= 0x40
    (tmp_path / "other.gguf").write_bytes(data)
    with LlamaEngine(tmp_path / "other.gguf", ONE_THREAD) as other:
        found = list(replay(other, recorded, recorded.nodes, likelihood=True))
    assert max(item.logprob_gap for item in found) > 0
    for item in found:
        tokens = item.node.provenance.logprobs
        assert item.likelihood == pytest.approx(sum(tokens) / len(tokens), abs=1)


def test_the_likelihood_is_that_of_the_recorded_tokens(
    engine: LlamaEngine, recorded: StoredSession
) -> None:
    (found,) = replay(engine, recorded, recorded.nodes[:1], likelihood=True)
    logprobs = recorded.nodes[0].provenance.logprobs
    # Tokens that are evaluated together round otherwise than one by one.
    assert found.likelihood == pytest.approx(sum(logprobs) / len(logprobs), abs=0.05)
    foreign = changed(recorded, 0, tokens=(engine.info.n_vocab,))
    (found,) = replay(engine, foreign, foreign.nodes[:1], likelihood=True)
    assert found.likelihood is None


def test_a_replay_can_be_interrupted(engine: LlamaEngine, recorded: StoredSession) -> None:
    with pytest.raises(Interrupted, match="interrupted in turn 1"):
        list(replay(engine, recorded, recorded.nodes, should_stop=lambda: True))


def test_an_interrupted_answer_replays_up_to_where_it_was_stopped(engine: LlamaEngine) -> None:
    session = StoredSession("0" * 8, "", None, "nano", 0.0, (), None, False, {})
    engine.forget()
    ramble = Sampling(temperature=0, repeat_penalty=0.01, max_tokens=100)
    program = session.program(None)
    seen: list[str | TurnResult] = []
    for item in write_turn(engine, program, STEPS[0], ramble, should_stop=lambda: len(seen) > 2):
        seen.append(item)
    result = seen[-1]
    assert isinstance(result, TurnResult)
    assert result.interrupted
    made = model_provenance(
        result, program.prompt(STEPS[0]), ramble, 0, Drawn("nano", lambda: None, "")
    )
    node = Node(1, None, result.turn, made, 0.0)
    (found,) = replay(engine, replace(session, nodes=(node,)), [node])
    assert found.verdict == "same"
    assert 0 < len(made.tokens) < 100


def test_folded_turns_and_a_dictated_start_are_part_of_the_prompt() -> None:
    node = Node(1, None, STEP_WITH_BODY, PLAIN, 0.0)
    session = StoredSession("0" * 8, "", None, "nano", 0.0, (node,), 1, False, {})
    later = Node(2, 1, replace(STEP_WITH_BODY, step="Use it."), PLAIN, 0.0)
    both = replace(session, nodes=(node, later))
    assert prompt_of(both, later) == both.program(1).prompt("Use it.")
    folded = replace(later, provenance=replace(PLAIN, folded=(1,), start="y = "))
    prompt = prompt_of(both, folded)
    assert "..." in prompt
    assert "total" not in prompt
    assert prompt.endswith("# Use it.\ny = ")
    assert text_sha256(prompt) != text_sha256(prompt_of(both, later))
