"""Requests in order, each asked for when its turn comes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, TypeVar

T = TypeVar("T")


class Waiting(Generic[T]):
    """Look at the next request before it is taken; None in the source is none for now."""

    def __init__(self, requests: Iterable[T | None]) -> None:
        self._source = iter(requests)
        self._first: T | None = None
        self._taken = 0

    def first(self) -> T | None:
        """Return the next request without taking it; None when there is none for now."""
        if self._first is None:
            self._first = next(self._source, None)
        return self._first

    def take(self) -> int:
        """Take the next request and return its number."""
        self._first = None
        self._taken += 1
        return self._taken - 1
