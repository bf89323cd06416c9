"""Read what the user names and write results whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from codegen_cli import console
from codegen_cli.errors import CodegenError, UsageError


def read_input(name: str) -> str:
    """Return the text of a file, or of stdin for `-`.

    Raises:
        UsageError: it cannot be read or is not UTF-8.
    """
    if name == "-" and sys.stdin.isatty():
        console.note("type or paste the text, then press Ctrl-D")
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise UsageError(f'cannot read "{name}": {error.strerror}', "check the path") from error
    shown = "stdin" if name == "-" else f'"{name}"'
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{shown} is not UTF-8 (byte {data[error.start]:#04x} at offset {error.start})",
            "convert it to UTF-8 first",
        ) from error


def check_output(path: Path) -> None:
    """Refuse an output that cannot be written, before any work is done for it.

    Raises:
        UsageError: its folder does not exist or is closed to the user.
    """
    if not path.parent.is_dir():
        raise UsageError(f'no such folder: "{path.parent}"', "make it first")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(f'cannot write to "{path.parent}"', "choose another folder")


def write_output(path: Path, text: str) -> None:
    """Write a file whole or not at all; an existing one keeps its mode, a link its target.

    Raises:
        CodegenError: the disk refuses.
    """
    with temporary_beside(path) as temporary:
        with temporary.open("w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        place(temporary, path)


@contextlib.contextmanager
def temporary_beside(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside the file to write, and remove what is left there at the end.

    Raises:
        CodegenError: the disk refuses.
    """
    real = path.resolve()
    temporary = real.with_name(f".{real.name}.{os.getpid()}.part")
    try:
        yield temporary
    except OSError as error:
        raise CodegenError(
            f'cannot write "{path}": {error.strerror or error}', "check the disk and its space"
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def place(temporary: Path, path: Path) -> None:
    """Put a finished temporary file in the place of another."""
    real = path.resolve()
    if real.exists():
        shutil.copymode(real, temporary)
    temporary.replace(real)
