"""The speed of a batch while it is full."""

from __future__ import annotations

from collections.abc import Sequence


def steady_rate(times: Sequence[Sequence[float]]) -> float:
    """Return tokens a second of all sequences, from the time each of them has its token times.

    Counted are the rounds of the sequence that began last, from its first token until any sequence
    ends: evaluating prompts and the emptying batch stay out. 0 where that is no time at all.

    >>> steady_rate([[0.0, 1.0, 2.0, 3.0], [1.5, 2.5]])
    2.0
    """
    if not all(times):
        return 0.0
    reference = max(times, key=lambda moments: moments[0])
    end = min(moments[-1] for moments in times)
    rounds = [moment for moment in reference if moment <= end]
    if len(rounds) < 2:
        return 0.0
    first, last = rounds[0], rounds[-1]
    count = sum(first < moment <= last for moments in times for moment in moments)
    return count / (last - first)
