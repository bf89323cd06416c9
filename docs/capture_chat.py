"""Record chats in a real terminal: a whole transcript and pictures of its screens (needs tmux).

python docs/capture_chat.py

What is typed stands in STORY, at the pace of a person; everything else is what the programs wrote.
"""

from __future__ import annotations

import os
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from capture import DOCS, tmux
from rich.console import Console
from rich.text import Text

WIDTH, HEIGHT = 100, 44

#: Seconds: the longest answer, between two keys, to look at a screen and think.
_LIMIT, _KEY, _THINK = 60.0, 0.05, 2.0

_CTRL_C, _CLEAR = "\x03", "\x15"


@dataclass(frozen=True)
class Typed:
    """Keys, entered with Enter unless they are left on the line; then a picture, perhaps.

    With `stopped`, Ctrl-C follows so many seconds after Enter.
    """

    keys: str
    picture: str = ""
    enter: bool = True
    stopped: float = 0.0


STORY = [
    Typed("codegen chat average.py"),
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
    Typed("/save"),
    Typed("/goto plain"),
    Typed('Print the largest number of the list "numbers".'),
    Typed("/undo"),
    Typed("/redo"),
    Typed("/tree", picture="chat-tree"),
    Typed('/edit 2 Sort the list in ascending order and store it in "ordered".'),
    Typed("/diff"),
    Typed("/run"),
    Typed("/tokens"),
    Typed("/cases clear"),
    Typed("/set temperature 5"),
    Typed("/set max_tokens 1500"),
    Typed("Write a very long table of all that is known.", stopped=0.1),
    Typed("/set temperature 0.2"),
    Typed("/set max_tokens 128"),
    Typed('Define a function named "is_prime" that checks if a number is prime.'),
    Typed("/show 5"),
    Typed('Keep only the prime numbers of the list "numbers" and store them in "primes".'),
    Typed("/split"),
    Typed('Print the variable "primes".'),
    Typed("/run"),
    Typed("/vars"),
    Typed("!ls -l"),
    Typed("/ex", enter=False, picture="chat-complete"),
    Typed(f"{_CLEAR}/export primes.md"),
    Typed("/save primes.py"),
    Typed("/quit"),
    Typed("python average.py"),
    Typed("codegen sessions list"),
    Typed("codegen chat --continue"),
    Typed("/list"),
    Typed("/goto plain"),
    Typed('Print the variable "ordered".'),
    Typed("/save ordered.py"),
    Typed("/quit"),
    Typed("codegen blame ordered.py", picture="chat-blame"),
    Typed("python ordered.py"),
]

NARROW = [
    Typed("codegen chat"),
    Typed('Assign the list [4, 8] to a variable named "values".'),
    Typed("/n 4"),
    Typed("/set temperature 1.6"),
    Typed('Sort the list in descending order and store it in "ordered".', picture="chat-narrow"),
    Typed("/quit"),
]


def main() -> None:
    """Play both stories and write the transcript and the pictures."""
    lines, times = play(STORY, WIDTH, HEIGHT)
    stamped = "\n".join(stamp(lines, [typed.keys for typed in STORY], times))
    (DOCS / "chat-transcript.txt").write_text(stamped + "\n", encoding="utf-8")
    play(NARROW, 40, 40, NO_COLOR="1")


def play(
    story: Sequence[Typed], width: int, height: int, **environment: str
) -> tuple[list[str], list[float]]:
    """Type a story into a new shell; return the terminal's lines, and when each key line ended."""
    with tempfile.TemporaryDirectory() as home:
        start(home, width, height, environment)
        try:
            settle()
            begin, times = time.monotonic(), []
            for typed in story:
                enter(typed)
                times.append(time.monotonic() - begin)
                if typed.stopped:
                    time.sleep(typed.stopped)
                    tmux("send-keys", "-l", _CTRL_C)
                settle()
                if typed.picture:
                    picture(typed.picture, width)
                time.sleep(_THINK)
            return tmux("capture-pane", "-p", "-J", "-S", "-").rstrip().split("\n"), times
        finally:
            tmux("kill-session")


def start(home: str, width: int, height: int, environment: dict[str, str]) -> None:
    """Open a terminal with a plain shell in an empty folder, where `codegen` is this checkout."""
    work, tools = Path(home, "work"), Path(home, "bin")
    work.mkdir()
    tools.mkdir()
    codegen = tools / "codegen"
    # As the installed command does, it must not find a program in the folder as a module.
    codegen.write_text(
        f'#!/bin/sh\nPYTHONSAFEPATH=1 exec {shlex.quote(sys.executable)} -m codegen_cli "$@"\n'
    )
    codegen.chmod(0o755)
    variables = {
        "XDG_STATE_HOME": f"{home}/state",
        "PYTHONPATH": str(DOCS.parent),
        "PATH": f"{tools}:{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PS1": "$ ",
        **environment,
    }
    assignments = [f"{name}={value}" for name, value in variables.items()]
    shell = ["env", *assignments, "bash", "--norc", "--noprofile"]
    size = ["-x", str(width), "-y", str(height)]
    tmux("new-session", "-d", *size, "-c", str(work), shlex.join(shell))
    tmux("set-option", "history-limit", "20000")


def enter(typed: Typed) -> None:
    """Type as a person does, a key at a time."""
    for key in typed.keys:
        tmux("send-keys", "-l", key)
        time.sleep(_KEY)
    if typed.enter:
        tmux("send-keys", "Enter")


def stamp(lines: Sequence[str], entered: Sequence[str], times: Sequence[float]) -> Iterator[str]:
    """Yield the lines of a terminal, each that was entered with the minute and second of it."""
    waiting = list(zip(entered, times, strict=True))
    for line in lines:
        margin = ""
        found = next((i for i, (keys, _) in enumerate(waiting) if _entered(line, keys)), None)
        if found is not None:
            seconds = round(waiting[found][1])
            margin = f"{seconds // 60}:{seconds % 60:02}"
            waiting = waiting[found + 1 :]
        yield f"{margin:>5} │ {line.rstrip()}"


def _entered(line: str, keys: str) -> bool:
    return line.endswith(tuple(f"{prompt} {keys.lstrip(_CLEAR)}" for prompt in (">", "$", "]")))


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
