"""What is run of a sample's program: its last statement may be made to print its value."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from codegen_cli.program.prompt import NEWLINE

#: How a program ends: in a call of print, in another expression, or in any other statement.
Ending = Literal["print", "expression", "statement"]

#: Python 3.10 dies of deep trees, and 64 KiB of source cannot hold one that deep. The programs of
#: the benchmark have 2048 tokens at most.
_MOST_BYTES = 64 << 10

_EXITS = re.compile("exit|quit")
_DISPLAY = "(lambda value: None if value is None else print(value))"


@dataclass(frozen=True, slots=True)
class Source:
    """A program to run, how the original ends, and whether it was rewritten."""

    text: str
    ending: Ending
    rewritten: bool


def reference_source(program: str) -> Source:
    """Wrap the value of the last statement in `print(…)`, as the released script does.

    `try_rewrite_ast_with_print` of `codegen1/benchmark/mtpb_exec.py`: any last statement with a
    value is rewritten (`x = 5` becomes `x = print(5)`), but a call of a function whose name starts
    with "print"; a program that cannot be parsed or written back is run as it is. The script also
    sets `exit` and `quit` to None (`reliability_guard`), so that calling them is one more exception
    it ignores.
    """

    def rewrite(last: Any) -> bool:
        if _called_name(last).startswith("print") or not hasattr(last, "value"):
            return False
        last.value = ast.Call(ast.Name("print", ast.Load()), [last.value], [])
        return True

    return _rewritten(program, rewrite, without_exits=True)


def strict_source(program: str) -> Source:
    """Print the value of a last expression unless it is None, as an interactive session shows it.

    Nothing else is rewritten: an assignment prints nothing, and what a function printed stays the
    last thing printed when it returns None.
    """

    def rewrite(last: ast.stmt) -> bool:
        if not isinstance(last, ast.Expr) or _called_name(last) == "print":
            return False
        display = ast.parse(_DISPLAY, mode="eval").body
        last.value = ast.Call(display, [last.value], [])
        return True

    return _rewritten(program, rewrite)


def _rewritten(
    program: str, rewrite: Callable[[ast.stmt], bool], *, without_exits: bool = False
) -> Source:
    as_it_is = Source(program, "statement", False)
    try:
        if len(program.encode()) > _MOST_BYTES:
            return as_it_is
        with warnings.catch_warnings():
            # A model writes "\d" often enough; it is no news here.
            warnings.simplefilter("ignore")
            tree = ast.parse(program)
            last = tree.body[-1]
            as_it_is = Source(program, _ending(last), False)
            changed = rewrite(last)
            if without_exits and _EXITS.search(program) and _set_exits_to_none(tree):
                text = ast.unparse(ast.fix_missing_locations(tree))
            elif changed:
                text = _before(last, program) + ast.unparse(ast.fix_missing_locations(last))
            else:
                return as_it_is
            return Source(text, as_it_is.ending, True)
    # Hostile text makes the parser and the writer raise nearly anything.
    except Exception:
        return as_it_is


def _before(last: ast.stmt, program: str) -> str:
    """Return the text before a statement: writing one back is much faster than all of them."""
    lines = NEWLINE.sub("\n", program).split("\n")
    start = lines[last.lineno - 1].encode()[: last.col_offset].decode()
    return "".join(f"{line}\n" for line in lines[: last.lineno - 1]) + start


def _set_exits_to_none(tree: ast.Module) -> bool:
    """Begin a program that names `exit` or `quit` by setting both to None; say whether it does."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    if names.isdisjoint(("exit", "quit")):
        return False
    # Imports from __future__ may only follow a docstring and each other.
    first = 0
    while first < len(tree.body) and _comes_first(tree.body[first]):
        first += 1
    tree.body[first:first] = ast.parse("exit = quit = None").body
    return True


def _comes_first(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "__future__"
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _called_name(statement: Any) -> str:
    """Return the plain name of the function that a statement's value calls, else nothing."""
    try:
        return str(statement.value.func.id)
    except AttributeError:
        return ""


def _ending(statement: ast.stmt) -> Ending:
    if not isinstance(statement, ast.Expr):
        return "statement"
    return "print" if _called_name(statement) == "print" else "expression"
