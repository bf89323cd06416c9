"""Deliver the program of `codegen run`, and say what came of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from codegen_cli import __version__, console
from codegen_cli.cli.search_view import pass_grid
from codegen_cli.errors import CheckFailed
from codegen_cli.files import warn_of_hiding, write_output

if TYPE_CHECKING:
    from codegen_cli.cli.run_write import Order, Run
    from codegen_cli.engine.base import Engine
    from codegen_cli.sandbox import Execution


def deliver(engine: Engine, run: Run, order: Order, output: Path | None, *, as_json: bool) -> None:
    """Write the program, or its record, to stdout or a file."""
    text = _json(engine, run, order) if as_json else run.program.source
    if output is None:
        console.emit(text)
        return
    write_output(output, text)
    console.note(f"wrote {output}")
    warn_of_hiding(output)


def _json(engine: Engine, run: Run, order: Order) -> str:
    from codegen_cli.registry.fingerprint import model_sha256
    from codegen_cli.synthesis.record import RunContext, run_record
    from codegen_cli.synthesis.search_record import cases_record, search_record

    context = RunContext(
        model=engine.info,
        sha256=model_sha256(Path(engine.info.path)),
        placement=engine.placement,
        n_ctx=engine.n_ctx,
        sampling=order.sampling,
        version=__version__,
        tier=order.tier,
        adapters=tuple(
            {"path": added.path, "sha256": model_sha256(Path(added.path)), "scale": added.scale}
            for added in engine.info.adapters
        ),
    )
    record = run_record(run.program, run.turns, context)
    if order.plan is not None:
        record["search"] = search_record(order.plan, run.rounds, run.case)
    if run.rounds and run.rounds[-1].kept[0].passed:
        record["cases"] = cases_record(run.rounds[-1], run.case)
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"


def check(run: Run, order: Order) -> None:
    """Say by the exit code whether the finished program does what was asked.

    Raises:
        CheckFailed: it does not run to its end, or with cases, it does not pass.
    """
    from codegen_cli.synthesis.outcome import failure

    execution = run.turns[-1].execution if run.turns else None
    if execution is None:
        return
    why = failure(execution, run.program)
    if order.judge is None:
        if why:
            raise CheckFailed(
                f"the program fails: {why}", "try another --seed, or --search beam=4,n=4"
            )
        return
    passed = run.rounds[-1].kept[0].passed
    if why:
        console.warn(f"the program fails: {why}")
    if not any(passed):
        raise CheckFailed(
            f"no candidate passes any of the {len(passed)} cases",
            "try more candidates: a wider --search, or -n",
        )
    if not passed[run.case]:
        good = ", ".join(str(case) for case, right in enumerate(passed, 1) if right)
        raise CheckFailed(f"the program fails case {run.case + 1}", f"--input may be {good}")


def show(run: Run, order: Order) -> None:
    """Say on stderr what a finished run did: warnings, counts and times, what the program does."""
    _warn_of_steps(run)
    _count(run)
    execution = run.turns[-1].execution if run.turns else None
    if execution is not None:
        _show_execution(execution)
    if order.judge is not None:
        _show_cases(run)


def _warn_of_steps(run: Run) -> None:
    for number, result in enumerate(run.results, 1):
        if result.redrawn:
            console.note(f"step {number} was drawn again: {result.redrawn.told}")
        if result.is_empty:
            reason = result.completion.rule or result.completion.finish_reason
            console.warn(
                f"step {number} gave no code ({reason}): {result.turn.step!r}; "
                "reword it, or try another --seed"
            )
        elif result.completion.finish_reason == "length":
            console.warn(f"step {number} was cut at --max-tokens: {result.turn.step!r}")


def _count(run: Run) -> None:
    tokens = sum(result.completion.generated_tokens for result in run.results)
    seconds = sum(result.completion.seconds for result in run.results)
    rate = sum(result.completion.generation_seconds for result in run.results)
    drafted = sum(result.completion.drafted_tokens for result in run.results)
    accepted = sum(result.completion.accepted_tokens for result in run.results)
    console.note(
        f"{len(run.results)} steps · {tokens} tokens · {seconds:.2f} s"
        + (f" · {tokens / rate:.0f} tokens/s" if rate else "")
        + (f" · {accepted} of {drafted} guesses right" if drafted else "")
    )
    if run.rounds:
        sampled = sum(done.tokens for done in run.rounds)
        console.note(f"all candidates: {sampled} tokens")


def _show_execution(execution: Execution) -> None:
    from codegen_cli.synthesis.outcome import report

    end = "ran to its end" if execution.ok else "failed"
    console.note(f"the program {end} · {execution.cpu_seconds:.2f} s CPU time")
    for line in report(execution):
        console.show(line)


def _show_cases(run: Run) -> None:
    screen = console.stderr()
    for line in pass_grid(run.rounds[-1].branches, screen.width, screen.encoding):
        console.show(line)
    console.note(f"the program is that of candidate 1 for case {run.case + 1}")
