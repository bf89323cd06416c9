"""What may end a completion: the protocol of the stoppers, plain stop strings, and none at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from codegen_cli.errors import UsageError
from codegen_cli.program.truncate import StopWatcher, Truncation


class Stopper(Protocol):
    """Watch one completion stream; make a new one for each completion."""

    @property
    def fired(self) -> str | None:
        """Name the rule or stop string that ended the completion; final once set."""

    def feed(self, piece: str) -> str:
        """Take the next piece and return the text that is now certain to stay."""

    def finish(self) -> Truncation:
        """Truncate everything that was fed; its text begins with all that `feed` returned."""


class StopStrings:
    """Cut a completion before the stop string that starts first.

    Of two that start together the shorter is named. The result does not depend on how the text
    was split into pieces, so `fired` waits while a stop string that started earlier may complete.
    """

    def __init__(self, stops: Sequence[str]) -> None:
        """Raise UsageError for an empty stop string, which would end every completion."""
        if "" in stops:
            raise UsageError("a stop string is empty", "leave it out, or give it some text")
        self.fired: str | None = None
        self._stops = sorted(set(stops), key=lambda stop: (len(stop), stop))
        self._pattern = re.compile("|".join(map(re.escape, self._stops)) or r"(?!)")
        self._pieces: list[str] = []
        self._held = ""

    def feed(self, piece: str) -> str:
        """Take the next piece and return the text that no stop string can cut any more."""
        self._pieces.append(piece)
        if self.fired is not None:
            return ""
        text = self._held + piece
        safe = self._unfinished(text)
        match = self._pattern.search(text)
        if match is not None and match.start() <= safe:
            safe, self.fired = match.start(), match.group()
        self._held = text[safe:]
        return text[:safe]

    def finish(self) -> Truncation:
        """Truncate everything that was fed."""
        text = "".join(self._pieces)
        match = self._pattern.search(text)
        if match is None:
            return Truncation(text, None, "")
        return Truncation(text[: match.start()], match.group(), text[match.start() :])

    def _unfinished(self, text: str) -> int:
        """Return where the earliest stop string that more text may complete begins."""
        longest = len(self._stops[-1]) if self._stops else 0
        for start in range(max(0, len(text) - longest + 1), len(text)):
            rest = text[start:]
            if any(stop.startswith(rest) for stop in self._stops):
                return start
        return len(text)


class TurnStop:
    """Cut a turn before the first stop string, and what is left where a rule of the paper ends it.

    `before` is the code that the turn was made to begin with, which nothing cuts.
    """

    def __init__(self, stops: Sequence[str], before: str = "") -> None:
        """Raise UsageError for an empty stop string."""
        self._strings = StopStrings(stops)
        self._before = before
        self._rules = StopWatcher(before=before)

    @property
    def fired(self) -> str | None:
        """Name what ended the turn."""
        return self._rules.fired or self._strings.fired

    def feed(self, piece: str) -> str:
        """Take the next piece and return the text that is now certain to stay."""
        return self._rules.feed(self._strings.feed(piece))

    def finish(self) -> Truncation:
        """Truncate everything that was fed."""
        whole = self._strings.finish()
        rules = StopWatcher(before=self._before)
        rules.feed(whole.text)
        kept = rules.finish()
        return Truncation(kept.text, kept.rule or whole.rule, kept.cut + whole.cut)


def turn_stopper(stops: Sequence[str], before: str = "") -> Stopper:
    """Return what ends a turn: the paper's rules, and these texts if there are some."""
    return TurnStop(stops, before) if stops else StopWatcher(before=before)


class NoStop:
    """Let a completion run to its end."""

    def __init__(self) -> None:
        self.fired: str | None = None
        self._pieces: list[str] = []

    def feed(self, piece: str) -> str:
        """Take the next piece and return it."""
        self._pieces.append(piece)
        return piece

    def finish(self) -> Truncation:
        """Return everything that was fed, uncut."""
        return Truncation("".join(self._pieces), None, "")
