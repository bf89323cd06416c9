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
