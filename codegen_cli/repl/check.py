"""What is wrong with a turn that was just written, as far as one can see without running it."""

from __future__ import annotations

from codegen_cli.program import Program
from codegen_cli.program.syntax import syntax_fault
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
