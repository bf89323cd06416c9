"""What `--search`, `--cases` and -n ask for, and what the command line shows of a search."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from codegen_cli.cli.cases import case_number, judge_of, read_cases, steps_of_cases
from codegen_cli.cli.running_options import plan_for
from codegen_cli.cli.search_view import pass_grid, summary
from codegen_cli.cli.steps import read_templates
from codegen_cli.engine.records import Completion
from codegen_cli.errors import UsageError
from codegen_cli.program import Program, Turn
from codegen_cli.sandbox import Execution
from codegen_cli.settings import SearchPlan
from codegen_cli.synthesis.branch import Branch, Fate, Move
from codegen_cli.synthesis.search import Round
from codegen_cli.synthesis.turn import TurnResult


@pytest.mark.parametrize("text", ["beam=4,n=2", "n=2,beam=4"])
def test_a_search_is_a_beam_and_a_number(text: str) -> None:
    assert plan_for(text, 1, with_cases=False) == SearchPlan(4, 2)


@pytest.mark.parametrize(
    "text",
    [
        *("", "4,2", "beam=4", "beam=4,n=", "beam=4,n=2,", "beam=4,beam=2,n=1", "beam=-1,n=2"),
        *("beam=0,n=2", "beam=100,n=3", "beam=4;n=2", "beam=٤,n=2", "beam=99999,n=1"),
    ],
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError) as refusal:
        plan_for(text, 1, with_cases=False)
    assert text in refusal.value.message and refusal.value.hint


def test_cases_make_n_a_search_of_one_beam() -> None:
    assert plan_for(None, 8, with_cases=True) == SearchPlan(1, 8)
    assert plan_for(None, 8, with_cases=False) is None
    with pytest.raises(UsageError, match="leave out -n"):
        plan_for("beam=2,n=2", 8, with_cases=False)


def write(path: Path, *records: object) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


CASES = {"inputs": [{"A": [1]}, {"A": [2]}], "outputs": [1, 2]}


def test_cases_fill_the_steps_of_a_text_file(tmp_path: Path) -> None:
    (tmp_path / "s.txt").write_text("Set x to {A}.\nPrint x.\n")
    cases = read_cases(write(tmp_path / "c.jsonl", CASES))
    steps = steps_of_cases(str(tmp_path / "s.txt"), [], None, cases)
    assert steps == [["Set x to [1].", "Set x to [2]."], ["Print x."] * 2]


def test_variables_and_cases_fill_together_but_not_the_same_field(tmp_path: Path) -> None:
    (tmp_path / "s.txt").write_text("Set {name} to {A}.\n")
    cases = read_cases(write(tmp_path / "c.jsonl", CASES))
    steps = steps_of_cases(str(tmp_path / "s.txt"), ["name=y"], None, cases)
    assert steps == [["Set y to [1].", "Set y to [2]."]]
    with pytest.raises(UsageError, match="A comes from --var and from the cases"):
        steps_of_cases(str(tmp_path / "s.txt"), ["A=1"], None, cases)


def test_the_file_of_cases_can_be_the_file_of_steps(tmp_path: Path) -> None:
    problems = [{**CASES, "id": "1", "prompts": ["a"]}, {**CASES, "id": "2", "prompts": ["{A}"]}]
    path = write(tmp_path / "p.jsonl", *problems)
    steps = steps_of_cases(str(path), [], "2", read_cases(path, "2"))
    assert steps == [["[1]", "[2]"]]
    with pytest.raises(UsageError, match="--problem ID"):
        read_cases(path)


@pytest.mark.parametrize(
    ("record", "named"),
    [({"inputs": [{}]}, "outputs"), ({"outputs": [1]}, "inputs"), ({**CASES, "outputs": [1]}, "2")],
)
def test_cases_need_inputs_and_outputs(tmp_path: Path, record: object, named: str) -> None:
    with pytest.raises(UsageError, match=named):
        read_cases(write(tmp_path / "c.jsonl", record))


def test_a_case_is_asked_for_by_its_number(tmp_path: Path) -> None:
    cases = read_cases(write(tmp_path / "c.jsonl", CASES))
    assert case_number(cases, None) is None and case_number(cases, 2) == 1
    with pytest.raises(UsageError, match="no case 3"):
        case_number(cases, 3)


def test_a_program_passes_when_it_ends_and_printed_the_output_last(tmp_path: Path) -> None:
    judge = judge_of(read_cases(write(tmp_path / "c.jsonl", CASES)))
    assert judge(1, Execution("ok", last_print=2, printed=True))
    assert not judge(0, Execution("ok", last_print=2, printed=True))
    assert not judge(1, Execution("ok", last_print=2, printed=False))
    assert not judge(1, Execution("exception", last_print=2, printed=True))


def branch(passed: Sequence[bool], share: float, fate: Fate = "kept", *, ok: bool = True) -> Branch:
    answer = Completion("x", "", "stop", None, (1,), (-1.0,), 1, 0, 0.1, 0.1)
    count = len(passed)
    move = Move(
        (TurnResult(Turn("a", "x"), answer, 0),) * count,
        tuple(Execution("ok" if right or ok else "exception") for right in passed),
    )
    return Branch((Program(),) * count, (move,), -1.0, share, tuple(passed), 0, fate)


def test_the_grid_has_a_mark_for_each_case() -> None:
    rows = [
        branch((True, True), 0.5),
        branch((True, False), 0.25, "crowded"),
        branch((True, True), 0.1, "merged"),
        branch((False, False), 0.125, "failed", ok=False),
    ]
    lines = [line.plain for line in pass_grid(rows, 80, "utf-8")]
    assert lines == [
        " #  cases  passed  share",
        " 1  ✓✓     2/2     50%",
        " 2  ✓✗     1/2     25%",
        " 3  !!     0/2     12%",
        "✓ passes  ✗ wrong  ! fails",
    ]


def test_the_grid_does_without_signs_that_cannot_be_written_and_without_room() -> None:
    rows = [branch((True, False), 1.0)]
    assert pass_grid(rows, 80, "ascii")[1].plain == " 1  +x     1/2     100%"
    many = [branch((True,) * 50, 1.0)]
    assert [line.plain for line in pass_grid(many, 40, "utf-8")] == [
        " #    passed  share",
        " 1    50/50   100%",
    ]


def test_a_long_grid_says_how_much_is_left_out() -> None:
    rows = [branch((True,), 0.1)] * 12
    assert pass_grid(rows, 80, "utf-8")[-2].plain == "and 2 more"


def test_a_round_is_summed_up_in_words() -> None:
    rows = (
        branch((True,), 0.5),
        branch((True,), 0.5, "crowded"),
        branch((True,), 0.5, "merged"),
        branch((False,), 0.5, "failed", ok=False),
    )
    assert summary(Round(1, rows, 77)) == (
        "4 written · 1 failed · 1 alike · 1 behind · 1 alive · 77 tokens"
    )
    dead = branch((False,), 0.5, ok=False)
    assert summary(Round(1, (dead, dead), 77)) == "2 written · all failed · 77 tokens"


def test_a_broken_file_of_problems_is_named(tmp_path: Path) -> None:
    path = tmp_path / "file.jsonl"
    path.write_text("no JSON\n")
    with pytest.raises(UsageError, match="file.jsonl.*line 1: not JSON"):
        read_cases(path)
    with pytest.raises(UsageError, match="file.jsonl.*line 1: not JSON"):
        read_templates(str(path), None)
