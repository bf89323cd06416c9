"""Perplexity: what is scored and what only conditions, windows over long texts, lines."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from replayengine import VOCABULARY, Characters, ReplayEngine

from codegen_cli.engine.records import Score
from codegen_cli.engine.span import joint_span
from codegen_cli.evaluation.generate import generate_samples
from codegen_cli.evaluation.perplexity import (
    Likelihood,
    conditioned_prompts,
    prompt_rows,
)
from codegen_cli.evaluation.task import Task
from codegen_cli.evaluation.text_perplexity import TextScore, score_text, windows

TASK = Task("mtpb", "7", 2, 0, "import x\n\n", ("# one\n", "# two\n"), "\n\n", 20, 0.5, 0.9, 7)
FUNCTION = Task("humaneval", "T/1", 0, 0, "", ("def f():\n",), "", 20, 0.5, 0.9, 7)


class Pairs(Characters):
    """Two line ends are one token, as in GPT-2's vocabulary, except before a comment."""

    def tokenize(self, text: str) -> list[int]:
        marked = text.replace("\n\n#", "\ue000").replace("\n\n", "\ue001")
        return super().tokenize(marked.replace("\ue000", "\n\n#"))


def test_prompts_are_scored_and_code_only_conditions() -> None:
    (row,) = generate_samples(ReplayEngine(lambda _: "y = 1\n"), [TASK])
    assert conditioned_prompts(TASK, row["prompts_completions"]) == [
        ("import x\n\n", "# one\n"),
        ("import x\n\n# one\ny = 1\n\n\n", "# two\n"),
    ]
    assert conditioned_prompts(FUNCTION, None) == [("", "def f():\n")]


def test_a_prompt_and_what_stands_before_it_are_tokenized_as_one_text() -> None:
    pairs = Pairs()
    before, scored = joint_span(pairs, "x\n\n", "# two\n")
    assert before == [*pairs.tokenize("x\n"), ord("\n")] != pairs.tokenize("x\n\n")
    assert scored == pairs.tokenize("# two\n")
    # A token that reaches over the boundary belongs to nobody: both are tokenized alone.
    assert joint_span(pairs, "x\n", "\ny") == (pairs.tokenize("x\n"), pairs.tokenize("\ny"))
    assert joint_span(pairs, "", "ab") == ([0], pairs.tokenize("ab"))
    assert joint_span(pairs, "ab", "") == (pairs.tokenize("ab"), [])


def test_rows_add_up_the_prompts_of_a_program() -> None:
    engine = ReplayEngine(str)
    pieces = ["import x\n\n", "# one\n", "y = 1\n\n", "# two\n", "\n\n"]
    rows = list(prompt_rows(engine, [TASK, FUNCTION], lambda t: pieces if t is TASK else None))
    tokens = len("# one\n# two\n")
    assert rows[0] is not None and rows[0]["perplexity"] == pytest.approx(VOCABULARY)
    assert rows[0]["nll"] == pytest.approx(tokens * math.log(VOCABULARY))
    assert {k: rows[0][k] for k in ("id", "case", "turns", "tokens")} == {
        "id": "7",
        "case": 2,
        "turns": 2,
        "tokens": tokens,
    }
    assert rows[1] is not None and rows[1]["task_id"] == "T/1" and rows[1]["turns"] == 1


def test_prompts_that_outgrow_the_context_have_no_row() -> None:
    engine = ReplayEngine(str, n_ctx=len("def f():\n") + 1)
    long = ["", "# one\n", "y = 1\n", "# two\n"]
    rows = list(prompt_rows(engine, [TASK, FUNCTION] * 40, lambda t: long if t is TASK else None))
    assert [row is None for row in rows] == [True, False] * 40


def test_figures_that_json_does_not_know_are_null() -> None:
    assert Likelihood(0, 0.0).to_json()["perplexity"] is None
    assert math.isnan(Likelihood().perplexity)
    assert Likelihood(1, 1000.0).perplexity == math.inf
    assert Likelihood(1, 1000.0).to_json() == {"tokens": 1, "nll": 1000.0, "perplexity": None}


@given(st.integers(1, 200), st.integers(1, 40), st.integers(4, 60))
def test_windows_score_each_token_once_with_context(extra: int, first: int, context: int) -> None:
    first = min(first, context // 2)
    total = first + extra
    found = list(windows(total, first, context))
    scored = [i for _, start, end in found for i in range(start, end)]
    assert scored == list(range(first, total))
    for number, (start, begin, end) in enumerate(found):
        assert 0 <= start < begin < end and end - start <= context
        if number:
            assert begin - start >= context - context // 2


def test_a_long_text_is_scored_whole() -> None:
    text = "".join(chr(97 + i % 26) for i in range(1000))
    score = score_text(ReplayEngine(str, n_ctx=64), text)
    assert "".join(map(chr, score.tokens)) == text and score.windows > 20
    assert score.likelihood.perplexity == pytest.approx(VOCABULARY)
    short = score_text(ReplayEngine(str, n_ctx=64), "abc", prefix="p" * 500)
    assert (short.windows, len(short.tokens)) == (1, 3)


def test_a_token_belongs_to_the_line_it_begins_in() -> None:
    text = "ab\n\nc\n"
    score = TextScore(tuple(map(ord, text)), (-1.0, -2.0, -3.0, -4.0, -5.0, -6.0), 1)
    assert score.lines(Characters()) == [
        Likelihood(3, 6.0),
        Likelihood(1, 4.0),
        Likelihood(2, 11.0),
    ]
    last = TextScore(tuple(map(ord, "a\nb")), (-1.0, -1.0, -1.0), 1)
    assert last.lines(Characters()) == [Likelihood(2, 2.0), Likelihood(1, 1.0)]
    assert Score((), ()).perplexity != Score((), ()).perplexity
