"""Steps as templates: `{name}` filled with the values of variables."""

from __future__ import annotations

import ast
import re
import string
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from codegen_cli.errors import UsageError
from codegen_cli.program.prompt import shorten

#: The largest width or precision a step may ask for (`{A:>9999999999}` would fill the memory).
MAX_WIDTH = 1000

_BRACES = "write {{ and }} for plain braces"
_FIELD = re.compile(r"(?P<name>[^.\[]*)(?P<path>(?:\[[^\]]+\])*)")
_INDEX = re.compile(r"\[([^\]]+)\]")


def parse_variables(pairs: Iterable[str]) -> dict[str, object]:
    """Read `NAME=VALUE` pairs.

    A value that is a Python literal is that literal, so `A=[1,2]` is filled in as `[1, 2]`, like
    an MTPB input, `A=1e3` as `1000.0` and the quoted `A='x'` as `x`; any other value is itself.
    Raises UsageError for a pair without `=`, a name that is no identifier or that comes twice.
    """
    variables: dict[str, object] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.isidentifier():
            raise UsageError(f"not a variable: {shorten(pair)}", "write NAME=VALUE, as in n=3")
        if name in variables:
            raise UsageError(f"the variable {name} is given twice", "give it one value")
        variables[name] = _literal(value)
    return variables


def fill(step: str, variables: Mapping[str, object]) -> str:
    """Fill a step with variables, as `substitute` does; verbatim when there are none at all.

    Steps often hold braces of their own (dict literals), which only a user of variables doubles.
    """
    return substitute(step, variables) if variables else step


def substitute(template: str, variables: Mapping[str, object]) -> str:
    """Return `template.format(**variables)`, refusing what a mere text should not do.

    Raises UsageError naming the template for a missing variable, access to an attribute, a width
    above MAX_WIDTH and everything `str.format` refuses. The templates are MTPB's
    (`codegen1/benchmark/mtpb_sample.py`).
    """
    try:
        return _Formatter().vformat(template, (), variables)
    except UsageError as exc:
        raise UsageError(f"the step {shorten(template)} {exc.message}", exc.hint) from exc
    except (ValueError, TypeError, OverflowError) as exc:
        message = f"the step {shorten(template)} cannot be filled: {exc}"
        raise UsageError(message, _BRACES) from exc


def _literal(value: str) -> object:
    try:
        with warnings.catch_warnings():
            # An escape such as "\d" in a quoted value is the user's business, not a warning.
            warnings.simplefilter("ignore")
            parsed: object = ast.literal_eval(value)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return value
    # "..." is a word in a sentence more often than the constant Ellipsis.
    return value if parsed is Ellipsis else parsed


def _at(value: Any, field: str, indices: Iterable[str]) -> Any:
    try:
        for index in indices:
            value = value[int(index) if index.isdecimal() else index]
    except (LookupError, TypeError, ValueError) as exc:
        raise UsageError(f"asks for {{{field}}}, which is not there", str(exc)) from exc
    return value


class _Formatter(string.Formatter):
    """`str.format` without attributes, positional fields and enormous widths."""

    def get_field(
        self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> tuple[Any, str]:
        match = _FIELD.fullmatch(field_name)
        if match is None:
            problem = "asks for an attribute in" if "." in field_name else "has the broken field"
            hint = "only {NAME} and {NAME[INDEX]} can be filled"
            raise UsageError(f"{problem} {{{field_name}}}", hint)
        name = match["name"]
        if name.isdecimal():  # what `{}` becomes, too
            raise UsageError("has a field without a name", f"write {{NAME}}, or {_BRACES}")
        if name not in kwargs:
            hint = f"give --var {name}=VALUE, or {_BRACES}" if name.isidentifier() else _BRACES
            raise UsageError(f"needs a value for {{{name}}}", hint)
        return _at(kwargs[name], field_name, _INDEX.findall(match["path"])), name

    def format_field(self, value: Any, format_spec: str) -> str:
        # Python reads every Unicode decimal digit as part of a number here, and so does \d.
        if any(len(run) > 9 or int(run) > MAX_WIDTH for run in re.findall(r"\d+", format_spec)):
            message = f"asks for a width above {MAX_WIDTH} in {{:{shorten(format_spec)[1:-1]}}}"
            raise UsageError(message, "ask for a smaller one")
        return format(value, format_spec)
