"""EvalPlus' tests: the candidate against the canonical solution on many inputs.

The rules are those of evalplus 0.3 (`evalplus/eval/__init__.py`): equal, or close where the
problem has a tolerance or the expected value is of floats; `find_zero` has many right answers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

#: Runs where no candidate can reach it. The canonical program has a namespace of its own, for a
#: recursive one must find itself there.
_TEST = """
import copy as _copy
import json as _json
import math as _math


def _is_floats(x):
    if isinstance(x, float):
        return True
    return isinstance(x, (list, tuple)) and len(x) > 0 and all(isinstance(i, float) for i in x)


def _close(a, b, atol):
    if isinstance(b, (list, tuple)):
        return (
            isinstance(a, (list, tuple))
            and len(a) == len(b)
            and all(_close(x, y, atol) for x, y in zip(a, b))
        )
    if not isinstance(a, (int, float)) or not isinstance(b, (int, float)):
        return False
    return a == b or abs(a - b) <= atol + 1e-07 * abs(b)


def _agrees(got, expected, atol):
    if atol == 0 and _is_floats(expected):
        atol = 1e-06
    if atol == 0 or got == expected:
        return bool(got == expected)
    return type(got) is type(expected) and _close(got, expected, atol)


def _is_zero(coefficients, x, atol):
    return abs(sum(c * _math.pow(x, i) for i, c in enumerate(coefficients))) <= atol


_canonical = {{}}
exec({canonical!r}, _canonical)


def check(candidate):
    for arguments in _json.loads({inputs!r}):
        got = candidate(*_copy.deepcopy(arguments))
        if {entry_point!r} == "find_zero":
            assert _is_zero(*arguments, got, {atol!r})
        else:
            expected = _canonical[{entry_point!r}](*_copy.deepcopy(arguments))
            assert _agrees(got, expected, {atol!r}), "another answer than the canonical solution's"
"""


def plus_test(canonical: str, entry_point: str, inputs: Sequence[list[Any]], atol: float) -> str:
    """Return a test that compares `entry_point` of a candidate and of the canonical program.

    The inputs travel as JSON, so that no value of them is code.
    """
    return _TEST.format(
        canonical=canonical, entry_point=entry_point, inputs=json.dumps(list(inputs)), atol=atol
    )
