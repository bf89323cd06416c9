"""The bars of long work, on stderr."""

from __future__ import annotations

from codegen_cli import console


class ProgressBars:
    """One bar a phase; call it with a phase, how much more is done, and how much there is."""

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

    def __enter__(self) -> ProgressBars:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, phase: str, done: int, total: int) -> None:
        if phase not in self._tasks:
            self._tasks[phase] = self._bar.add_task(console.visible(phase), total=total or None)
        self._bar.advance(self._tasks[phase], done)
