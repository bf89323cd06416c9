"""A sandbox that runs nothing: it looks its answers up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from codegen_cli.sandbox import Check, Execution, Script, Verdict


class FakeSandbox:
    """Answer every job with a function of it, the last job first; stop when asked."""

    def __init__(self, answer: Callable[[Script | Check], Execution | Verdict]) -> None:
        self._answer = answer
        self.jobs: list[Script | Check] = []

    def map(
        self, jobs: Iterable[Script | Check], should_stop: Callable[[], bool] = lambda: False
    ) -> Iterator[tuple[int, Execution | Verdict]]:
        numbered = list(enumerate(jobs))
        self.jobs += [job for _, job in numbered]
        for number, job in reversed(numbered):
            if should_stop():
                return
            yield number, self._answer(job)
