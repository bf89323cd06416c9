"""Which samples a run draws: texts, budgets, seeds and units; and the shape of the real data."""

from __future__ import annotations

import gzip
import hashlib
import json
import pickle
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import pytest

from codegen_cli.evaluation.humaneval.problem import HumanEvalProblem
from codegen_cli.evaluation.plan import Draw, humaneval_tasks, mtpb_tasks, units
from codegen_cli.evaluation.task import Turn, row_of, sample_seed
from codegen_cli.program import Problem, parse_jsonl

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="no benchmark files beside the checkout")

DRAW = Draw(samples=2, temperatures=(0.2, 0.8), top_p=0.95, seed=42)
PROBLEM = Problem("9", ("Let x be {A}.", "Print {{x}}."), ({"A": 1}, {"A": [2]}), (1, [2], "extra"))
FUNCTION = HumanEvalProblem("T/1", '\n\ndef f():\n    """ \n', "f", "…")


def published() -> list[Problem]:
    return parse_jsonl((DATA / "mtpb.jsonl").read_text(encoding="utf-8"))


def test_a_humaneval_prompt_is_not_touched() -> None:
    found = humaneval_tasks(FUNCTION, DRAW)
    assert [(task.temperature, task.sample) for task in found] == [
        (0.2, 0),
        (0.2, 1),
        (0.8, 0),
        (0.8, 1),
    ]
    for task in found:
        assert (task.prefix, task.steps, task.tail) == ("", (FUNCTION.prompt,), "")
        assert task.max_tokens == 300 and task.top_p == 0.95 and task.stop_rules == "paper"


@needs_data
def test_the_published_humaneval_prompts_are_not_touched() -> None:
    with gzip.open(DATA / "HumanEval.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    for record in records:
        problem = HumanEvalProblem(record["task_id"], record["prompt"], "f", "")
        (task,) = humaneval_tasks(problem, Draw(1, (0.2,), 0.95, 42))
        assert task.prefix + task.steps[0] + task.tail == record["prompt"]


def test_every_input_has_its_samples_and_outputs_beyond_them_are_dropped() -> None:
    found = mtpb_tasks(PROBLEM, DRAW)
    assert len(found) == 2 * 2 * 2
    assert Counter(task.case for task in found) == {0: 4, 1: 4}
    assert {json.dumps(task.expected) for task in found} == {"1", "[2]"}
    assert found[-1].steps == ("# Let x be [2].\n", "# Print {x}.\n")
    assert found[-1].input == {"A": [2]}


def test_a_turn_has_the_tokens_of_its_problem_and_a_single_turn_those_of_all() -> None:
    draw = Draw(1, (0.2,), 0.95, 42)
    long = Problem("1", PROBLEM.prompts, PROBLEM.inputs, PROBLEM.outputs, max_gen_length=128)
    assert mtpb_tasks(PROBLEM, draw)[0].max_tokens == 256
    assert mtpb_tasks(long, draw)[0].max_tokens == 128
    (single, _) = mtpb_tasks(long, draw, single_turn=True, stop_rules="terminals")
    assert (single.max_tokens, single.stop_rules) == (256, "terminals")
    assert single.steps == ("# Let x be 1.\n# Print {x}.\n",)
    assert mtpb_tasks(long, Draw(1, (0.2,), 0.95, 42, max_tokens=7))[0].max_tokens == 7


def test_tasks_are_pure_data() -> None:
    for task in [*mtpb_tasks(PROBLEM, DRAW), *humaneval_tasks(FUNCTION, DRAW)]:
        assert pickle.loads(pickle.dumps(task)) == task  # noqa: S301
        assert json.loads(json.dumps(asdict(task)))["seed"] == task.seed


def test_a_seed_depends_on_its_sample_alone() -> None:
    few, many = humaneval_tasks(FUNCTION, DRAW), humaneval_tasks(FUNCTION, Draw(9, (0.8,), 1.0, 42))
    seeds = {task.key: task.seed for task in many}
    assert all(seeds[task.key] == task.seed for task in few if task.temperature == 0.8)
    base = (42, 0.2, "a", 0, 0)
    others = [(43, 0.2, "a", 0, 0), (42, 0.6, "a", 0, 0), (42, 0.2, "b", 0, 0)]
    others += [(42, 0.2, "a", 1, 0), (42, 0.2, "a", 0, 1)]
    assert len({sample_seed(*base), *(sample_seed(*other) for other in others)}) == 6
    # Fixed for good: a run that was begun by another version goes on with the same seeds.
    assert sample_seed(*base) == 2438390976


def test_seeds_of_many_samples_hardly_collide() -> None:
    seeds = [sample_seed(42, 0.2, f"T/{p}", 0, s) for p in range(164) for s in range(200)]
    assert len(set(seeds)) > len(seeds) - 5


def test_units_are_whole_problems_and_large_enough() -> None:
    groups = [humaneval_tasks(HumanEvalProblem(f"T/{i}", "", "f", ""), DRAW) for i in range(200)]
    found = list(units(groups))
    assert [unit.number for unit in found] == [0, 1, 2, 3]
    assert [len(unit.tasks) for unit in found] == [256, 256, 256, 32]
    assert [task for unit in found for task in unit.tasks] == [t for g in groups for t in g]
    # What comes later changes nothing of a unit.
    assert list(units(groups[:64])) == found[:1]
    (large,) = units([humaneval_tasks(FUNCTION, Draw(500, (0.2,), 0.95, 1))])
    assert len(large.tasks) == 500


def digest(texts: list[str]) -> str:
    return hashlib.sha256(b"".join(text.encode() + b"\0" for text in texts)).hexdigest()[:16]


@needs_data
def test_the_published_texts_of_mtpb() -> None:
    """Digests of all 575 texts, computed from the file by other code."""
    draw = Draw(1, (0.2,), 0.95, 42)
    multi = [task for problem in published() for task in mtpb_tasks(problem, draw)]
    single = [task for p in published() for task in mtpb_tasks(p, draw, single_turn=True)]
    empty = [row_of(t, [Turn(s, "", 0, "eos", None) for s in t.steps]) for t in multi]
    assert digest([task.prefix + task.steps[0] for task in single]) == "0abfc2fbbc9e2bc3"
    assert digest([row["completions"] for row in empty]) == "f7425d77b5504c91"
    assert digest([task.prefix + task.steps[0] for task in multi]) == "7a8c8f01a339d13a"


@needs_data
def test_the_shape_of_mtpb() -> None:
    problems = published()
    tasks = [task for problem in problems for task in mtpb_tasks(problem, Draw(1, (0.2,), 1, 1))]
    assert len(problems) == 115 and len(tasks) == 575
    assert sum(len(task.steps) for task in tasks) == 5 * 514
    turns = Counter(len(problem.prompts) for problem in problems)
    assert turns == {3: 16, 4: 56, 5: 27, 6: 9, 7: 4, 8: 2, 9: 1}
    assert sorted(Counter(problem.category for problem in problems).values()) == [
        *(2, 3, 21, 21, 22, 23, 23)
    ]
    first, twin = problems[0], problems[25]
    assert (first.id, twin.id) == ("1", "26")
    assert (first.prompts, first.inputs, first.outputs) == (
        twin.prompts,
        twin.inputs,
        twin.outputs,
    )
    assert [p.id for p in problems if len(p.outputs) != len(p.inputs)] == ["57"]
    assert len(problems[56].outputs) == 6
    budgets = Counter(task.max_tokens for task in tasks)
    assert budgets == {128: 5 * 88, 256: 5 * (19 + 7), 512: 5}
