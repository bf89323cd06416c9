"""Sizes as users write them."""

from __future__ import annotations

import re

from codegen_cli.errors import UsageError

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "KI": 2**10, "MI": 2**20, "GI": 2**30}


def parse_bytes(option: str, text: str) -> int:
    """Return the size that an option was given, such as 512MB, 1.5GiB or 800000000, in bytes.

    Raises:
        UsageError: it is none.

    >>> parse_bytes("--budget", "1.5 GiB")
    1610612736
    """
    found = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([KMG]?I?)B?\s*", text.upper())
    count = int(float(found[1]) * _UNITS.get(found[2], 0)) if found else 0
    if count < 1:
        raise UsageError(f'{option} "{text}" is no size', "write it as 512MB or 1.5GiB")
    return count
