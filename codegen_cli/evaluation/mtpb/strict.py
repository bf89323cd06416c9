"""When a printed value is the expected one in strict mode: it reads the same, or it is the same.

Against the released script's rules (`equivalence.py`): a number is not cut to a whole one, True is
not 1, neither a dict nor a string passes for a list, floats in lists have the tolerance too, None
and dicts can be expected, and a set has no order.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from codegen_cli.evaluation.mtpb.live import Ghost, Series, live
from codegen_cli.sandbox import Opaque, Value

_TOLERANCE = 1e-6
#: Objects whose text shows their items; a generator's does not.
_SHOWS_ITEMS = ("dict_keys", "dict_values", "dict_items", "deque", "Index")


def same(value: Value, gold: Any) -> bool:
    """Say whether a printed value is the expected one.

    It is when its text is that of the expected value, or reads as the expected number to within
    1e-6, or when it holds the same items: in order, or in any order for a set.
    """
    try:
        printed = _plain(value)
        text = str(printed)
        if text == str(gold) or _same(printed, gold):
            return True
        return isinstance(printed, (str, Ghost)) and _is_number(gold) and _close(float(text), gold)
    # Hostile values convert with any error.
    except Exception:
        return False


def _same(printed: Any, gold: Any) -> bool:
    if isinstance(gold, (list, tuple)):
        return _same_items(printed, gold)
    if isinstance(gold, dict):
        return _same_entries(printed, gold)
    if _is_number(gold):
        return _is_number(printed) and _close(printed, gold)
    return type(printed) is type(gold) and bool(printed == gold)


def _same_items(printed: Any, gold: list[Any] | tuple[Any, ...]) -> bool:
    if isinstance(printed, (set, frozenset)):
        rest = list(printed)
        return len(rest) == len(gold) and all(_take(rest, item) for item in gold)
    if not isinstance(printed, (list, tuple)) or len(printed) != len(gold):
        return False
    return all(map(_same, printed, gold))


def _take(rest: list[Any], wanted: Any) -> bool:
    """Remove one item that is the wanted one."""
    for position, item in enumerate(rest):
        if _same(item, wanted):
            del rest[position]
            return True
    return False


def _same_entries(printed: Any, gold: dict[str, Any]) -> bool:
    if not isinstance(printed, dict):
        return False
    # The keys of JSON are strings, whatever they were.
    entries = {str(key): item for key, item in printed.items()}
    return entries.keys() == gold.keys() and all(_same(entries[key], gold[key]) for key in gold)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _close(a: float, b: float) -> bool:
    return a == b or (math.isfinite(a) and abs(a - b) < _TOLERANCE)


def _plain(value: Value) -> Any:
    """Turn what numpy, pandas and views hold into lists and Python's own numbers."""
    if isinstance(value, Opaque):
        shows = value.items is not None and value.type.endswith(_SHOWS_ITEMS)
        return [_plain(item) for item in value.items or ()] if shows else Ghost(value)
    if type(value) in (list, tuple, set, frozenset):
        make: Callable[[list[Any]], Any] = type(value)
        return make([_plain(item) for item in value])
    if type(value) is dict:
        return {_plain(key): _plain(item) for key, item in value.items()}
    printed = live(value)
    if isinstance(printed, Series):
        return printed.array.tolist()
    return printed.tolist() if hasattr(printed, "tolist") else printed
