"""Run programs of the model; the sandbox is passed in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from codegen_cli.engine.base import never
from codegen_cli.errors import Interrupted
from codegen_cli.sandbox import Execution, Runner, Script


def run_programs(
    runner: Runner,
    sources: Sequence[str],
    should_stop: Callable[[], bool] = never,
    *,
    prints: bool = False,
) -> list[Execution]:
    """Return what each program did, with `prints` its last printed value too; equal ones run once.

    Raises:
        Interrupted: `should_stop` said so.
    """
    distinct = list(dict.fromkeys(sources))
    jobs = (Script(source, prints=prints) for source in distinct)
    done = {
        distinct[number]: answer
        for number, answer in runner.map(jobs, should_stop)
        if isinstance(answer, Execution)
    }
    if len(done) < len(distinct):
        raise Interrupted("interrupted while programs ran")
    return [done[source] for source in sources]
