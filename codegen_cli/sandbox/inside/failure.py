"""Exceptions of a program in one line, with the line they came from."""

from __future__ import annotations

import contextlib
import sys
import traceback
from typing import Any

#: The file name that the program's code carries in tracebacks.
FILE = "program.py"

_MOST = 500
_print_exception = traceback.print_exception


def line(error: BaseException) -> str:
    """Return "Type: message", bounded and on one line; a hostile `__str__` is left out."""
    name = type(error).__name__
    try:
        text = str(error)
    except BaseException:
        text = ""
    if isinstance(error, SyntaxError) and isinstance(error.msg, str):
        text = error.msg
    whole = f"{name}: {text}" if text else name
    return " ".join(whole[: 4 * _MOST].split())[:_MOST]


def line_number(error: BaseException) -> int | None:
    """Return the line of the program that raised, the innermost one."""
    if isinstance(error, SyntaxError) and error.filename == FILE:
        return error.lineno if isinstance(error.lineno, int) else None
    found = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == FILE:
            found = trace.tb_lineno
        trace = trace.tb_next
    return found


def describe(error: BaseException) -> dict[str, Any]:
    """Return the status, the line of text and the line number of what ended a program."""
    status = "exception"
    if isinstance(error, SystemExit):
        status = "exit"
    elif isinstance(error, MemoryError):
        status = "memory"
    return {"status": status, "error": line(error), "line": line_number(error)}


def show(error: BaseException) -> None:
    """Write the program's own part of the traceback to stderr, as an interpreter does."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != FILE:
        trace = trace.tb_next
    if isinstance(error, SystemExit):
        if isinstance(error.code, str):
            with contextlib.suppress(BaseException):
                print(error.code, file=sys.stderr)  # noqa: T201
        return
    with contextlib.suppress(BaseException):
        _print_exception(type(error), error, trace, file=sys.stderr)
