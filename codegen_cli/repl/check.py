"""What is wrong with a turn that was just written, as far as one can see without running it."""

from __future__ import annotations

import ast
import warnings

from codegen_cli.program import Program
from codegen_cli.synthesis.turn import TurnResult


def problems(program: Program, result: TurnResult) -> list[str]:
    """Return a line for each problem of a program's newest turn."""
    found = []
    if result.is_empty:
        found.append("the turn is empty; /edit rewords the step, /retry draws again")
    elif result.fault is not None:
        found.append(f"{result.fault.told}; /edit rewords the step, /retry draws again")
    if result.completion.finish_reason == "length":
        count = result.completion.generated_tokens
        found.append(f"cut at {count} tokens; /set max_tokens allows more")
    if not result.is_empty and (fault := syntax_fault(program.source)):
        found.append(f"the program does not parse as Python: {fault}")
    return found


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
