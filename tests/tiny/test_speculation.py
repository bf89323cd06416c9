"""Speculation on the real llama.cpp: the same text, fewer decodes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from codegen_cli.engine.draft import DraftControl
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.engine.records import Completion
from codegen_cli.errors import UsageError
from codegen_cli.program import NoStop, StopWatcher
from codegen_cli.registry.find import find_model
from codegen_cli.settings import PROGRAM_PREFIX, EngineSettings, Sampling

REPETITIVE = "def a(x):\n    return x + 1\n\n" * 8
SQUARE = PROGRAM_PREFIX + '# Define a function named "square" that returns the square.\n'
PROMPTS = [REPETITIVE, SQUARE, "x = ["]
#: Q8_0 logits do not depend on what else is in a batch, so equality is exact.
SETTINGS = EngineSettings(threads=1)


@pytest.fixture(scope="module")
def plain() -> Iterator[LlamaEngine]:
    with LlamaEngine(find_model("nano"), SETTINGS) as engine:
        yield engine


@pytest.fixture(scope="module")
def guesser() -> Iterator[LlamaEngine]:
    with LlamaEngine(find_model("nano"), SETTINGS) as engine:
        engine.draft_with_text([])
        yield engine


@pytest.fixture
def guessing(guesser: LlamaEngine) -> LlamaEngine:
    """Return an engine that has not found out yet whether guessing pays."""
    guesser._control = DraftControl()
    return guesser


def complete(engine: LlamaEngine, prompt: str, sampling: Sampling) -> Completion:
    *_, last = engine.generate(prompt, sampling, NoStop())
    assert isinstance(last, Completion)
    return last


@pytest.mark.parametrize("prompt", PROMPTS)
def test_greedy_text_is_the_same_token_for_token(
    plain: LlamaEngine, guessing: LlamaEngine, prompt: str
) -> None:
    greedy = Sampling(temperature=0, max_tokens=200)
    expected, guessed = complete(plain, prompt, greedy), complete(guessing, prompt, greedy)
    assert guessed.tokens == expected.tokens
    assert guessed.text == expected.text
    assert guessed.logprobs == pytest.approx(expected.logprobs)


@pytest.mark.parametrize("seed", range(5))
def test_sampled_text_is_the_same_for_the_same_seed(
    plain: LlamaEngine, guessing: LlamaEngine, seed: int
) -> None:
    """One draw a token, guessed or not: the distribution cannot change."""
    hot = Sampling(temperature=1.5, top_p=1, max_tokens=120, seed=seed)
    assert complete(guessing, REPETITIVE, hot).tokens == complete(plain, REPETITIVE, hot).tokens


def test_right_guesses_are_counted(guessing: LlamaEngine) -> None:
    done = complete(guessing, REPETITIVE, Sampling(temperature=0, max_tokens=200))
    assert 0 < done.accepted_tokens <= done.drafted_tokens
    assert done.accepted_tokens < len(done.tokens)


class Liar:
    """Always guess nonsense."""

    def observe(self, tokens: Sequence[int]) -> None:
        """Learn nothing."""

    def draft(self, count: int) -> list[int]:
        """Return nonsense."""
        return [5] * count


def test_wrong_guesses_change_nothing(plain: LlamaEngine, guessing: LlamaEngine) -> None:
    before = guessing._new_drafter
    guessing._new_drafter = Liar
    try:
        greedy = Sampling(temperature=0, max_tokens=120)
        lied, expected = complete(guessing, SQUARE, greedy), complete(plain, SQUARE, greedy)
        assert lied.tokens == expected.tokens
        assert lied.drafted_tokens > lied.accepted_tokens
        follow = SQUARE + expected.text
        assert complete(guessing, follow, greedy).tokens == complete(plain, follow, greedy).tokens
    finally:
        guessing._new_drafter = before


def test_a_stop_rule_inside_the_guesses_ends_the_answer(
    plain: LlamaEngine, guessing: LlamaEngine
) -> None:
    prompt = "# Print 1.\nprint(1)\n\n" * 6 + "# Print 1.\n"
    sampling = Sampling(temperature=0, max_tokens=60)
    *_, expected = plain.generate(prompt, sampling, StopWatcher())
    *_, guessed = guessing.generate(prompt, sampling, StopWatcher())
    assert isinstance(expected, Completion) and isinstance(guessed, Completion)
    assert (guessed.text, guessed.rule) == (expected.text, expected.rule)
    assert guessed.tokens == expected.tokens


def test_a_draft_model_guesses_for_another(plain: LlamaEngine) -> None:
    greedy = Sampling(temperature=0, max_tokens=80)
    with LlamaEngine(find_model("nano"), SETTINGS) as engine:
        engine.draft_with_model(find_model("nano"))
        drafted = accepted = 0
        for prompt in PROMPTS:
            done = complete(engine, prompt, greedy)
            assert done.tokens == complete(plain, prompt, greedy).tokens
            drafted += done.drafted_tokens
            accepted += done.accepted_tokens
        # Those beyond the end of an answer were guessed in vain.
        assert accepted >= 0.7 * drafted > 0


def test_a_draft_model_of_another_vocabulary_is_refused(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    from tinygguf import write_tiny_gguf

    other = tmp_path_factory.mktemp("draft") / "other.gguf"
    write_tiny_gguf(other)
    with (
        LlamaEngine(find_model("nano"), SETTINGS) as engine,
        pytest.raises(UsageError, match="another vocabulary"),
    ):
        engine.draft_with_model(other)


class Disappointed(DraftControl):
    """Stop guessing for good after two steps with guesses."""

    def __init__(self) -> None:
        super().__init__()
        self.tried = 0

    def length(self, room: int) -> int:
        """Return 3 at first."""
        return min(3, room) if self.tried < 2 else 0

    def note(self, guessed: int, right: int, tokens: int, seconds: float) -> None:
        """Count."""
        self.tried += bool(guessed)


def test_what_one_answer_learns_of_guessing_holds_for_the_next() -> None:
    """Most answers are too short to find out for themselves."""
    greedy = Sampling(temperature=0, max_tokens=20)
    with LlamaEngine(find_model("nano"), SETTINGS) as engine:
        engine._new_drafter, engine._control = Liar, Disappointed()
        drafted = [complete(engine, f"x{n} = [", greedy).drafted_tokens for n in range(3)]
    assert drafted == [6, 0, 0]
