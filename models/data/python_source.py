"""Parse Python that nobody vouches for."""

from __future__ import annotations

import ast
import warnings


def parse_python(text: str) -> ast.Module | None:
    """Return the syntax tree of a module, None where this interpreter's parser refuses it."""
    with warnings.catch_warnings():
        # Invalid escapes and the like are warnings about the text, not about us.
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
