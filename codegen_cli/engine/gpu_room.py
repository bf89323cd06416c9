"""Count layers into GPUs: what fits where, by shares or one GPU after the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from codegen_cli.engine.memory_need import MemoryNeed

Counts = tuple[int, ...]


class GPURoom:
    """The bytes that each GPU offers (`budgets`), and those that the layers of a model take.

    `shares` fixes how layers are divided; without it they go by budget.
    """

    def __init__(
        self, budgets: Sequence[int], need: MemoryNeed, shares: Sequence[float] = ()
    ) -> None:
        self._budgets, self._need = budgets, need
        self._sizes = [*(block + need.kv for block in need.blocks), need.output]
        self._fixed = bool(shares)
        by_budget = [float(b) for b in budgets] if any(budgets) else [1.0] * len(budgets)
        self._shares = [*shares, *[0.0] * (len(budgets) - len(shares))] if shares else by_budget

    def most(self) -> Counts:
        """Return the counts of the largest number of layers that fits."""
        for layers in range(self._need.layers, 0, -1):
            if (counts := self.fitting(layers)) is not None:
                return counts
        return (0,) * len(self._budgets)

    def fitting(self, layers: int) -> Counts | None:
        """Return counts with which so many layers fit: evenly filled GPUs where possible."""
        candidates = [self.by_share(layers)]
        if not self._fixed:
            candidates.append(self._filled(layers))
        return next((c for c in candidates if sum(c) == layers and self._fits(c)), None)

    def by_share(self, layers: int) -> Counts:
        """Return counts by the shares alone, whether they fit or not."""
        return by_share(layers, self._shares)

    def taken(self, counts: Counts) -> list[int]:
        """Return the bytes that so many layers take on each GPU, 0 where there are none."""
        start, taken = len(self._sizes) - sum(counts), []
        for count in counts:
            layers = sum(self._sizes[start : start + count])
            taken.append(layers + self.overhead(sum(counts)) if count else 0)
            start += count
        return taken

    def overhead(self, layers: int) -> int:
        """Return the bytes of buffers on each GPU in use when so many layers are on GPUs."""
        staging = self._need.staging if layers < self._need.layers else 0
        return self._need.compute + staging

    def _fits(self, counts: Counts) -> bool:
        return all(t <= b for t, b in zip(self.taken(counts), self._budgets, strict=True))

    def _filled(self, layers: int) -> Counts:
        """Fill one GPU after the other: layers of uneven size can fit only so."""
        sizes, counts = self._sizes[len(self._sizes) - layers :], []
        for budget in self._budgets:
            ends = list(accumulate(sizes, initial=self.overhead(layers)))
            counts.append(max(bisect_right(ends, budget) - 1, 0))
            sizes = sizes[counts[-1] :]
        return tuple(counts)


def by_share(layers: int, shares: Sequence[float]) -> Counts:
    """Return how many of `layers` each device gets by llama.cpp's rule.

    Layer k of n goes to the first device at which the summed shares exceed k/n.

    >>> by_share(21, (0.6, 0.4))
    (13, 8)
    """
    total = sum(shares)
    ends = [end / total for end in accumulate(shares)]
    homes = [bisect_right(ends, k / layers) for k in range(layers)]
    return tuple(homes.count(device) for device in range(len(shares)))
