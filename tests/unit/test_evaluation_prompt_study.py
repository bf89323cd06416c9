"""Solved problems' prompts beside the others': what is counted, what is said, what is left out."""

from __future__ import annotations

import json

import pytest

from codegen_cli.cli.eval.score_text import prompts_text
from codegen_cli.evaluation.prompt_study import prompt_study
from codegen_cli.evaluation.significance import welch

PERPLEXITIES = {"a": 2.0, "b": 3.0, "c": 4.0, "d": 8.0, "unscored": 100.0}
SOLVED = {"a": True, "b": True, "c": False, "d": False, "without a perplexity": True}


def test_groups_are_compared_over_problems_that_have_both() -> None:
    study = prompt_study(PERPLEXITIES, SOLVED)
    assert study.solved is not None and study.unsolved is not None
    assert (study.solved.value, study.solved.count) == (2.5, 2)
    assert (study.unsolved.value, study.unsolved.count) == (6.0, 2)
    assert study.overall.value == pytest.approx(117 / 5)
    assert study.test == welch([2.0, 3.0], [4.0, 8.0]) and study.auroc == 1.0
    found = json.loads(json.dumps(study.to_json()))
    assert found["solved"] == {"value": 2.5, "error": 0.5, "problems": 2}
    assert found["welch"]["difference"] == -3.5 and 0 < found["welch"]["p"] < 1


def test_a_person_reads_both_means_and_whether_it_is_chance() -> None:
    text = prompts_text(prompt_study(PERPLEXITIES, SOLVED).to_json())
    assert "solved               2.50 ± 0.50" in text and "not solved           6.00 ± 2.00" in text
    assert "Welch's t-test" in text and "in 100% of all pairs" in text
    assert prompts_text(None) == ""


def test_without_a_solved_problem_there_is_nothing_to_compare() -> None:
    study = prompt_study({"a": 2.0, "b": 3.0}, {"a": False, "b": False})
    assert (study.solved, study.test, study.auroc) == (None, None, None)
    text = prompts_text(study.to_json())
    assert "Welch" not in text and text.count("\n") == 4 and "\nsolved" not in text
