"""Ask before something is gone; only a person at a terminal is asked."""

from __future__ import annotations

import sys

import typer

from codegen_cli import console
from codegen_cli.errors import UsageError


def confirmed(question: str) -> bool:
    """Ask at a terminal.

    Raises:
        UsageError: there is none.
    """
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("there is no terminal to ask at", "give --yes to remove without asking")
    return typer.confirm(console.visible(question), err=True)
