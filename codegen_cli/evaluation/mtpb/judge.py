"""From what a program did to whether it passes, in either mode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from codegen_cli.evaluation.mtpb.equivalence import equivalent
from codegen_cli.evaluation.mtpb.live import live
from codegen_cli.evaluation.mtpb.strict import same
from codegen_cli.sandbox import Execution, Status

#: The rules that decide: the released script's, or those without its quirks.
Rules = Literal["reference", "strict"]

#: What ends a program without an exception that the released script would catch: it dies too.
_ENDS_THE_SCRIPT = ("exit", "killed")
_UNCAUGHT = ("KeyboardInterrupt", "GeneratorExit", "SystemExit")
_SHOWN = 80

_WORDS: dict[Status, str] = {
    "exit": "failed: it left before its end",
    "cpu": "timed out",
    "wall": "timed out",
    "memory": "failed: out of memory",
    "output": "failed: too much output",
    "killed": "failed: killed by a signal",
}


@dataclass(frozen=True, slots=True)
class Ran:
    """What scoring keeps of an execution: how it ended and what its last print was worth.

    `printed` is the bounded text of the value, None when nothing was printed; `mark` tells two
    values apart.
    """

    status: Status
    error: str
    printed: str | None
    mark: int
    equivalent: bool
    same: bool


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a sample passes, and why not."""

    passed: bool
    result: str


def digest(execution: Execution, gold: Any) -> Ran:
    """Compare the last printed value with the expected one, and forget the rest."""
    value, printed = execution.last_print, execution.printed
    text = _text(value) if printed else None
    return Ran(
        status=execution.status,
        error=execution.error,
        printed=None if text is None else _cut(text),
        mark=hash(text),
        equivalent=printed and equivalent(value, gold),
        same=printed and same(value, gold),
    )


def judge(ran: Ran, rules: Rules, gold: Any) -> Judgement:
    """Apply the rules of a mode.

    The released script catches every exception, and its own time limit, and still compares the
    last print; what it does not catch ends it, and counts as failed here. In strict mode a program
    has to reach its end.
    """
    if rules == "reference":
        dies = ran.status in _ENDS_THE_SCRIPT or ran.error.startswith(_UNCAUGHT)
        passed = ran.equivalent and not dies
    else:
        passed = ran.same and ran.status == "ok"
    return Judgement(passed, "passed" if passed else _why(ran, gold))


def _why(ran: Ran, gold: Any) -> str:
    if ran.status == "exception":
        return f"failed: {ran.error}"
    if ran.status != "ok":
        return _WORDS[ran.status]
    if ran.printed is None:
        return "failed: nothing was printed"
    return f"failed: printed {ran.printed}, expected {_cut(repr(gold))}"


def _text(value: Any) -> str:
    try:
        return repr(live(value))
    # A whole number with too many digits has no text.
    except Exception as error:
        return type(error).__name__


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
