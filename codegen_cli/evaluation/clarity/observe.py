"""Let a model write programs, run them, and read how its steps surprised it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from codegen_cli.engine.base import Engine, never
from codegen_cli.errors import Interrupted
from codegen_cli.evaluation.clarity.fit import Observation
from codegen_cli.evaluation.generate import generate_samples
from codegen_cli.evaluation.mtpb.run import score_mtpb
from codegen_cli.evaluation.mtpb.sample import MtpbSample
from codegen_cli.evaluation.perplexity import conditioned_prompts
from codegen_cli.evaluation.plan import Draw, mtpb_tasks
from codegen_cli.evaluation.task import Row, Task, key_of
from codegen_cli.program import Problem
from codegen_cli.sandbox import Runner
from codegen_cli.synthesis.clarity import step_perplexity

#: Told of a phase, what is done more, and of how much.
Progress = Callable[[str, int, int], None]


def observe(
    engine: Engine,
    sandbox: Runner,
    problems: Sequence[Problem],
    draw: Draw,
    on_progress: Progress,
    should_stop: Callable[[], bool] = never,
) -> list[Observation]:
    """Return one observation a sample of each case: the vaguest of its steps but the first.

    A first step has no program before it to be clear from (see `repl/ask.py`). A program of one
    step, and one that outgrows the context, give none.

    Raises:
        Interrupted: `should_stop` said so.
        UsageError: a prompt cannot be filled, or there are no expected outputs.
    """
    found = []
    programs = write_and_run(engine, sandbox, problems, draw, on_progress, should_stop)
    for task, row, passed in programs:
        steps = conditioned_prompts(task, row["prompts_completions"])[1:]
        if steps and not row["context_overflow"]:
            vaguest = max(step_perplexity(engine, *step, should_stop) for step in steps)
            found.append(Observation(task.problem, vaguest, passed))
        on_progress("reading", 1, len(programs))
    return found


def write_and_run(
    engine: Engine,
    sandbox: Runner,
    problems: Sequence[Problem],
    draw: Draw,
    on_progress: Progress,
    should_stop: Callable[[], bool] = never,
) -> list[tuple[Task, Row, bool]]:
    """Return for each sample of each case its task, what the model wrote, and whether it passed.

    Raises:
        Interrupted: `should_stop` said so.
        UsageError: a prompt cannot be filled, or there are no expected outputs.
    """
    tasks = [task for problem in problems for task in mtpb_tasks(problem, draw)]
    rows = list(_drawn(engine, tasks, on_progress, should_stop))
    samples = [MtpbSample(r["id"], r["case"], r["completions"], row=r) for r in rows]
    score = score_mtpb(
        problems,
        samples,
        sandbox,
        "strict",
        None,
        should_stop,
        lambda _, total: on_progress("running", 1, total),
    )
    passed = {key_of(dict(outcome.sample.row)): outcome.passed for outcome in score.outcomes}
    by_key = {key_of(row): row for row in rows}
    return [(task, by_key[task.key], passed[task.key]) for task in tasks]


def _drawn(
    engine: Engine,
    tasks: Sequence[Task],
    on_progress: Progress,
    should_stop: Callable[[], bool],
) -> Iterator[Row]:
    count = 0
    for row in generate_samples(engine, tasks, should_stop):
        count += 1
        on_progress("writing", 1, len(tasks))
        yield row
    if count < len(tasks):
        raise Interrupted(f"interrupted after {count} of {len(tasks)} programs")
