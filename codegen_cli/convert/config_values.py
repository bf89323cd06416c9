"""Single values of a checkpoint's configuration, checked."""

from __future__ import annotations

import json
import math
from typing import Any

from codegen_cli.errors import CheckpointError


def size_of(
    raw: dict[str, Any],
    key: str,
    default: int | None = None,
    *,
    what: str = "config.json",
    hint: str = "is this a complete CodeGen config?",
) -> int:
    """Return one size of a configuration; null stands for the default.

    Raises:
        CheckpointError: it is missing or no positive number.
    """
    value = raw.get(key)
    if value is None and default is not None:
        return default
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**31:
        raise CheckpointError(
            f"{what}: {key} is {json.dumps(value)[:40]}, not a positive number", hint
        )
    return value


def number_of(raw: dict[str, Any], key: str, default: float) -> float:
    """Return a number above 0.

    Raises:
        CheckpointError: it is none.
    """
    value = raw.get(key, default)
    if not isinstance(value, (int, float)) or not math.isfinite(value) or value <= 0:
        raise CheckpointError(
            f"config.json: {key} is {json.dumps(value)[:40]}", "it must be above 0"
        )
    return float(value)
