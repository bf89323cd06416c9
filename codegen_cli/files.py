"""Read what the user names and write results whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from codegen_cli import console
from codegen_cli.errors import CodegenError, UsageError

#: No model reads more; a device that never ends must not fill the memory.
_MOST_BYTES = 16 << 20


def read_input(name: str) -> str:
    """Return the text of a file, or of stdin for `-`.

    Raises:
        UsageError: it cannot be read or is not UTF-8.
    """
    shown = "stdin" if name == "-" else f'"{name}"'
    if name == "-" and sys.stdin is None:
        raise UsageError("stdin is closed", "give a file, or open it")
    if name == "-" and sys.stdin.isatty():
        console.note("type or paste the text, then press Ctrl-D")
    try:
        if name == "-":
            data = sys.stdin.buffer.read(_MOST_BYTES + 1)
        else:
            with Path(name).open("rb") as stream:
                data = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read {shown}: {error.strerror}", "check the path") from error
    if len(data) > _MOST_BYTES:
        raise UsageError(
            f"{shown} is larger than {_MOST_BYTES >> 20} MiB", "no context holds that much text"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{shown} is not UTF-8 (byte {data[error.start]:#04x} at offset {error.start})",
            "convert it to UTF-8 first",
        ) from error


def warn_of_hiding(path: Path) -> None:
    """Warn of a program whose name keeps those beside it, and itself, from a module they import."""
    if path.suffix == ".py" and path.stem in {*sys.stdlib_module_names, "numpy"}:
        module = path.stem
        console.warn(f'"{path}" hides the module "{module}" from programs in its folder')


def check_output(path: Path) -> None:
    """Refuse an output that cannot be written, before any work is done for it.

    Raises:
        UsageError: its folder does not exist or is closed to the user.
    """
    if is_special(path):
        return
    if not path.parent.is_dir():
        raise UsageError(f'no such folder: "{path.parent}"', "make it first")
    try:
        with temporary_beside(path) as temporary:
            temporary.touch()
    except CodegenError as error:
        raise UsageError(error.message, "choose another folder") from error


def is_special(path: Path) -> bool:
    """Say whether a path is a pipe or a device: written to as it is, never replaced."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def write_output(path: Path, text: str) -> None:
    """Write a file whole or not at all; an existing one keeps its mode, a link its target.

    A pipe or a device gets the text as it is.

    Raises:
        CodegenError: the disk refuses.
    """
    if is_special(path):
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise CodegenError(f'cannot write "{path}": {error.strerror}') from error
        return
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


def check_new_folder(path: Path) -> None:
    """Refuse to write a folder where something is, before any work is done for it.

    Raises:
        UsageError: there is a file or a folder that is not empty, or no folder to put it in.
    """
    if path.is_dir() and not any(path.iterdir()):
        return
    if path.exists() or path.is_symlink():
        raise UsageError(f'"{path}" exists', "give a new folder, or remove it first")
    check_output(path)


@contextlib.contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """Yield a temporary folder that gets the name `path` at the end, or is removed on an error.

    Raises:
        CodegenError: the disk refuses.
    """
    with temporary_beside(path) as temporary:
        temporary.mkdir()
        try:
            yield temporary
            temporary.replace(path.resolve())
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
