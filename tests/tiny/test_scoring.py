"""Log-probabilities of given texts, against a plain full evaluation."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest

from codegen_cli.engine.base import never
from codegen_cli.engine.context import Context, Entry
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.errors import ContextFull
from codegen_cli.registry.find import find_model
from codegen_cli.settings import PROGRAM_PREFIX, EngineSettings

PAIRS = [
    (PROGRAM_PREFIX, "# Print 5.\n"),
    (PROGRAM_PREFIX + "# Print 5.\n", "print(5)\n" * 60),
    ("", "def f(x):\n    return x\n"),
    ("x", ""),
    (PROGRAM_PREFIX, "# Sort the list."),
]


@pytest.fixture(scope="module")
def engine() -> Iterator[LlamaEngine]:
    with LlamaEngine(find_model("nano"), EngineSettings(threads=1)) as loaded:
        yield loaded


def expected(engine: LlamaEngine, prefix: str, text: str) -> list[float]:
    """Evaluate everything in a context of its own and take the softmax in float64."""
    vocabulary = engine.vocabulary
    before = vocabulary.tokenize(prefix) or [vocabulary.end_of_text]
    line = before + vocabulary.tokenize(text)
    context = Context(engine._model.pointer, 1024, 1, vocabulary.size, exact=True)
    try:
        found = []
        for position, token in enumerate(line[:-1]):
            context.decode([Entry(token, position, 0, True)], never)
            logits_V = context.logits_V(0).astype(np.float64)
            shifted = logits_V - logits_V.max()
            found.append(float(shifted[line[position + 1]] - np.log(np.exp(shifted).sum())))
        return found[len(before) - 1 :]
    finally:
        context.close()


@pytest.mark.parametrize("number", [0, 2, 4])
def test_scores_equal_an_evaluation_token_by_token(number: int) -> None:
    prefix, text = PAIRS[number]
    with LlamaEngine(find_model("nano"), EngineSettings(threads=1, exact=True)) as fresh:
        (score,) = fresh.score([(prefix, text)])
        assert list(score.tokens) == fresh.vocabulary.tokenize(text)
        assert list(score.logprobs) == pytest.approx(expected(fresh, prefix, text), abs=1e-4)


def test_scores_of_many_texts_are_those_of_each_alone(engine: LlamaEngine) -> None:
    """Up to rounding: what shares a batch moves the 16-bit sums of attention a little."""
    together = engine.score(PAIRS)
    for pair, score in zip(PAIRS, together, strict=True):
        (alone,) = engine.score([pair])
        assert alone.tokens == score.tokens
        if pair[1]:
            assert score.perplexity == pytest.approx(alone.perplexity, rel=0.02)
            moved = np.abs(np.subtract(alone.logprobs, score.logprobs))
            assert np.median(moved) < 0.02 and moved.max() < 0.5


def test_perplexity_is_exp_of_the_mean_negative_logprob(engine: LlamaEngine) -> None:
    score = engine.score(PAIRS[:1])[0]
    assert score.perplexity == pytest.approx(math.exp(-np.mean(score.logprobs)))
    assert math.isnan(engine.score([("x", "")])[0].perplexity)


def test_many_texts_are_scored_in_a_small_cache() -> None:
    with LlamaEngine(find_model("nano"), EngineSettings(threads=1, ctx=64)) as small:
        texts = [("# a\n", f"x{i} = {i}\n") for i in range(40)]
        scores = small.score(texts)
    assert len(scores) == 40 and all(score.logprobs for score in scores)


def test_a_text_beyond_the_context_is_refused(engine: LlamaEngine) -> None:
    with pytest.raises(ContextFull, match="tokens to score"):
        engine.score([("x = 1\n" * 10, "y = 2\n" * 1000)])
