"""The adapters that `--lora` names."""

from __future__ import annotations

import math
from pathlib import Path

from codegen_cli.errors import UsageError
from codegen_cli.settings import Lora


def adapters(values: list[str] | None) -> tuple[Lora, ...]:
    """Return the adapters that `--lora` gives: FILE or FILE:SCALE.

    Raises:
        UsageError: a scale is no number.
    """
    return tuple(_adapter(value) for value in values or [])


def _adapter(value: str) -> Lora:
    path, colon, scale = value.rpartition(":")
    if not colon or Path(value).is_file():
        return Lora(Path(value))
    try:
        factor = float(scale)
    except ValueError:
        factor = math.nan
    if not math.isfinite(factor):
        raise UsageError(f'--lora "{value}" has no scale after the colon', "try FILE or FILE:0.5")
    return Lora(Path(path), factor)
