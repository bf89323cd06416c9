"""Which runs answered the same problems; only those are comparable without a mark."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_uppercase

from codegen_cli.evaluation.report import paper
from codegen_cli.evaluation.report.run import Run

#: Benchmark, problems, how many of them, scoring rules.
Key = tuple[str, str, int, str]


def data_letters(runs: Sequence[Run]) -> list[str]:
    """Return the mark of each run's problems: empty for the paper's, B, C … for others.

    Runs of one benchmark with the same mark are comparable; those without one also with the
    published figures.
    """
    others: dict[str, list[Key]] = {}
    letters = []
    for run in runs:
        known = others.setdefault(run.manifest.benchmark, [])
        key = _key(run)
        if not _papers(run) and key not in known:
            known.append(key)
        letters.append(_letter(known.index(key) + 1) if key in known else "")
    return letters


def _key(run: Run) -> Key:
    facts = run.manifest
    return (facts.benchmark, facts.data_sha256 or facts.data, facts.wanted, facts.mode)


def _papers(run: Run) -> bool:
    facts = run.manifest
    whole = facts.wanted == facts.problems
    return whole and facts.mode != "strict" and facts.data_sha256 in paper.DATA[facts.benchmark]


def _letter(number: int) -> str:
    """Return B for 1 … Z, then A2 …"""
    turn, place = divmod(number, len(ascii_uppercase))
    return ascii_uppercase[place] + (str(turn + 1) if turn else "")
