"""A step as a Python comment and back."""

from __future__ import annotations

import re

from codegen_cli.errors import UsageError

#: The only characters that end a comment for Python's tokenizer (form feeds, U+2028 do not).
NEWLINE = re.compile(r"\r\n|\r|\n")

#: Python refuses NUL in a source file, and no file can hold a lone surrogate as UTF-8.
_FORBIDDEN = re.compile("[\0\ud800-\udfff]")


def wrap(step: str) -> str:
    r"""Turn a step into the comment that asks for its code: `# {step}\n`.

    Line ends around the step are dropped. A further line gets its own `# ` unless it starts with
    `#` already, as in MTPB's problem 17. Raises UsageError for a step that no source file can
    hold. The form is that of `codegen1/benchmark/mtpb_sample.py`.
    """
    bad = _FORBIDDEN.search(step)
    if bad is not None:
        what = "a NUL character" if bad.group() == "\0" else "a lone surrogate (broken UTF-8)"
        raise UsageError(f"the step {shorten(step)} holds {what}", "remove it from the step")
    first, *rest = NEWLINE.split(step.strip("\r\n"))
    return "".join(f"{line}\n" for line in [f"# {first}", *map(_wrap_further, rest)])


def unwrap(header: str) -> str:
    """Return the step that a comment asks for: `wrap(unwrap(wrap(step))) == wrap(step)`."""
    first, *rest = NEWLINE.split(header.rstrip("\r\n"))
    step = "\n".join([first.removeprefix("#").removeprefix(" "), *map(_unwrap_further, rest)])
    return f"{step}#" if step.endswith("\n") else step  # wrap would drop an empty last line


def shorten(step: str, limit: int = 60) -> str:
    """Quote a step for a message, printable and on one line."""
    return repr(step if len(step) <= limit else step[: limit - 1] + "…")


def _wrap_further(line: str) -> str:
    if line.startswith("#"):
        return line
    return f"# {line}" if line else "#"


def _unwrap_further(line: str) -> str:
    # A line that would not be wrapped into itself again ("#note", "# # note") stays as it is.
    inner = line[2:]
    return inner if _wrap_further(inner) == line else line
