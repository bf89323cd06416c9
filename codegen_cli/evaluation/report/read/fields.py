"""Checked access to the fields of a JSON object from a file that nobody vouches for."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

from codegen_cli.errors import UsageError
from codegen_cli.evaluation.lines import read_text

#: A manifest or summary is small; the summary of 10,000 problems has about 1 MB.
_MOST_BYTES = 64 << 20

#: Longer names say nothing more and would break every table.
_MOST_CHARACTERS = 200

#: Seeds have 64 bits; nothing here counts further.
_MOST = 1 << 64


class Fields:
    """One JSON object; `where` begins the message of every error in it."""

    def __init__(self, values: Mapping[str, object], where: str = "") -> None:
        self.values = values
        self.where = where

    def wrong(self, name: str, problem: str) -> UsageError:
        """Return the error for a field."""
        return UsageError(f'{self.where}"{name}" {problem}', "restore the file or run again")

    def text(self, name: str, default: str | None = None) -> str:
        """Return a string, cut to a length that a table can show; `default` where it is absent."""
        value = self.values.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise self.wrong(name, "is not a string")
        text = value if len(value) <= _MOST_CHARACTERS else value[: _MOST_CHARACTERS - 1] + "…"
        return whole_text(text)

    def key(self, name: str) -> str:
        """Return a string that identifies something, whole."""
        value = self.values.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= _MOST_CHARACTERS:
            raise self.wrong(name, f"is not a string of 1 to {_MOST_CHARACTERS} characters")
        return whole_text(value)

    def count(self, name: str, least: int = 0) -> int:
        """Return a whole number."""
        value = self.optional_count(name, least)
        if value is None:
            raise self.wrong(name, "is missing")
        return value

    def optional_count(self, name: str, least: int = 0) -> int | None:
        """Return a whole number, or None where there is none."""
        value = self.values.get(name)
        if value is None:
            return None
        # bool is an int in Python, but `true` is no number in JSON.
        if not isinstance(value, int) or isinstance(value, bool) or not (least <= value < _MOST):
            raise self.wrong(name, f"is not a whole number of at least {least}")
        return value

    def number(self, name: str) -> float:
        """Return a finite number."""
        value = self.optional_number(name)
        if value is None:
            raise self.wrong(name, "is missing")
        return value

    def optional_number(self, name: str) -> float | None:
        """Return a finite number, or None where there is none."""
        value = self.values.get(name)
        return None if value is None else self._finite(name, value)

    def numbers(self, name: str) -> tuple[float, ...]:
        """Return a list of at least one finite number."""
        value = self.values.get(name)
        if not isinstance(value, list) or not value:
            raise self.wrong(name, "is not a list of numbers")
        return tuple(self._finite(name, item) for item in value)

    def truth(self, name: str) -> bool:
        """Return true or false."""
        value = self.values.get(name)
        if not isinstance(value, bool):
            raise self.wrong(name, "is neither true nor false")
        return value

    def inner(self, name: str) -> Fields:
        """Return an object; an absent one is empty."""
        value = self.values.get(name)
        if not isinstance(value, dict) and value is not None:
            raise self.wrong(name, "is not an object")
        return Fields(value or {}, f"{self.where}{name}: ")

    def objects(self, name: str) -> list[Fields]:
        """Return a list of objects; an absent one is empty."""
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.wrong(name, "is not a list of objects")
        return [Fields(item, f"{self.where}{name}[{i}]: ") for i, item in enumerate(value)]

    def _finite(self, name: str, value: object) -> float:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            try:
                number = float(value)
            except OverflowError:
                number = math.inf
            if math.isfinite(number):
                return number
        raise self.wrong(name, "is not a number")


def whole_text(text: str) -> str:
    """Replace halves of surrogate pairs, which JSON and file names can have and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode("utf-8")


def read_object(path: Path) -> Fields:
    """Read a JSON file whose top is an object; use it inside `naming`.

    Raises:
        UsageError: it is too large or no such file.
    """
    try:
        value = json.loads(read_text(path, _MOST_BYTES))
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise UsageError(f"not JSON: {reason}", "restore it or run again") from error
    if not isinstance(value, dict):
        raise UsageError("not a JSON object", "restore it or run again")
    return Fields(value)
