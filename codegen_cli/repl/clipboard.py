"""Text to the clipboard: through the terminal (OSC 52), and by a tool where there is one."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys

#: Tools that read what is to be copied from stdin, and what must be set for each to work.
_TOOLS = (
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
    ("", ("pbcopy",)),
)

#: Terminals drop longer sequences (xterm's limit, less the frame).
_MOST_BYTES = 74_994


def osc52(text: str) -> str:
    """Return the sequence that asks a terminal to copy a text (xterm control sequences, OSC 52)."""
    return f"\x1b]52;c;{base64.b64encode(text.encode()).decode()}\x07"


def copy_text(text: str) -> str:
    """Copy a text, and say by which way."""
    for variable, command in _TOOLS:
        if (variable and not os.environ.get(variable)) or not shutil.which(command[0]):
            continue
        done = subprocess.run(
            command,
            input=text.encode(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=5,
            check=False,
        )
        if done.returncode == 0:
            return f"by {command[0]}"
    sequence = osc52(text)
    if len(sequence) > _MOST_BYTES:
        return "nothing was: it is too long for the terminal, and no clipboard tool is here"
    sys.stderr.write(sequence)
    sys.stderr.flush()
    return "by the terminal, if it allows that (OSC 52)"
