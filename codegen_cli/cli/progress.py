"""How far long work is, on stderr: a bar with the time left on a terminal, else a line at times."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from codegen_cli import console

if TYPE_CHECKING:
    from codegen_cli.convert.source import Progress

#: Seconds between two lines where there is no terminal.
_LINE_SECONDS = 30.0


class ProgressBar:
    """One bar a phase, told of what is done more."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeRemainingColumn(compact=True),
            console=console.stderr(),
            transient=True,
            disable=not console.stderr().is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Progress:
        self._bar.start()
        return self._advance

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _advance(self, phase: str, done: int, total: int) -> None:
        if phase not in self._tasks:
            self._tasks[phase] = self._bar.add_task(phase, total=total or None)
        self._bar.advance(self._tasks[phase], done)


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function that takes how much is done of how much."""
    if not console.stderr().is_terminal:
        yield _Lines(what)
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console.stderr(),
        transient=True,
    )
    with bar:
        task, begun = bar.add_task(what, total=None), False

        def show(done: int, total: int) -> None:
            nonlocal begun
            if not begun:
                # What was there before says nothing about the speed.
                bar.reset(task, total=total, completed=done)
                begun = True
            bar.update(task, completed=done, total=total)

        yield show


class _Lines:
    """Print how far it is, and how long it still takes, now and then."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._began = self._last = time.monotonic()
        self._first: int | None = None

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first, self._began = done, now
        if now - self._last < _LINE_SECONDS or done == self._first:
            return
        self._last = now
        left = (now - self._began) / (done - self._first) * (total - done)
        console.note(f"{self._what}: {done} of {total}, about {_duration(left)} left")


def _duration(seconds: float) -> str:
    """Return a time as people say it.

    >>> _duration(59), _duration(3700)
    ('59 s', '1 h 2 min')
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
