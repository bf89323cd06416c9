"""How the reader says no: one line with the file, the value and what to do."""

from __future__ import annotations

from pathlib import Path

from codegen_cli.errors import InvalidGGUF

AGAIN = "download the file or run `codegen convert` again"
CONVERT = "make a supported file with `codegen convert`"

_SHOWN_CHARACTERS = 60


def refuse(path: Path, wrong: str, hint: str = AGAIN) -> InvalidGGUF:
    """Return the error to raise for a file."""
    name = str(path)
    return InvalidGGUF(f'"{name}" {wrong}' if name.isprintable() else f"{name!r} {wrong}", hint)


def show(text: str) -> str:
    """Quote text of the file: short, on one line, and unable to steer a terminal."""
    if len(text) > _SHOWN_CHARACTERS:
        return repr(text[:_SHOWN_CHARACTERS]) + "…"
    return repr(text)
