"""What a chat's view writes to the terminal, and when."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from codegen_cli.engine.records import Completion
from codegen_cli.program import Turn
from codegen_cli.repl.render import View
from codegen_cli.synthesis.turn import TurnResult

ANSWER = Completion("a = 1\n", "", "eos", None, (1,), (0.0,), 9, 4, 0.5, 1.5)
RESULT = TurnResult(Turn("Set a.", "a = 1\n"), ANSWER, 0)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """A terminal that is a text."""
    shown = io.StringIO()
    terminal = Console(file=shown, force_terminal=True, width=80, color_system=None)
    monkeypatch.setattr("codegen_cli.console.stderr", lambda: terminal)
    monkeypatch.setenv("TERM", "xterm")
    return shown


@pytest.mark.parametrize("streams", [True, False])
def test_code_comes_in_pieces_or_whole(screen: io.StringIO, streams: bool) -> None:
    with View(streams=streams).writing() as show:
        show("a = 1\n")
        show("b = 2\n")
        assert ("a = 1" in screen.getvalue()) is streams
    assert screen.getvalue().count("a = 1") == screen.getvalue().count("b = 2") == 1


@pytest.mark.parametrize(
    ("seconds", "bell", "rings"), [(9.9, True, False), (10.1, True, True), (99.0, False, False)]
)
def test_the_bell_rings_after_a_long_answer(
    screen: io.StringIO, seconds: float, bell: bool, rings: bool
) -> None:
    result = replace(RESULT, completion=replace(ANSWER, generation_seconds=seconds - 0.5))
    View(bell=bell).turn(1, result, ())
    assert ("\a" in screen.getvalue()) is rings


def test_how_far_a_prompt_is_read_is_said_until_the_first_piece(screen: io.StringIO) -> None:
    view = View()
    view.read(1)
    with view.reading() as stop:
        view.read(512)
        stop()
        view.read(1024)
    assert "1 tokens" not in screen.getvalue()
    assert "1024" not in screen.getvalue()
