"""Which runs answered the same problems; only those are comparable without a mark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from string import ascii_uppercase

from codegen_cli.evaluation.report.run import Run

Key = tuple[str, str, int, str]


def data_key(run: Run) -> Key:
    """Return what two runs must share to be comparable: benchmark, problems and scoring rules."""
    facts = run.manifest
    return (facts.benchmark, facts.data_sha256 or facts.data, facts.wanted, facts.mode)


def data_letters(runs: Sequence[Run]) -> list[str]:
    """Return the mark of each run's problems: empty for most runs, B, C … for the others.

    Runs of one benchmark with the same mark are comparable.
    """
    keys = [data_key(run) for run in runs]
    letters = []
    for key in keys:
        counts = Counter(other for other in keys if other[0] == key[0])
        # most_common keeps the order of appearance among equals.
        number = [other for other, _ in counts.most_common()].index(key)
        letters.append(_letter(number) if number else "")
    return letters


def _letter(number: int) -> str:
    """Return B for 1 … Z, then A2 …"""
    turn, place = divmod(number, len(ascii_uppercase))
    return ascii_uppercase[place] + (str(turn + 1) if turn else "")
