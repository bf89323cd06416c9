"""Make the pictures of the docs from real runs in a real terminal (needs tmux).

python docs/capture.py
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.text import Text

DOCS = Path(__file__).resolve().parent
WIDTH, HEIGHT = 92, 60
DONE = "-- done --"
SHOTS = {
    "run": "codegen run examples/primes.txt",
    "search": "codegen run examples/evens.txt --cases examples/evens.jsonl "
    "--search beam=4,n=4 -T 1.2 -s 4",
}


def main() -> None:
    """Run each command and write one SVG."""
    for name, command in SHOTS.items():
        with Path("/dev/null").open("w") as nowhere:
            console = Console(record=True, width=WIDTH, file=nowhere)
            console.print(Text.from_ansi(f"\x1b[1m$ {command}\x1b[0m\n{screen(command)}"))
            console.save_svg(str(DOCS / f"{name}.svg"), title="codegen")


def screen(command: str) -> str:
    """Return what the command leaves on a terminal's screen, colours included."""
    program = f"{sys.executable} -m codegen_cli" + command.removeprefix("codegen")
    shell = f"{program}; echo '{DONE}'; sleep 60"
    tmux("new-session", "-d", "-x", str(WIDTH), "-y", str(HEIGHT), "-c", str(DOCS.parent), shell)
    try:
        for _ in range(600):
            if DONE in tmux("capture-pane", "-p"):
                break
            time.sleep(0.1)
        return tmux("capture-pane", "-p", "-e").split(DONE)[0].rstrip()
    finally:
        tmux("kill-session")


def tmux(*arguments: str) -> str:
    """Run one tmux command on a server of our own."""
    command = ["tmux", "-L", "codegen-docs", "-f", "/dev/null", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main()
