"""JSON from files one does not trust."""

from __future__ import annotations

import json
from typing import NoReturn

from .wall import Malformed, shown


def json_object(text: bytes, what: str) -> dict[str, object]:
    """Parse UTF-8 JSON whose top is an object; a repeated key or NaN raises `Malformed`.

    json's own errors (ValueError, RecursionError) are left to the caller's wall.
    """
    value = json.loads(
        text.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse_constant
    )
    if not isinstance(value, dict):
        raise Malformed(f"is damaged: {what} is not a JSON object")
    return value


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result: dict[str, object] = {}
    for key, value in pairs:
        if key in result:  # readers disagree about which of the two counts
            raise Malformed(f"is damaged: {shown(key)} is there twice")
        result[key] = value
    return result


def _refuse_constant(text: str) -> NoReturn:
    raise Malformed(f"is damaged: {text} is not JSON")
