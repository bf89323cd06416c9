"""Guess the next tokens cheaply, so that one decode can confirm several of them.

Speculation never changes an answer: each position is sampled as without it, and a right guess only
saves the decode of a token that was drawn anyway. (Leviathan et al. 2023 for draft models; looking
up n-grams of the prompt is known as prompt lookup decoding.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

#: The longest and shortest run of tokens that is looked up.
_LONGEST, _SHORTEST = 6, 2


class Drafter(Protocol):
    """Guess what follows a line of tokens; made anew for each answer."""

    def observe(self, tokens: Sequence[int]) -> None:
        """Take the prompt, and then each token that was really drawn."""

    def draft(self, count: int) -> list[int]:
        """Return up to `count` guesses; none when there is nothing to go by."""


class NgramIndex:
    """What followed each run of tokens when it was last seen."""

    def __init__(self) -> None:
        self._line: list[int] = []
        self._next: dict[tuple[int, ...], int] = {}
        self._start = 0

    def new_text(self) -> None:
        """Begin another text: no run reaches over its border."""
        self._start = len(self._line)

    def extend(self, tokens: Sequence[int]) -> None:
        """Append tokens and note which runs they follow."""
        for token in tokens:
            end = len(self._line)
            for size in range(_SHORTEST, min(_LONGEST, end - self._start) + 1):
                self._next[tuple(self._line[end - size :])] = end
            self._line.append(token)

    def longest(self, tail: Sequence[int]) -> tuple[int, list[int]]:
        """Return the longest known run that ends `tail`, and all that came after it."""
        for size in range(min(_LONGEST, len(tail)), _SHORTEST - 1, -1):
            place = self._next.get(tuple(tail[-size:]))
            if place is not None:
                return size, self._line[place : place + 64]
        return 0, []

    @property
    def tail(self) -> list[int]:
        """Return the newest tokens."""
        return self._line[-_LONGEST:]


class NgramDrafter:
    """Guess that what followed the same run of tokens before follows it again.

    Programs repeat themselves: names, calls, the shape of a line. The longer run counts, and among
    equal ones the answer's own text before the user's files.
    """

    def __init__(self, files: NgramIndex | None = None) -> None:
        self._own = NgramIndex()
        self._files = files

    def observe(self, tokens: Sequence[int]) -> None:
        """Index the prompt, and then each token that was really drawn."""
        self._own.extend(tokens)

    def draft(self, count: int) -> list[int]:
        """Return what followed the longest known run that ends the line."""
        tail = self._own.tail
        size, guesses = self._own.longest(tail)
        if self._files is not None:
            other_size, others = self._files.longest(tail)
            if other_size > size:
                guesses = others
        return guesses[:count]


class DraftControl:
    """Choose how many tokens to guess, and stop guessing while it does not pay.

    The length doubles after a fully right guess and shrinks to what was right otherwise. Both kinds
    of step are timed: when guessing yields fewer tokens a second than plain steps, it pauses, each
    time for longer, until a trial pays. One control serves the answers of an engine in turn: most
    are too short to find out for themselves.
    """

    _MOST = 16
    _TRIAL = 6
    _PAUSES = (16, 512)
    #: What guessing must bring to go on: less than this is lost in the trials.
    _GAIN = 1.05

    def __init__(self) -> None:
        self._length = 4
        self._pause = 0
        self._next_pause = self._PAUSES[0]
        self._plain = _Rate()
        self._guessed = _Rate()

    def length(self, room: int) -> int:
        """Return how many tokens to guess now, at most `room`."""
        if self._pause > 0:
            self._pause -= 1
            return 0
        # Now and then a plain step, to know what it costs.
        if self._plain.steps * 8 <= self._guessed.steps:
            return 0
        return max(0, min(self._length, room))

    def note(self, guessed: int, right: int, tokens: int, seconds: float) -> None:
        """Learn from one step: guesses made, guesses right, tokens it gave, time it took."""
        (self._guessed if guessed else self._plain).add(tokens, seconds)
        if not guessed:
            return
        self._length = min(self._MOST, 2 * self._length) if right == guessed else max(1, right + 1)
        if self._guessed.steps < self._TRIAL:
            return
        shortest, longest = self._PAUSES
        if self._guessed.speed < self._GAIN * self._plain.speed:
            self._pause, self._next_pause = self._next_pause, min(longest, 2 * self._next_pause)
            self._guessed = _Rate()
        else:
            self._next_pause = shortest


class _Rate:
    """Tokens a second, the newest steps counting most."""

    def __init__(self) -> None:
        self.steps = 0
        self._tokens = self._seconds = 0.0

    def add(self, tokens: int, seconds: float) -> None:
        """Count one step."""
        self.steps += 1
        self._tokens = 0.9 * self._tokens + tokens
        self._seconds = 0.9 * self._seconds + seconds

    @property
    def speed(self) -> float:
        """Return tokens a second, 0 before the first step."""
        return self._tokens / self._seconds if self._seconds else 0.0
