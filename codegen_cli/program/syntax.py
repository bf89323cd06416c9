"""Python's own parser, for texts that may hold anything."""

from __future__ import annotations

import ast
import warnings


def parse(code: str) -> ast.Module | None:
    """Return the syntax tree of code, None where Python's parser refuses it."""
    with warnings.catch_warnings():
        # An odd escape in a string of the model is no concern of the user's terminal.
        warnings.simplefilter("ignore")
        try:
            return ast.parse(code)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def syntax_fault(source: str) -> str:
    """Say what Python's parser has against a program; an empty text means nothing."""
    try:
        with warnings.catch_warnings():
            # An invalid escape such as "\d" is the program's business, not a warning of ours.
            warnings.simplefilter("ignore")
            ast.parse(source)
    except SyntaxError as error:
        # Some of Python's messages name a line themselves, and some errors have none.
        named = " line " in error.msg or error.lineno is None
        return error.msg if named else f"{error.msg} (line {error.lineno})"
    except (ValueError, MemoryError, RecursionError) as error:
        return str(error) or "it is nested too deeply"
    return ""
