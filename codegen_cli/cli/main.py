"""The entry point and the single error boundary: every error is one line and an exit code."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

from typer.exceptions import Abort, TyperException

from codegen_cli import console
from codegen_cli.errors import CodegenError, Interrupted


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.stdout is None:
        console.fail("stdout is closed", "open it, or send it to /dev/null")
        sys.exit(1)
    # Programs are UTF-8 whatever the locale; bytes that are no text become visible escapes.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(run_cli(sys.argv[1:]))


def run_cli(arguments: Sequence[str]) -> int:
    """Run one command and return the exit code; CODEGEN_DEBUG=1 lets tracebacks through."""
    from codegen_cli.cli.app import app

    try:
        code = app(args=list(arguments), prog_name="codegen", standalone_mode=False)
        if code == Interrupted.exit_code:
            # typer turns a Ctrl-C that nobody handled into this code, without a word.
            raise Interrupted()
        return code if isinstance(code, int) else 0
    except (Exception, KeyboardInterrupt) as error:
        if os.environ.get("CODEGEN_DEBUG"):
            raise
        return _report(error)


def _report(error: BaseException) -> int:
    if isinstance(error, CodegenError):
        console.fail(error.message, error.hint)
        return error.exit_code
    if isinstance(error, TyperException):
        console.fail(error.format_message(), "see --help")
        return error.exit_code
    if isinstance(error, (KeyboardInterrupt, Abort)):
        console.fail("interrupted")
        return Interrupted.exit_code
    if isinstance(error, MemoryError):
        console.fail("out of memory", "use a smaller model or --ctx")
        return 1
    if isinstance(error, OSError):
        console.fail(str(error), "CODEGEN_DEBUG=1 shows where")
        return 1
    console.fail(
        f"internal error: {type(error).__name__}: {error}",
        "please report it with the traceback that CODEGEN_DEBUG=1 shows",
    )
    return 1
