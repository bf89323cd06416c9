"""A progress bar on stderr, one line a phase; nothing without a terminal."""

from __future__ import annotations

from codegen_cli import console


class ProgressBar:
    """Enter it for the function that is told a phase, how much more is done, and how much in all."""

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

    def __enter__(self) -> ProgressBar:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Advance a phase; a total of 0 is unknown."""
        if phase not in self._tasks:
            self._tasks[phase] = self._bar.add_task(phase, total=total or None)
        self._bar.advance(self._tasks[phase], done)
