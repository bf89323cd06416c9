"""Many executions at once: progress, Ctrl-C, and programs that no file can hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from codegen_cli.errors import Interrupted
from codegen_cli.sandbox import Check, Execution, Runner, Script, Verdict

Progress = Callable[[int, int], None]


def never() -> bool:
    """Say that nobody wants to stop."""
    return False


def silent(done: int, total: int) -> None:
    """Show no progress."""


def answers(
    jobs: Sequence[Script] | Sequence[Check],
    sandbox: Runner,
    should_stop: Callable[[], bool],
    on_progress: Progress,
) -> Iterator[tuple[int, Execution | Verdict]]:
    """Yield every job's answer once.

    Raises:
        Interrupted: `should_stop` said so before all of them had come.
    """
    done = 0
    for number, answer in sandbox.map(jobs, should_stop):
        yield number, answer
        done += 1
        on_progress(done, len(jobs))
    if done < len(jobs):
        raise Interrupted(f"interrupted after {done} of {len(jobs)} executions")
