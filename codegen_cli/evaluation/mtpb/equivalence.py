"""When a printed value counts as the expected one in the released script, quirk for quirk.

`check_equivalence` of `codegen1/benchmark/mtpb_exec.py`: the printed object is converted to the
type of the expected one, so that 3.7 passes for 3 and a dict for the list of its keys; floats
inside lists are compared exactly; None and dicts can never be expected.
"""

from __future__ import annotations

import warnings
from typing import Any

from codegen_cli.evaluation.mtpb.live import Series, live
from codegen_cli.sandbox import Array, Value

#: The numpy types that the script names; others meet the conversion to the expected type.
_WHOLE = frozenset({"uint8", "int16", "int32", "int64"})
_FLOATING = frozenset({"float16", "float32", "float64"})
_COMPARED = (str, int, set, list, bool, tuple)


def equivalent(value: Value, gold: Any) -> bool:
    """Say whether a printed value passes for the expected one; what raises does not."""
    try:
        with warnings.catch_warnings():
            # numpy warns of strange comparisons.
            warnings.simplefilter("ignore")
            return _check(value, gold)
    # Hostile values convert with any error; the script takes each for a failure.
    except Exception:
        return False


def _check(value: Value, gold: Any) -> bool:
    printed = _plain(value)
    if isinstance(printed, Series):
        import numpy as np

        return bool(np.allclose(printed.array, np.array(gold)))
    if type(printed) is not type(gold):
        if type(gold) is bool:
            printed, gold = str(printed), str(gold)
        else:
            printed = type(gold)(printed)
    if type(printed) in _COMPARED:
        return bool(printed == gold)
    if type(printed) is float:
        return bool(abs(printed - gold) < 1e-6)
    raise TypeError(f"{type(printed)} is not compared")


def _plain(value: Value) -> Any:
    """Turn tuples in a list and what numpy makes into Python's own, as far as the script does."""
    printed = live(value)
    if type(printed) is list and printed and type(printed[0]) is tuple:
        return [list(item) for item in printed]
    if not isinstance(value, Array) or value.kind == "series":
        return printed
    if value.kind == "array":
        return printed.tolist()
    if value.dtype in _WHOLE:
        return int(printed)
    if value.dtype in _FLOATING:
        return float(printed)
    return bool(printed) if value.dtype == "bool" else printed
