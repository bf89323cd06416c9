"""What one engine evaluated, another takes in, and goes on with the same numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.engine.prefix_cache import common_prefix
from codegen_cli.engine.records import Completion
from codegen_cli.engine.state import WORTH_KEEPING, State
from codegen_cli.program import NoStop
from codegen_cli.registry.find import find_model
from codegen_cli.settings import EngineSettings, Sampling

PROGRAM = "".join(f"# Print {n}.\nprint({n})\n\n" for n in range(12))
STEP = "# Print the next one, too.\n"
GREEDY = Sampling(temperature=0, max_tokens=12)


def engine(*, flash: bool, ctx: int | None = None) -> LlamaEngine:
    return LlamaEngine(find_model("nano"), EngineSettings(threads=1, flash=flash, ctx=ctx))


@pytest.fixture(params=[True, False], ids=["flash", "plain"])
def flash(request: pytest.FixtureRequest) -> bool:
    """Without flash attention the values lie in the cache by feature, not by token."""
    return bool(request.param)


@pytest.fixture
def fresh(flash: bool) -> Iterator[LlamaEngine]:
    with engine(flash=flash) as made:
        yield made


@pytest.fixture
def left(flash: bool) -> Iterator[LlamaEngine]:
    """Yield an engine that wrote an answer to the program."""
    with engine(flash=flash) as made:
        complete(made, PROGRAM)
        yield made


def complete(engine: LlamaEngine, prompt: str, sampling: Sampling = GREEDY) -> Completion:
    *_, last = engine.generate(prompt, sampling, NoStop())
    assert isinstance(last, Completion)
    return last


def state_of(engine: LlamaEngine, text: str = PROGRAM) -> State:
    state = engine.state_of(text)
    assert state is not None
    return state


@pytest.mark.parametrize("temperature", [0.0, 0.8])
def test_a_restored_engine_goes_on_as_if_it_had_never_ended(
    left: LlamaEngine, fresh: LlamaEngine, temperature: float
) -> None:
    state, sampling = state_of(left), replace(GREEDY, temperature=temperature, seed=5)
    assert fresh.restore(State(state.tokens, bytearray(state.data)))
    ours, theirs = (complete(engine, PROGRAM + STEP, sampling) for engine in (fresh, left))
    assert (ours.tokens, ours.logprobs) == (theirs.tokens, theirs.logprobs)
    # The empty line at the end is one token there, and two where a comment follows it.
    assert ours.reused_tokens == theirs.reused_tokens == len(state.tokens) - 1 > WORTH_KEEPING


def test_only_what_a_text_shares_is_kept(left: LlamaEngine) -> None:
    half = PROGRAM[: len(PROGRAM) // 2]
    shared = common_prefix(left.vocabulary.prompt(half), left.vocabulary.prompt(PROGRAM))
    kept = state_of(left, half)
    assert len(kept.tokens) == shared < len(state_of(left).tokens)
    assert len(kept.data) < len(state_of(left).data)


def test_what_was_restored_can_be_undone_and_branched(
    left: LlamaEngine, fresh: LlamaEngine
) -> None:
    assert fresh.restore(state_of(left))
    for end in (len(PROGRAM) // 2, len(PROGRAM), len(PROGRAM) // 3):
        found = complete(fresh, PROGRAM[:end])
        assert found.tokens == complete(left, PROGRAM[:end]).tokens
        assert found.reused_tokens > 0


def test_a_short_text_is_not_worth_keeping(left: LlamaEngine) -> None:
    assert left.state_of("# Print 0.\n") is None
    assert left.state_of("import nothing_in_common\n" * 20) is None


def test_a_state_that_does_not_fit_changes_nothing(left: LlamaEngine, fresh: LlamaEngine) -> None:
    state = state_of(left)
    tokens, data = state.tokens, bytearray(state.data)
    wrong = [
        State(tokens[:-1], data),
        State([*tokens, 1], data),
        State([-1, *tokens[1:]], data),
        State([*tokens[:-1], left.info.n_vocab], data),
        State([], data),
    ]
    assert [fresh.restore(state) for state in wrong] == [False] * len(wrong)
    assert fresh._cache.used_cells == 0
    answer = complete(fresh, PROGRAM)
    assert answer.reused_tokens == 0
    assert answer.tokens == complete(left, PROGRAM).tokens


def test_a_state_with_the_other_layout_is_refused(left: LlamaEngine, flash: bool) -> None:
    with engine(flash=not flash) as other:
        assert not other.restore(state_of(left))
        answer = complete(other, PROGRAM)
    assert answer.reused_tokens == 0
    assert answer.logprobs[0] == pytest.approx(complete(left, PROGRAM).logprobs[0], abs=0.1)


def test_a_smaller_context_has_no_room_for_it(left: LlamaEngine, flash: bool) -> None:
    with engine(flash=flash, ctx=WORTH_KEEPING) as small:
        assert not small.restore(state_of(left))
        assert complete(small, "# 1\n").tokens
