"""Text to the clipboard: through the terminal (OSC 52), and by a tool where there is one."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys

from codegen_cli.errors import UsageError

#: Tools that read what is to be copied from stdin, and what must be set for each to work.
_TOOLS = (
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
    ("", ("pbcopy",)),
)

#: A tool that takes longer waits for a display that does not answer.
_SECONDS = 5

#: Terminals drop longer sequences (xterm's limit, less the frame).
_MOST_BYTES = 74_994


def osc52(text: str) -> str:
    """Return the sequence that asks a terminal to copy a text (xterm control sequences, OSC 52)."""
    return f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07"


def copy_text(text: str) -> str:
    """Copy a text, and say by which way.

    Raises:
        UsageError: the terminal takes no text of this length, and no tool copied it.
    """
    for variable, command in _TOOLS:
        if (variable and not os.environ.get(variable)) or not shutil.which(command[0]):
            continue
        if _takes(command, text):
            return f"by {command[0]}"
    sequence = osc52(text)
    if len(sequence) > _MOST_BYTES:
        raise UsageError(
            f"{len(text)} characters are too many for the terminal, and no tool took them",
            "copy a range as in /copy 1-3, or /save it",
        )
    sys.stderr.write(sequence)
    sys.stderr.flush()
    return "by the terminal, if it allows that (OSC 52)"


def _takes(command: tuple[str, ...], text: str) -> bool:
    """Say whether a tool took a text; one that fails, or hangs, leaves it to the next way."""
    try:
        done = subprocess.run(
            command,
            input=text.encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
