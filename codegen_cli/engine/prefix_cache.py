"""Which tokens the KV cache holds, so that nothing is evaluated twice.

Every text evaluated before stays as a sequence until its cells are needed. A new prompt continues
the sequence with which it has the most tokens in common; where it would overwrite the rest of that
one, it branches off and shares the cells of the common part. Undo, retry, edit and branch of a
program are all this one lookup.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import count
from typing import Protocol

from codegen_cli.errors import ContextFull


class Memory(Protocol):
    """The two operations on the real cache, and its size."""

    cells: int
    sequences: int

    def remove(self, sequence: int, start: int = 0) -> None:
        """Drop a sequence's tokens from a position on."""

    def share(self, source: int, target: int, length: int) -> None:
        """Let a second sequence have the first tokens of another."""


class Sequence:
    """A line of tokens in the cache; `cells` names the cache cell of each."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.tokens: list[int] = []
        self.cells: list[int] = []
        self.last_used = 0
        self.in_use = False


class PrefixCache:
    """The sequences of one KV cache, counted in cells; the least recently used one makes room."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._free = list(range(memory.sequences - 1, -1, -1))
        self._sequences: list[Sequence] = []
        self._references: Counter[int] = Counter()
        self._cell_names = count()
        self._clock = count(1)

    @property
    def used_cells(self) -> int:
        """Count the cells that hold a token; shared ones count once."""
        return len(self._references)

    def common(self, tokens: list[int]) -> int:
        """Return how many first tokens of a prompt need no evaluation."""
        return self._best(tokens)[1]

    def acquire(self, tokens: list[int], room: int) -> Sequence:
        """Return a sequence that holds the longest known prefix of `tokens`, and nothing else.

        `room` more cells are made free for it. It stays untouched until it is released.

        Raises:
            ContextFull: sequences in use leave too little room.
        """
        best, length = self._best(tokens)
        if best is None:
            sequence = self._new(keep=None)
        elif best.in_use or (length < len(best.tokens) and self._can_branch(best, room)):
            sequence = self._branch(best, length)
        else:
            sequence = best
            self.cut(sequence, length)
        sequence.in_use = True
        sequence.last_used = next(self._clock)
        try:
            self._make_room(room)
        except ContextFull:
            sequence.in_use = False
            raise
        return sequence

    def restore(self, tokens: list[int], fill: Callable[[int], bool]) -> bool:
        """Take in a line that was evaluated before; `fill` puts it into a sequence's cells.

        False, and nothing is changed, where it does not fit what is free or `fill` says so.
        """
        if self.used_cells + len(tokens) > self._memory.cells or not self._free:
            return False
        if not fill(self._free[-1]):
            return False
        sequence = self._new(keep=None)
        self.append(sequence, list(tokens))
        self.release(sequence)
        return True

    def release(self, sequence: Sequence) -> None:
        """Keep a sequence for later prompts, as long as nobody needs its cells."""
        sequence.in_use = False
        sequence.last_used = next(self._clock)

    def append(self, sequence: Sequence, tokens: list[int]) -> None:
        """Note that tokens were evaluated at the end of a sequence."""
        cells = [next(self._cell_names) for _ in tokens]
        self._references.update(cells)
        sequence.tokens += tokens
        sequence.cells += cells

    def cut(self, sequence: Sequence, length: int) -> None:
        """Drop a sequence's tokens from `length` on."""
        if length >= len(sequence.tokens):
            return
        self._memory.remove(sequence.number, length)
        self._unreference(sequence.cells[length:])
        del sequence.tokens[length:], sequence.cells[length:]

    def forget(self) -> None:
        """Drop every sequence that is not in use."""
        for sequence in [s for s in self._sequences if not s.in_use]:
            self._drop(sequence)

    def fits(self, prompt: list[int], cells: int, reserved: int = 0) -> bool:
        """Say whether a prompt that needs `cells` in all fits beside the sequences in use.

        `reserved` cells more are promised to those.
        """
        best, known = self._best(prompt)
        held = {cell for seq in self._sequences if seq.in_use for cell in seq.cells}
        held.update(best.cells[:known] if best else ())
        return len(held) + reserved + cells - known <= self._memory.cells

    def _best(self, tokens: list[int]) -> tuple[Sequence | None, int]:
        """Return the sequence with the longest common prefix, and that length.

        At a tie it is one that is not in use and, better still, ends there: no need to branch.
        """
        best, best_rank = None, (1, False, False)
        for sequence in self._sequences:
            same = common_prefix(sequence.tokens, tokens)
            rank = (same, not sequence.in_use, same == len(sequence.tokens))
            if rank >= best_rank:
                best, best_rank = sequence, rank
        return best, best_rank[0] if best else 0

    def _can_branch(self, best: Sequence, room: int) -> bool:
        """Say whether the rest of a sequence can stay beside what is to come."""
        return self.used_cells + room <= self._memory.cells and (
            bool(self._free) or any(s is not best and not s.in_use for s in self._sequences)
        )

    def _branch(self, source: Sequence, length: int) -> Sequence:
        sequence = self._new(keep=source)
        self._memory.share(source.number, sequence.number, length)
        sequence.tokens = source.tokens[:length]
        sequence.cells = source.cells[:length]
        self._references.update(sequence.cells)
        return sequence

    def _new(self, keep: Sequence | None) -> Sequence:
        if not self._free:
            self._evict(keep)
        sequence = Sequence(self._free.pop())
        self._sequences.append(sequence)
        return sequence

    def _make_room(self, cells: int) -> None:
        while self.used_cells + cells > self._memory.cells:
            self._evict(keep=None)

    def _evict(self, keep: Sequence | None) -> None:
        idle = [s for s in self._sequences if not s.in_use and s is not keep]
        if not idle:
            raise ContextFull(
                f"the KV cache of {self._memory.cells} tokens is full", "use a larger --ctx"
            )
        self._drop(min(idle, key=lambda s: s.last_used))

    def _drop(self, sequence: Sequence) -> None:
        self._memory.remove(sequence.number)
        self._unreference(sequence.cells)
        self._sequences.remove(sequence)
        self._free.append(sequence.number)

    def _unreference(self, cells: list[int]) -> None:
        for cell in cells:
            self._references[cell] -= 1
            if not self._references[cell]:
                del self._references[cell]


def common_prefix(left: list[int], right: list[int]) -> int:
    """Return how many first tokens two lines share.

    >>> common_prefix([1, 2, 3], [1, 2, 4, 5])
    2
    """
    limit = min(len(left), len(right))
    if left[:limit] == right[:limit]:
        return limit
    return next(i for i in range(limit) if left[i] != right[i])
