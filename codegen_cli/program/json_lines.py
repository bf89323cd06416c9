"""One JSON object a line, with checked access to its fields."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from codegen_cli.errors import UsageError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Record:
    """The fields of one line; every method raises UsageError naming the line and the field."""

    fields: Mapping[str, object]
    line: int

    def wrong(self, name: str, problem: str) -> UsageError:
        """Return the error that a field deserves."""
        return UsageError(f'line {self.line}: "{name}": {problem}')

    def items(self, name: str, kind: type[T], kinds: str) -> tuple[T, ...]:
        """Return a list that is not empty."""
        value = self._required(name)
        if not isinstance(value, list) or not value:
            raise self.wrong(name, f"not a list of {kinds}")
        for position, item in enumerate(value):
            if not isinstance(item, kind):
                raise self.wrong(name, f"item {position} is not one of the {kinds} expected")
        return tuple(value)

    def text(self, name: str) -> str:
        """Return a string that must be there."""
        value = self._required(name)
        if not isinstance(value, str):
            raise self.wrong(name, "not a string")
        return value

    def string(self, name: str) -> str:
        """Return a string, empty where the field is missing."""
        return self.text(name) if name in self.fields else ""

    def positive(self, name: str) -> int | None:
        """Return a positive whole number, None where it is missing or null."""
        value = self.fields.get(name)
        if value is None:
            return None
        # bool is an int in Python, but `true` is no number in JSON.
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self.wrong(name, "not a positive whole number")
        return value

    def number(self, name: str) -> float | None:
        """Return a number, None where it is missing or null."""
        value = self.fields.get(name)
        if value is None:
            return None
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            raise self.wrong(name, "not a number")
        return value

    def identifier(self, name: str) -> str:
        """Return a string or whole number as a string, the line's number where it is missing."""
        value = self.fields.get(name, self.line)
        if not isinstance(value, (str, int)) or isinstance(value, bool):
            raise self.wrong(name, "not a string or whole number")
        return str(value)

    def _required(self, name: str) -> object:
        if name not in self.fields:
            raise self.wrong(name, "the field is missing")
        return self.fields[name]


def parse_record(line: str, number: int) -> Record:
    """Read one line.

    Raises:
        UsageError: it is no JSON object.
    """
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as exc:
        reason = "it is nested too deeply" if isinstance(exc, RecursionError) else str(exc)
        raise UsageError(f"line {number}: not JSON: {reason}", "one JSON object a line") from exc
    if not isinstance(fields, dict):
        raise UsageError(f"line {number}: not a JSON object", "one JSON object a line")
    return Record(fields, number)
