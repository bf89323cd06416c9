"""A unit's samples with the packaged model: to the byte the same, whatever came before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from codegen_cli.engine.base import Prompt
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.engine.records import Completion
from codegen_cli.evaluation.generate import generate_samples
from codegen_cli.evaluation.humaneval.problem import HumanEvalProblem
from codegen_cli.evaluation.plan import Draw, humaneval_tasks, mtpb_tasks
from codegen_cli.evaluation.task import Task
from codegen_cli.program import NoStop, Problem, Program, StopWatcher, Turn
from codegen_cli.registry.find import find_model
from codegen_cli.settings import EngineSettings, Sampling
from codegen_cli.synthesis.turn import turn_seed

DRAW = Draw(20, (1.2,), 0.95, 42, max_tokens=24)
PROBLEM = Problem(
    "p",
    ('Assign the list {A} to "values".', 'Store the sum in "total".', "Print the total."),
    ({"A": [4, 8]}, {"A": [15, 16, 23]}),
    (12, 54),
)
FUNCTIONS = [
    HumanEvalProblem(f"F/{name}", f'def {name}(n):\n    """Return {name} of n."""\n', name, "")
    for name in ("double", "half", "square")
]


@pytest.fixture(scope="module")
def engine() -> Iterator[LlamaEngine]:
    with LlamaEngine(find_model("nano"), EngineSettings(threads=1, kv_tokens=4096)) as loaded:
        yield loaded


def test_a_unit_is_the_same_after_other_work_and_in_another_engine(engine: LlamaEngine) -> None:
    unit = mtpb_tasks(PROBLEM, DRAW)
    first = list(generate_samples(engine, unit))
    others = [task for problem in FUNCTIONS for task in humaneval_tasks(problem, DRAW)]
    for task in (others, others[:7], unit[3:5]):
        list(generate_samples(engine, task))
    assert list(generate_samples(engine, unit)) == first
    with LlamaEngine(find_model("nano"), EngineSettings(threads=1, kv_tokens=4096)) as fresh:
        assert list(generate_samples(fresh, unit)) == first
    assert len({row["completions"] for row in first}) > 6


def test_a_sample_is_what_the_command_run_writes_with_its_seed(engine: LlamaEngine) -> None:
    (task,) = mtpb_tasks(replace(PROBLEM, inputs=PROBLEM.inputs[:1]), replace(DRAW, samples=1))
    (row,) = generate_samples(engine, [task])
    engine.forget()
    program = Program()
    for turn, template in enumerate(PROBLEM.prompts):
        step = template.format(A=[4, 8])
        sampling = Sampling(1.2, 0.95, max_tokens=24, seed=turn_seed(row["seed"], turn))
        *_, done = engine.generate(program.prompt(step), sampling, StopWatcher())
        assert isinstance(done, Completion)
        program = program.add(Turn(step, done.text))
    assert row["completions"] == program.text


def test_a_prompt_is_evaluated_once_for_all_its_samples(engine: LlamaEngine) -> None:
    (problem,) = FUNCTIONS[:1]
    tasks = humaneval_tasks(problem, replace(DRAW, samples=50))
    prompts = [
        Prompt(task.steps[0], Sampling(0.8, max_tokens=8, seed=task.seed), NoStop())
        for task in tasks
    ]
    engine.forget()
    done = [c for _, c in engine.generate_many(iter(prompts)) if isinstance(c, Completion)]
    evaluated = sum(c.prompt_tokens - c.reused_tokens for c in done)
    assert len(done) == 50 and evaluated == done[0].prompt_tokens + 49


def test_programs_that_outgrow_the_context_end_in_empty_turns() -> None:
    steps = tuple(f"Print the number {i}." for i in range(12))
    (task,) = mtpb_tasks(Problem("long", steps, ({},), (None,)), replace(DRAW, samples=1))
    with LlamaEngine(find_model("nano"), EngineSettings(threads=1, ctx=64)) as small:
        (row,) = generate_samples(small, [task])
        assert row["context_overflow"] and row["finish_reasons"][-1] == "overflow"
        used = row["prompts_completions"][: 2 * row["finish_reasons"].index("overflow") + 1]
        assert small.count("".join(used)) <= 64 + 4
    first: Task = task
    assert len(row["prompts_completions"]) == 1 + 2 * len(first.steps)
