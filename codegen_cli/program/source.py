"""A Python file as a program: its comments at the left margin are the steps."""

from __future__ import annotations

import dataclasses
import re

from codegen_cli.program.program import Program, Turn
from codegen_cli.program.prompt import unwrap
from codegen_cli.settings import PROGRAM_PREFIX

#: Just enough of Python's lexer to know a step's comment from one inside a string. Unlike
#: `tokenize` it is the same in every Python, and goes on after the errors that models write.
_TOKEN = re.compile(
    r"""
      (?P<header>(?:(?<![^\r\n])\#[^\r\n]*(?:\r\n|\r|\n|\Z))+)  # comment lines at the left margin
    | \#[^\r\n]*                                                # any other comment
    | '''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*'''
    | \"\"\"[^"\\]*(?:(?:\\.|"(?!""))[^"\\]*)*\"\"\"
    | '[^'\\\r\n]*(?:\\(?:\r\n|.)[^'\\\r\n]*)*'
    | "[^"\\\r\n]*(?:\\(?:\r\n|.)[^"\\\r\n]*)*"
    | \\.                          # or every escaped quote would look for its end, to the last line
    """,
    re.VERBOSE | re.DOTALL,
)

#: The `#!` line and the encoding line (PEP 263) are comments, but no steps. Only the usual forms
#: of the latter: "Open the file with encoding=utf-8." is a step.
_PREAMBLE = re.compile(
    r"(?:#!.*(?:\n|\Z))?(?:#[ \t]*(?:-\*-.*coding[:=].*-\*-|coding[:=][ \t]*[-\w.]+)\s*(?:\n|\Z))?"
)

_BOM = "\ufeff"


def parse_program(source: str, prefix: str = PROGRAM_PREFIX) -> Program:
    """Read a program from a file without loss: the `text` of the result is the source.

    A step is a run of comment lines at the left margin, outside strings; what follows is its
    code. Everything before the first step is the program's prefix, and so is `prefix` where the
    file starts with it, though it holds a comment (the paper's `# Import libraries.`).
    """
    if source.startswith(_BOM):
        program = parse_program(source.removeprefix(_BOM), prefix)
        return dataclasses.replace(program, prefix=_BOM + program.prefix)
    start = _scan_start(source, prefix)
    headers = [m.span() for m in _TOKEN.finditer(source, start) if m.lastgroup == "header"]
    bounds = [*(begin for begin, _ in headers), len(source)]
    turns = [
        _turn(source[begin:end], source[end:bound])
        for (begin, end), bound in zip(headers, bounds[1:], strict=True)
    ]
    return Program(source[: bounds[0]], tuple(turns))


def steps_of(source: str, prefix: str = PROGRAM_PREFIX) -> list[str]:
    """Return the steps that a file's comments ask for; comments without words are left out."""
    steps = parse_program(source, prefix).steps
    return [step for step in steps if any(letter.isalnum() for letter in step)]


def _scan_start(source: str, prefix: str) -> int:
    # A file ends in one line end, so a program without turns holds the prefix without its last.
    head = prefix.rstrip("\n")
    if source.startswith(head) and source[len(head) : len(head) + 1] in ("", "\n"):
        return len(head)
    preamble = _PREAMBLE.match(source)
    return preamble.end() if preamble else 0


def _turn(header: str, body: str) -> Turn:
    code = body.rstrip("\r\n")
    return Turn(unwrap(header), code, body[len(code) :], header)
