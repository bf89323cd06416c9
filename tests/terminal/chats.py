"""What the tests of the chat share: steps with known answers, and ways to drive it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from pty_driver import ENTER, TIMEOUT, Terminal

STEP = 'Assign the list of numbers [4, 8, 15, 16, 23] to a variable named "values".'
CODE = "values = [4, 8, 15, 16, 23]"
PREFIX = "# Import libraries.\n\nimport numpy as np\n\n"

#: A penalty this far below 1 makes a model repeat itself until the limit, whatever it is asked.
RAMBLE = ("--repeat-penalty", "0.01", "--max-tokens", "1500", "--temperature", "0")

#: Whatever follows the last turn of the spinner.
CODE_BEGINS = re.compile(r"reading…(?: \d+ tokens)?\s*(?!\d)[^\s⠀-⣿]")

#: The fixture that starts a chat and waits for its prompt.
Start = Callable[..., Terminal]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "codegen_cli", "chat", "--threads", "1", *arguments]


def write_step(chat: Terminal, number: int = 1) -> None:
    chat.send(STEP + ENTER)
    chat.expect(f"{CODE}\n")
    chat.expect(f"turn {number} · ")
    chat.expect(f"{number + 1}> ")


def replay_last(env: dict[str, str], work: Path) -> subprocess.CompletedProcess[str]:
    """Draw the answers of the last session again and compare."""
    return _run([sys.executable, "-m", "codegen_cli", "replay", "last", "--verify"], env, work)


def pipe(
    script: str, env: dict[str, str], work: Path, *arguments: str
) -> subprocess.CompletedProcess[str]:
    return _run(command(*arguments), env, work, script)


def _run(
    arguments: list[str], env: dict[str, str], work: Path, script: str | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        arguments,
        input=script,
        env=env,
        cwd=work,
        capture_output=True,
        encoding="utf-8",
        timeout=TIMEOUT,
        check=False,
    )
