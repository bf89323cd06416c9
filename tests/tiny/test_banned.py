"""First tokens that an answer may not have, on the packaged model and the real llama.cpp."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from codegen_cli.engine.base import Prompt
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.engine.records import Completion
from codegen_cli.program import NoStop, Program
from codegen_cli.registry.find import find_model
from codegen_cli.settings import EngineSettings, Sampling

TEXT = Program().prompt('Assign the list [1, 2] to a variable named "x".')


@pytest.fixture(scope="module")
def engine() -> Iterator[LlamaEngine]:
    with LlamaEngine(find_model("nano"), EngineSettings(threads=1)) as loaded:
        yield loaded


def answer(engine: LlamaEngine, sampling: Sampling, banned: tuple[int, ...] = ()) -> Completion:
    prompt = Prompt(TEXT, sampling, NoStop(), banned=banned)
    *_, (_, item) = engine.generate_many([prompt])
    assert isinstance(item, Completion)
    return item


@pytest.mark.parametrize("temperature", [0, 1.5])
def test_a_banned_token_is_not_the_first_one(engine: LlamaEngine, temperature: float) -> None:
    sampling = Sampling(temperature=temperature, max_tokens=4)
    banned: tuple[int, ...] = ()
    for _ in range(8):
        first = answer(engine, sampling, banned).tokens[0]
        assert first not in banned
        banned += (first,)


def test_only_the_first_token_is_restricted(engine: LlamaEngine) -> None:
    """Whatever the free answer holds later may be there though it was banned at first."""
    sampling = Sampling(temperature=0, max_tokens=16)
    free = answer(engine, sampling)
    later = tuple(token for token in free.tokens[1:] if token != free.tokens[0])
    assert answer(engine, sampling, later).tokens == free.tokens


def test_log_probabilities_are_those_of_the_whole_vocabulary(engine: LlamaEngine) -> None:
    sampling = Sampling(temperature=0, max_tokens=1)
    free = answer(engine, sampling)
    other = answer(engine, sampling, free.tokens)
    (score,) = engine.score_tokens([(engine.vocabulary.prompt(TEXT), list(other.tokens))])
    assert other.logprobs == pytest.approx(score.logprobs, abs=1e-4)
    assert other.logprobs[0] < free.logprobs[0]
