"""Turns that a user marked, by their ids in the tree: a mark stays with its turn."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from codegen_cli.program.fold import Wishes


@dataclass(frozen=True, slots=True)
class Marks:
    """Turns to be `pinned`, whole in every prompt, and turns to be `folded` whatever the room."""

    pinned: frozenset[int] = frozenset()
    folded: frozenset[int] = frozenset()

    def wishes(self, turns: Sequence[int]) -> Wishes:
        """Return what they mean for a program, of which these are the ids of the turns."""
        return Wishes(
            frozenset(numbers_of(turns, self.pinned)), frozenset(numbers_of(turns, self.folded))
        )

    def toggled(self, what: Literal["pinned", "folded"], ids: Iterable[int]) -> Marks:
        """Mark turns that are not marked so, and let go of those that are."""
        return replace(self, **{what: getattr(self, what) ^ frozenset(ids)})

    def follow(self, old: int, new: int) -> Marks:
        """Mark a turn as the one whose place it takes."""
        pinned, folded = (
            ids | {new} if old in ids else ids - {new} for ids in (self.pinned, self.folded)
        )
        return Marks(pinned, folded)

    def renamed(self, names: Mapping[int, int]) -> Marks:
        """Return the marks for turns that have other ids elsewhere; those without are left out."""
        pinned, folded = (
            frozenset(names[i] for i in ids if i in names) for ids in (self.pinned, self.folded)
        )
        return Marks(pinned, folded)


def numbers_of(turns: Sequence[int], ids: Collection[int]) -> tuple[int, ...]:
    """Return the numbers, from 1, of the turns with these ids."""
    return tuple(number for number, turn in enumerate(turns, 1) if turn in ids)
