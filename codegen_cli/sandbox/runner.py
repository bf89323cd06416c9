"""What is asked of a sandbox by those who have many programs to run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from codegen_cli.sandbox.records import Check, Execution, Script, Verdict


class Runner(Protocol):
    """Runs jobs: a `Sandbox`, or what stands for one in a test."""

    def map(
        self, jobs: Iterable[Script | Check], should_stop: Callable[[], bool] = ...
    ) -> Iterator[tuple[int, Execution | Verdict]]:
        """Yield the number of a job with what came of it, in the order of completion."""
