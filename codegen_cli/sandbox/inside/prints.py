"""What a program printed last: the value of the first argument, kept outside its process."""

from __future__ import annotations

import contextlib
from typing import Any

from . import wire
from .encode import encode, opaque
from .slot import Slot

_MOST_VALUE = 1 << 14


class Prints:
    """A `print` for a program's own globals, so that only its own prints count.

    A value is kept as it is when it is printed. The items of an iterator are asked for only after
    the program's end, for asking empties it.
    """

    def __init__(self, slot: Slot) -> None:
        self._slot = slot
        self._iterator: Any = None
        self._print = print

    def print(self, *values: Any, **options: Any) -> None:
        """Print, and keep the first argument; without one nothing is kept."""
        self._iterator = None
        if not values:
            self._slot.clear()
        elif hasattr(type(values[0]), "__next__"):
            self._iterator = values[0]
        if values:
            self._keep(values[0], iterate=False)
        self._print(*values, **options)

    def finish(self) -> None:
        """Keep the items of an iterator that was printed last."""
        if self._iterator is not None:
            # It is still the program's code that runs here, and may raise anything.
            with contextlib.suppress(BaseException):
                self._keep(self._iterator, iterate=True)

    def _keep(self, value: Any, *, iterate: bool) -> None:
        try:
            self._slot.write(wire.dump(encode(value, _MOST_VALUE, iterate=iterate)))
        except ValueError:
            self._slot.write(wire.dump(opaque(value)))
