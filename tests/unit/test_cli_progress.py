"""The time left is told once it means something, on a terminal and in lines alike."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from codegen_cli import console
from codegen_cli.cli import progress
from codegen_cli.cli.progress import Pace, ProgressBar, progress_bar


def test_what_was_there_before_says_nothing_about_the_speed() -> None:
    pace = Pace()
    assert pace.left(900, 1000, 50.0) is None
    assert pace.left(910, 1000, 60.0) == 90.0


def test_a_first_wave_tells_nothing() -> None:
    pace = Pace(unsure=128)
    assert pace.left(0, 640, 0.0) is None
    # 64 samples of a batch end nearly at once: 576 would seem to take 0.9 s at this pace.
    assert pace.left(64, 640, 10.0) is None and pace.left(128, 640, 20.0) is None
    assert pace.left(160, 640, 25.0) == 75.0


def test_lines_without_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "_LINE_SECONDS", 0.0)
    with progress_bar("sampling", unsure=2) as show:
        for done in (0, 1, 2, 3):
            show(done, 6)
    first, second, third = capsys.readouterr().err.splitlines()
    assert (first, second) == ("sampling: 1 of 6", "sampling: 2 of 6")
    assert third.startswith("sampling: 3 of 6, about ")


def test_both_bars_tell_the_time_left_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Console(file=StringIO(), force_terminal=True, width=100)
    monkeypatch.setattr(console, "stderr", lambda: screen)
    with progress_bar("sampling") as show:
        show(0, 4)
        show(2, 4)
    with ProgressBar() as advance:
        advance("writing", 1, 4)
        advance("writing", 1, 4)
    file = screen.file
    assert isinstance(file, StringIO)
    shown = file.getvalue()
    assert "2/4" in shown and "50 %" in shown
    assert shown.count("left") >= 2
