"""Record a chat in a real terminal: its whole transcript and pictures of its screens (needs tmux).

python docs/capture_chat.py

What is typed stands in STORY; everything else is what the program wrote.
"""

from __future__ import annotations

import os
import shlex
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from capture import DOCS, tmux
from rich.console import Console
from rich.text import Text

WIDTH, HEIGHT = 100, 44
_LIMIT = 60.0


@dataclass(frozen=True)
class Typed:
    """Keys, entered with Enter unless they are left on the line; then a picture, perhaps."""

    keys: str
    picture: str = ""
    enter: bool = True


STORY = [
    Typed('Assign the list of numbers [12, 7, 3, 25, 8] to a variable named "numbers".'),
    Typed("/run"),
    Typed("y", picture="chat-run"),
    Typed("/case A=[12, 7, 3, 25, 8] -> 11.0"),
    Typed("/case A=[1, 2] -> 1.5"),
    Typed("/n 4"),
    Typed("/set temperature 1.6"),
    Typed('Sort the list in descending order and store it in "ordered".', picture="chat-answers"),
    Typed("/n 1"),
    Typed("/set temperature 0.2"),
    Typed('Compute the average of the list and store it in "average".'),
    Typed("/branch plain"),
    Typed('Print the variable "average".', picture="chat-cases"),
    Typed("/retry 0.8"),
    Typed("/goto plain"),
    Typed('Print the largest number of the list "numbers".'),
    Typed("/undo"),
    Typed("/redo"),
    Typed("/tree", picture="chat-tree"),
    Typed('/edit 2 Sort the list in ascending order and store it in "ordered".'),
    Typed("/diff"),
    Typed("/tokens"),
    Typed("/run"),
    Typed("/save average.py"),
    Typed("/ex", enter=False, picture="chat-complete"),
    Typed("\x15/quit"),
]

NARROW = [
    Typed('Assign the list [4, 8] to a variable named "values".'),
    Typed("/n 4"),
    Typed("/set temperature 1.6"),
    Typed('Sort the list in descending order and store it in "ordered".', picture="chat-narrow"),
    Typed("/quit"),
]


def main() -> None:
    """Play both stories and write the transcript and the pictures."""
    transcript = play(STORY, WIDTH, HEIGHT)
    (DOCS / "chat-transcript.txt").write_text(transcript, encoding="utf-8")
    play(NARROW, 40, 40, NO_COLOR="1")


def play(story: list[Typed], width: int, height: int, **environment: str) -> str:
    """Type a story into a new chat and return all that its terminal showed."""
    with tempfile.TemporaryDirectory() as home:
        variables = {"XDG_STATE_HOME": home, "PYTHONPATH": str(DOCS.parent), **environment}
        chat = f"cd {shlex.quote(home)}; exec {sys.executable} -m codegen_cli chat"
        assignments = [f"{name}={value}" for name, value in variables.items()]
        command = shlex.join(["env", *assignments, "sh", "-c", chat])
        # The last screen stays to be read when the chat has left it.
        tmux("new-session", "-d", "-x", str(width), "-y", str(height), f"{command}; sleep 60")
        tmux("set-option", "history-limit", "20000")
        try:
            settle()
            for typed in story:
                tmux("send-keys", "-l", typed.keys)
                if typed.enter:
                    tmux("send-keys", "Enter")
                settle()
                if typed.picture:
                    picture(typed.picture, width)
            return tmux("capture-pane", "-p", "-J", "-S", "-").rstrip() + "\n"
        finally:
            tmux("kill-session")


def settle() -> None:
    """Wait until the screen has not changed for a while."""
    before, still, end = "", 0, time.monotonic() + _LIMIT
    while still < 6 and time.monotonic() < end:
        time.sleep(0.25)
        now = tmux("capture-pane", "-p")
        still = still + 1 if now == before and now.strip() else 0
        before = now


def picture(name: str, width: int) -> None:
    """Write what the terminal shows now as an SVG."""
    shown = tmux("capture-pane", "-p", "-e").rstrip()
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=width, file=nowhere)
        console.print(Text.from_ansi(shown))
        console.save_svg(str(DOCS / f"{name}.svg"), title="codegen chat")


if __name__ == "__main__":
    main()
