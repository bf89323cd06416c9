"""Ctrl-C at every line of a draw: the program stays whole, it is said, and the chat goes on."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from fake_chat import FakeEngine, Script, make
from scripted import InProcess

from codegen_cli.engine.base import Engine
from codegen_cli.interrupt import interruptible
from codegen_cli.repl.chat import Chat
from codegen_cli.repl.clarity import Clarity
from codegen_cli.repl.loop import run_chat
from codegen_cli.repl.running import Running
from codegen_cli.repl.session import Draw
from codegen_cli.synthesis.clarity import Reading

#: The files whose lines are tried: what a draw does besides printing.
_FILES = ("codegen_cli/repl/", "codegen_cli/synthesis/")


class Endless(FakeEngine):
    """An engine that gives the same answer to whatever is asked."""

    def __init__(self) -> None:
        super().__init__(*["a = 1\nb = 2\n"] * 100)


class Graded(Clarity):
    """Call every step clear."""

    def read(
        self, engine: Engine, prompt: str, step: str, should_stop: Callable[[], bool]
    ) -> Reading | None:
        return Reading(1.5, "clear", ())


class Striker:
    """Send Ctrl-C when the first draw of a chat comes to its nth line."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.lines = 0
        self._draws = 0

    def around(self, draw: Callable[[Chat, Draw], None]) -> Callable[[Chat, Draw], None]:
        def traced(chat: Chat, asked: Draw) -> None:
            self._draws += 1
            if self._draws > 1:
                draw(chat, asked)
                return
            before = sys.gettrace()
            sys.settrace(self._trace)
            try:
                draw(chat, asked)
            finally:
                sys.settrace(before)

        return traced

    def _trace(self, frame: FrameType, event: str, _argument: Any) -> Any:
        if not any(part in frame.f_code.co_filename for part in _FILES):
            return None
        if event == "line":
            self.lines += 1
            if self.lines == self.number:
                signal.raise_signal(signal.SIGINT)
        return self._trace


UNCHANGED = "program unchanged, nothing is pending"
LATE = "Ctrl-C came after the answer, which is pending"
#: Before and after the draw proper, where nothing can be torn.
PLAIN = "\ninterrupted\n"


def interrupted_chat(
    monkeypatch: pytest.MonkeyPatch, striker: Striker, *lines: str, running: Running | None = None
) -> tuple[Chat, Script]:
    reader = Script(*lines)
    chat = make(Endless(), reader, running=running)
    chat.interruptible, chat.clarity = interruptible, Graded()
    with monkeypatch.context() as patch:
        patch.setattr(Chat, "draw", striker.around(Chat.draw))
        run_chat(chat)
    return chat, reader


@pytest.mark.parametrize("answers", [1, 3])
def test_ctrl_c_at_every_line_of_a_draw(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answers: int
) -> None:
    script = [f"/n {answers}", "A.", "B.", "/q", ""]
    # The first chat of a process imports on the way, which are lines that no later one has.
    for count in (Striker(0), Striker(0)):
        interrupted_chat(monkeypatch, count, *script, running=Running(InProcess, allowed=True))
    assert count.lines > 100
    capsys.readouterr()
    ends = set()
    for number in range(1, count.lines + 1):
        running = Running(InProcess, allowed=True)
        chat, reader = interrupted_chat(monkeypatch, Striker(number), *script, running=running)
        shown = capsys.readouterr().err
        said = [what for what in (UNCHANGED, LATE, PLAIN) if what in shown]
        assert len(said) == 1, (number, shown)
        late = said[0] == LATE or (said[0] == PLAIN and number > count.lines // 2)
        assert reader.prompts[2].startswith("2> " if late else "1> "), (number, shown)
        assert chat.session.program.steps == (("A.", "B.") if late else ("B.",)), (number, shown)
        ends.add(late)
    assert ends == {False, True}


def test_the_second_ctrl_c_strikes_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Twice(Endless):
        def generate(self, *asked: Any) -> Any:
            for item in super().generate(*asked):
                signal.raise_signal(signal.SIGINT)
                signal.raise_signal(signal.SIGINT)
                yield item

    chat = make(Twice(), Script("A.", "/q"))
    chat.interruptible = interruptible
    run_chat(chat)
    shown = capsys.readouterr().err
    assert "interrupted after 0 tokens · program unchanged, nothing is pending\n" in shown
    assert chat.session.shown.steps == ()
