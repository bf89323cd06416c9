"""The phrases of benchmarks, and where they occur in a text.

A phrase is `words` words in a row (letters, digits and _, in lower case). A statement of fewer
words counts as a whole, if it has eight or more: shorter ones are everyday language. So are runs of
numbers and single letters: half of a phrase's words must be different real words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

_WORD = re.compile(r"\w+")

#: Words of the shortest statement that counts, and of the key under which phrases are found.
SHORTEST = 8


class Overlap(NamedTuple):
    """A problem of a benchmark, and the phrase that a text shares with it."""

    problem: str
    phrase: str


@dataclass(slots=True)
class Phrases:
    """Phrases by their first words."""

    words: int
    by_start: dict[str, list[tuple[list[str], str]]] = field(default_factory=dict)
    first: set[str] = field(default_factory=set)

    def add(self, problem: str, statement: str) -> None:
        """Add the phrases of a statement of a problem."""
        words = words_of(statement)
        length = min(self.words, max(len(words), SHORTEST))
        for i in range(len(words) - length + 1):
            phrase = words[i : i + length]
            if not _is_telling(phrase):
                continue
            key = " ".join(phrase[:SHORTEST])
            entries = self.by_start.setdefault(key, [])
            if all(other != phrase or name != problem for other, name in entries):
                entries.append((phrase, problem))
            self.first.add(phrase[0])

    def overlaps(self, text: str) -> Iterator[Overlap]:
        """Yield the first overlap of a text with each problem that it has one with."""
        words = words_of(text)
        seen: set[str] = set()
        first, by_start = self.first, self.by_start
        for i, word in enumerate(words):
            if word not in first:
                continue
            for phrase, problem in by_start.get(" ".join(words[i : i + SHORTEST]), ()):
                if problem not in seen and words[i : i + len(phrase)] == phrase:
                    seen.add(problem)
                    yield Overlap(problem, " ".join(phrase))


def _is_telling(phrase: list[str]) -> bool:
    real = {word for word in phrase if len(word) > 1 and not word[0].isdigit()}
    return 2 * len(real) >= len(phrase)


def words_of(text: str) -> list[str]:
    """Return the words of a text."""
    return _WORD.findall(text.lower())


def phrases_of(statements: Iterable[tuple[str, str]], words: int) -> Phrases:
    """Return the phrases of statements, each with the name of its problem."""
    found = Phrases(words)
    for problem, statement in statements:
        found.add(problem, statement)
    return found
