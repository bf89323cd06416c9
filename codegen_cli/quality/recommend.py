"""Choose a type for a memory budget."""

from __future__ import annotations

import re
from collections.abc import Sequence

from codegen_cli.errors import UsageError
from codegen_cli.quality.measure import Quality

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "KI": 2**10, "MI": 2**20, "GI": 2**30}


def recommend(measured: Sequence[Quality], budget: int) -> Quality | None:
    """Return the model nearest to the reference that fits `budget` bytes; None when none does."""
    fitting = [quality for quality in measured if quality.memory <= budget]
    return min(fitting, key=lambda q: (q.distance.kl_mean, q.memory), default=None)


def parse_bytes(text: str) -> int:
    """Return a size such as 512MB, 1.5GiB or 800000000 in bytes.

    Raises:
        UsageError: it is none.

    >>> parse_bytes("1.5 GiB")
    1610612736
    """
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([KMG]?I?)B?\s*", text.upper())
    if found is None or found[2] not in _UNITS:
        raise UsageError(f'"{text}" is no size', "write it as 512MB or 1.5GiB")
    return int(float(found[1]) * _UNITS[found[2]])
