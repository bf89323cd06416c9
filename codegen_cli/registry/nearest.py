"""The known name that a wrong one is nearest to."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str], cutoff: float = 0.5) -> str:
    """Return a question with the nearest known name, "" where none is as near as `cutoff`."""
    by_lower = {item.lower(): item for item in known}
    near = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=cutoff)
    return f"did you mean {by_lower[near[0]]}? " if near else ""
