"""Expected outputs of the published file that are wrong, or that no program can be held to.

They are never edited: a score counts them as they are and says how many of its samples they
concern. Without the first four kinds the best possible is 547 of 575 cases.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from codegen_cli.program import Problem

#: "doubtful" golds can be met, by a program that reads the prompt as its author did.
Kind = Literal["not comparable", "data missing", "random", "wrong", "doubtful"]


@dataclass(frozen=True, slots=True)
class KnownBad:
    """Cases of one problem of the published file, counted from 0."""

    id: str
    name: str
    cases: tuple[int, ...]
    kind: Kind
    reason: str


_ALL = (0, 1, 2, 3, 4)

KNOWN_BAD = (
    KnownBad("41", "Majority vote", (1, 4), "not comparable", "the released rules refuse None"),
    KnownBad("89", "Group by key", _ALL, "not comparable", "the released rules refuse a dict"),
    KnownBad("38", "Load dataset", _ALL, "data missing", "reads a CSV file that is not published"),
    KnownBad(
        "46", "Pandas DF manipulation", _ALL, "data missing", "reads a CSV file not published"
    ),
    KnownBad("23", "Bootstrap 95% CI", (0, 1, 2, 3), "random", "a percentile of random resamples"),
    KnownBad("9", "Top note", (2,), "wrong", "John's 9 is the highest note, not Mike's 7"),
    KnownBad("31", "Max edge triangle", (0,), "wrong", "8 + 9 - 1 is 16, not 17"),
    KnownBad("45", "Simulate Backspace", (2,), "wrong", "the third @ meets an empty stack: '@t…'"),
    KnownBad("55", "Check array sum", (2,), "wrong", "the sum is -3, not -5, so 'False'"),
    KnownBad("56", "Merge sorted lists", (3,), "wrong", "the list holds 6, not 8"),
    KnownBad("87", "Remove outlier", (0,), "wrong", "100 is not above mean + 2 std, which is 100"),
    KnownBad("94", "Sum Collatz", (1,), "wrong", "the numbers from 9 sum to 339, not 55"),
    KnownBad("77", "Compare standard deviations", (2,), "doubtful", "39.5727… cut to 39.57"),
    KnownBad("81", "Z-statistic", _ALL, "doubtful", "mean / std without the root of n"),
    KnownBad("22", "Shift zeros", (4,), "doubtful", "False equals 0, but stays in the list"),
    KnownBad("66", "K nearest points", (0, 1, 4), "doubtful", "one point is not a list of one"),
    KnownBad("70", "Uncommon words", (2,), "doubtful", "words in one sentence, without full stops"),
    KnownBad("71", "Average words length", (0,), "doubtful", "'Tom...I' as one word or two"),
    KnownBad("91", "Sum positions", (3, 4), "doubtful", "the prompt shows '1' without its quotes"),
)


def known_bad(problems: Iterable[Problem]) -> dict[tuple[str, int], KnownBad]:
    """Return the known bad cases among these problems, by id and case.

    A problem of the same id and another name is somebody's own, and not meant.
    """
    names = {problem.id: problem.name for problem in problems}
    return {
        (bad.id, case): bad
        for bad in KNOWN_BAD
        if names.get(bad.id) == bad.name
        for case in bad.cases
    }
