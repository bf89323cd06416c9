"""Examples of what a program should do: inputs by name, and the value that it should print last."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from codegen_cli.errors import UsageError
from codegen_cli.program.prompt import NEWLINE, shorten
from codegen_cli.program.syntax import parse, syntax_fault

_ARROW = re.compile(r"(?:->|→)")
_NONE: Mapping[str, str] = MappingProxyType({})
_FORM = "write /case A=[1, 2], B=3 -> 6"


@dataclass(frozen=True, slots=True)
class Case:
    """One example (an input and an output of an MTPB problem)."""

    inputs: Mapping[str, object]
    output: object

    @property
    def text(self) -> str:
        """Return the case as it is typed."""
        given = ", ".join(f"{name}={value!r}" for name, value in self.inputs.items())
        return f"{given} -> {self.output!r}"


def parse_case(text: str) -> Case:
    """Read `A=[1, 2], B=3 -> 6`; values are Python literals, and an output that is none is text.

    Raises:
        UsageError: it is not of this form.
    """
    arrows = list(_ARROW.finditer(text))
    if not arrows:
        raise UsageError(f"no output in the case {shorten(text)}", _FORM)
    # Values may hold arrows too; the one that leaves proper inputs before it is the right one.
    for arrow in arrows:
        inputs = _inputs(text[: arrow.start()])
        output = text[arrow.end() :].strip()
        if inputs is not None and output:
            return Case(inputs, _literal(output))
    raise UsageError(f"not a case: {shorten(text)}", _FORM)


def fill_case(step: str, case: Case) -> str:
    """Fill the fields of a step that are inputs of a case, as MTPB does; other braces stay."""
    parts = _parts(step, case)
    parts[1::2] = [str(case.inputs[name]) for name in parts[1::2]]
    return "".join(parts)


def bind(source: str, first: Case, case: Case) -> str:
    """Return a program that was written for one case as a program for another.

    Where the program assigns an input's name at its top level, the first such assignment gets the
    other value; else every literal that equals the value of the first case is replaced.

    Raises:
        UsageError: the program does not parse, or an input is not in it.
    """
    # The parser's lines end in these alone, those of `splitlines` in form feeds too.
    source = NEWLINE.sub("\n", source)
    tree = _parse(source)
    spans: list[tuple[int, int, str]] = []
    lines = [f"{line}\n" for line in source.split("\n")]
    for name, value in case.inputs.items():
        found = _places(tree, name, first.inputs.get(name))
        if not found:
            raise UsageError(f"the program does not use the input {name}", "put {A} in a step")
        spans += [(*_span(lines, node), repr(value)) for node in found]
    data = source.encode()
    for start, end, text in sorted(spans, reverse=True):
        data = data[:start] + text.encode() + data[end:]
    return data.decode()


def to_jsonl(
    steps: Sequence[str], cases: Sequence[Case], name: str, typed: Mapping[str, str] = _NONE
) -> str:
    """Return steps and cases as one record of an MTPB file (`benchmark/mtpb.jsonl`).

    `typed` are steps with their fields as they were typed, by what they were filled to. In other
    steps the values of the first case become fields.

    Raises:
        UsageError: a value has no form in JSON.
    """
    record = {
        "id": name,
        "name": name,
        "prompts": [_template(step, cases[0], typed.get(step, "")) for step in steps],
        "inputs": [dict(case.inputs) for case in cases],
        "outputs": [case.output for case in cases],
    }
    try:
        return json.dumps(record) + "\n"
    except TypeError as error:
        raise UsageError(f"a case cannot be JSON: {error}", "use lists, numbers and text") from None


def _template(step: str, first: Case, typed: str) -> str:
    # A step may have been filled from another case, which was cleared since.
    if typed and fill_case(typed, first) == step:
        parts = _parts(typed, first)
        parts[::2] = [_escaped(text) for text in parts[::2]]
        parts[1::2] = [f"{{{field}}}" for field in parts[1::2]]
        return "".join(parts)
    escaped = _escaped(step)
    for name, value in first.inputs.items():
        shown = _escaped(str(value))
        pattern = re.compile(rf"(?<!\w){re.escape(shown)}(?!\w)")
        field = f"{{{name}}}"
        escaped = pattern.sub(lambda _match, field=field: field, escaped)  # type: ignore[misc]
    return escaped


def _parts(step: str, case: Case) -> list[str]:
    """Return a step as text, field, text, field, …, text; fields are the inputs' names alone."""
    if not case.inputs:
        return [step]
    names = "|".join(map(re.escape, case.inputs))
    return re.split(rf"(?<!\{{)\{{({names})\}}(?!\}})", step)


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _inputs(text: str) -> dict[str, object] | None:
    try:
        call = ast.parse(f"f({text.strip()})", mode="eval").body
        if not isinstance(call, ast.Call) or call.args:
            return None
        return {str(word.arg): ast.literal_eval(word.value) for word in call.keywords if word.arg}
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
        return None


def _literal(text: str) -> object:
    try:
        value: object = ast.literal_eval(text)
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
        return text
    return value


def _parse(source: str) -> ast.Module:
    tree = parse(source)
    if tree is None:
        raise UsageError(f"the program does not parse: {syntax_fault(source)}")
    return tree


def _places(tree: ast.Module, name: str, value: object) -> list[ast.expr]:
    """Return the expressions that stand for an input."""
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == name for target in statement.targets
        ):
            return [statement.value]
    return [] if value is None else _literals(tree, value)


def _literals(node: ast.AST, value: object) -> list[ast.expr]:
    """Return the literals that equal a value, in type too; none lies in another."""
    found: list[ast.expr] = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr) and _is_literal(child, value):
            found.append(child)
        # The parts of an f-string have no place of their own before Python 3.12.
        elif not isinstance(child, ast.JoinedStr):
            found += _literals(child, value)
    return found


def _is_literal(node: ast.expr, value: object) -> bool:
    try:
        return repr(ast.literal_eval(node)) == repr(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False


def _span(lines: list[str], node: ast.expr) -> tuple[int, int]:
    """Return where an expression begins and ends in the UTF-8 of its source."""
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()))
    end_line, end = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    return starts[node.lineno - 1] + node.col_offset, starts[end_line - 1] + end
