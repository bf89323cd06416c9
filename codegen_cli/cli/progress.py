"""The progress of long work on weights, on stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codegen_cli import console

if TYPE_CHECKING:
    from codegen_cli.convert.pipeline import Progress


class ProgressBar:
    """One bar a phase on stderr."""

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
