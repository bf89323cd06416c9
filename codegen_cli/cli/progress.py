"""How far long work is, on stderr: a bar with the time left on a terminal, else a line at times."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from codegen_cli import console

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from codegen_cli.convert.source import Progress

#: Seconds between two lines where there is no terminal.
_LINE_SECONDS = 30.0


class Pace:
    """How long work still takes, by what was done since the first call.

    Work that is done many pieces at a time ends in waves: the first `unsure` pieces that are done
    tell nothing.
    """

    def __init__(self, unsure: int = 0) -> None:
        self._unsure = unsure
        self._began = 0.0
        self._first: int | None = None

    def left(self, done: int, total: int, now: float) -> float | None:
        """Return the seconds left at a time, None while nothing is known."""
        if self._first is None:
            # What was there before says nothing about the speed.
            self._first, self._began = done, now
        fresh = self.fresh(done)
        if fresh <= self._unsure:
            return None
        return (now - self._began) / fresh * (total - done)

    def fresh(self, done: int) -> int:
        """Return how much was done since the first call."""
        return 0 if self._first is None else done - self._first


class ProgressBar:
    """One bar a phase, told of what is done more."""

    def __init__(self) -> None:
        self._bar = _bar(share=True)
        self._tasks: dict[str, tuple[TaskID, Pace]] = {}
        self._done: dict[str, int] = {}

    def __enter__(self) -> Progress:
        self._bar.start()
        return self._advance

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _advance(self, phase: str, done: int, total: int) -> None:
        if phase not in self._tasks:
            task = self._bar.add_task(phase, total=total or None, left="")
            self._tasks[phase] = task, Pace()
            self._done[phase] = 0
            _show(self._bar, *self._tasks[phase], 0, total)
        self._done[phase] += done
        _show(self._bar, *self._tasks[phase], self._done[phase], total)


@contextmanager
def progress_bar(what: str, unsure: int = 0) -> Iterator[Callable[[int, int], None]]:
    """Yield a function that takes how much is done of how much.

    No time is told before more than `unsure` of it were done.
    """
    pace = Pace(unsure)
    if not console.stderr().is_terminal:
        yield _Lines(what, pace)
        return
    with _bar(share=False) as bar:
        task = bar.add_task(what, total=None, left="")
        yield lambda done, total: _show(bar, task, pace, done, total)


def _bar(*, share: bool) -> Bar:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %") if share else MofNCompleteColumn(),
        TextColumn("{task.fields[left]}", style="progress.remaining"),
        console=console.stderr(),
        transient=True,
        disable=not console.stderr().is_terminal,
    )


def _show(bar: Bar, task: TaskID, pace: Pace, done: int, total: int) -> None:
    left = pace.left(done, total, time.monotonic())
    text = "" if left is None else f"about {_duration(max(left, 0))} left"
    bar.update(task, completed=done, total=total or None, left=text)


class _Lines:
    """Print how far it is, and how long it still takes, now and then."""

    def __init__(self, what: str, pace: Pace) -> None:
        self._what = what
        self._pace = pace
        self._last = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        left = self._pace.left(done, total, now)
        if now - self._last < _LINE_SECONDS or not self._pace.fresh(done):
            return
        self._last = now
        about = "" if left is None else f", about {_duration(left)} left"
        console.note(f"{self._what}: {done} of {total}{about}")


def _duration(seconds: float) -> str:
    """Return a time as people say it.

    >>> _duration(59), _duration(3700)
    ('59 s', '1 h 2 min')
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
