"""Test problems: MTPB's form, gold outputs, and no wording of MTPB itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codegen_cli.evaluation.mtpb.equivalence import equivalent
from codegen_cli.program.problem import parse_jsonl, steps_for
from models.synthetic.execute import run
from models.synthetic.overlap import overlaps, prompts_of, refused
from models.synthetic.problems import problems
from models.synthetic.produce import make
from models.synthetic.program import fill_step

_MTPB = Path(__file__).resolve().parents[3] / "shared" / "data" / "mtpb.jsonl"


def test_problems_are_what_the_evaluation_reads() -> None:
    rows = list(problems(12, 0, None))
    parsed = parse_jsonl("".join(json.dumps(row) + "\n" for row in rows))
    assert [p.category for p in parsed[:2]] == ["near wording", "far wording"]
    for problem in parsed:
        assert len(problem.inputs) == len(problem.outputs) == 5
        assert not any("{a" in step for step in steps_for(problem, 0))


def test_reference_solutions_pass_by_the_published_rules() -> None:
    for row in problems(40, 1, None):
        outputs = json.loads(json.dumps(row["outputs"]))
        for solution, gold in zip(row["solutions"], outputs, strict=True):
            assert equivalent(run(solution), gold), solution


def test_a_wrong_output_does_not_pass() -> None:
    row = next(iter(problems(1, 1, None)))
    assert not equivalent(run(row["solutions"][0]), "something else")


def test_steps_that_repeat_telling_words_are_found() -> None:
    prompts = ['Sort the coloured marbles by weight and paint the heaviest in "{A}".']
    step = "Now sort the coloured marbles by weight."
    repeated, shared = overlaps([step, prompts[0].format(A="red")], prompts)
    assert repeated == []
    assert "sort the coloured marbles by weight" in shared
    assert overlaps(["Print it."], prompts) == ([], {})
    assert overlaps(prompts, prompts)[0] == prompts


@pytest.mark.skipif(not _MTPB.exists(), reason="the optional folder shared/data is absent")
def test_no_step_shares_wording_with_mtpb() -> None:
    prompts = prompts_of(_MTPB)
    assert all(refused(prompt) for prompt in prompts)
    steps = set()
    for i in range(400):
        for split in ("train", "test"):
            made = make(split, 11, i)
            for turn in made.program.turns:
                steps |= {turn.step, fill_step(turn.step, made.cases[0][0])}
    assert overlaps(steps, prompts) == ([], {})
