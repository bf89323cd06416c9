"""Many executions at once: progress, Ctrl-C, and programs that no file can hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from codegen_cli.errors import Interrupted
from codegen_cli.sandbox import Check, Execution, Script, Verdict

Progress = Callable[[int, int], None]


class Runs(Protocol):
    """What scoring needs of a sandbox."""

    def map(
        self, jobs: Iterable[Script | Check], should_stop: Callable[[], bool] = ...
    ) -> Iterator[tuple[int, Execution | Verdict]]:
        """Yield (number of the job, answer) in the order of completion."""


def never() -> bool:
    """Say that nobody wants to stop."""
    return False


def silent(done: int, total: int) -> None:
    """Show no progress."""


def answers(
    jobs: Sequence[Script] | Sequence[Check],
    sandbox: Runs,
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
