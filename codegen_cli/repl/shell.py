"""`!cmd`: a command of the user's own shell."""

from __future__ import annotations

import subprocess

from codegen_cli.errors import UsageError
from codegen_cli.repl.chat import Chat


def run_shell(chat: Chat, command: str) -> None:
    """Run a command in the terminal, with its own keys and signals.

    Raises:
        UsageError: nobody types here, or there is no command.
    """
    if not chat.reader.attended:
        raise UsageError("!… runs only what is typed at a terminal", "leave it out of scripts")
    if not command:
        raise UsageError("which command?", "write !ls")
    with chat.reader.released():
        try:
            code = subprocess.run(command, shell=True, check=False).returncode
        except KeyboardInterrupt:
            code = 130
    if code:
        chat.view.note(f"exit status {code}")
