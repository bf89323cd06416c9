"""Why the two modes disagree about a sample: every difference has a reason."""

from __future__ import annotations

from typing import Literal

from codegen_cli.evaluation.mtpb.judge import Ran
from codegen_cli.evaluation.mtpb.rewrite import Source

Reason = Literal[
    "exception after the print",
    "time-out ignored",
    "memory or output limit ignored",
    "print rewritten",
    "comparison",
    "not reproducible",
]

_IGNORED: dict[str, Reason] = {
    "exception": "exception after the print",
    "cpu": "time-out ignored",
    "wall": "time-out ignored",
    "memory": "memory or output limit ignored",
    "output": "memory or output limit ignored",
}


def reason(reference: tuple[Source, Ran], strict: tuple[Source, Ran]) -> Reason:
    """Return why exactly one of the modes passes a sample, given what each ran and saw.

    Where both ended early, it is the reference mode that passes, for it looks at the last print
    alone. Else they saw the same value and compared it by different rules, or different values:
    because the last statement was made to print differently, or because a program whose last value
    both print is not the same twice.
    """
    (source, ran), (_, other) = reference, strict
    if ran.status != "ok" and other.status != "ok":
        return _IGNORED[ran.status]
    if ran.mark == other.mark:
        return "comparison"
    shown = source.rewritten and ran.printed != "None"
    printed_by_both = source.ending == "expression" and shown
    return "not reproducible" if printed_by_both else "print rewritten"
