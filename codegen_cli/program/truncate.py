"""Where a turn's completion ends: the released truncation rules, for texts and for streams."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Rule(str, Enum):
    """The rules that can end a turn (`truncate` in `codegen1/benchmark/mtpb_sample.py`)."""

    SECOND_PRINT = "second-print"
    SECOND_DEF = "second-def"
    COMMENT = "comment"
    END_OF_TEXT = "end-of-text"
    TRIPLE_SINGLE_QUOTE = "triple-single-quote"
    TRIPLE_DOUBLE_QUOTE = "triple-double-quote"
    BLANK_LINES = "blank-lines"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Truncation:
    """A completion in two parts, `text + cut`, and the rule (or stop string) that parted them.

    `rule` is None when nothing was cut.
    """

    text: str
    rule: str | None
    cut: str


_AT_LINE_START = {
    Rule.SECOND_PRINT: "print",
    Rule.SECOND_DEF: "def",
    Rule.COMMENT: "#",
    Rule.TRIPLE_SINGLE_QUOTE: "'''",
    Rule.TRIPLE_DOUBLE_QUOTE: '"""',
}
_ANYWHERE = {Rule.END_OF_TEXT: "<|endoftext|>", Rule.BLANK_LINES: "\n\n\n"}

#: A turn may hold one of each; only the next one ends it.
_FIRST_IS_FREE = frozenset({Rule.SECOND_PRINT, Rule.SECOND_DEF})


def _matcher() -> re.Pattern[str]:
    """Compile one pattern whose group names are the names of the rules."""
    rules = [f"(?P<{rule.name}>^{re.escape(word)})" for rule, word in _AT_LINE_START.items()]
    rules += [f"(?P<{rule.name}>{re.escape(word)})" for rule, word in _ANYWHERE.items()]
    return re.compile("|".join(rules), re.MULTILINE)


def _beginnings(word: str) -> str:
    """Match every proper beginning of a word."""
    return "|".join(re.escape(word[:size]) for size in range(1, len(word)))


def _unfinished_matcher() -> re.Pattern[str]:
    """Compile one pattern for an end of text that more text may turn into a match of a rule."""
    anchored = [(rule, "^", word) for rule, word in _AT_LINE_START.items() if len(word) > 1]
    floating = [(rule, "", word) for rule, word in _ANYWHERE.items()]
    rules = [
        f"(?P<{rule.name}>{anchor}(?:{_beginnings(word)})\\Z)"
        for rule, anchor, word in anchored + floating
    ]
    return re.compile("|".join(rules), re.MULTILINE)


_RULES = _matcher()
_UNFINISHED = _unfinished_matcher()
_LONGEST_UNFINISHED = max(map(len, [*_AT_LINE_START.values(), *_ANYWHERE.values()])) - 1


def _rule_of(match: re.Match[str]) -> Rule:
    return Rule[str(match.lastgroup)]


def _first_cut(
    text: str, start: int, met: set[Rule], ignored: frozenset[Rule]
) -> tuple[int, Rule] | None:
    """Find the first cut at or after `start`; the free matches passed on the way enter `met`."""
    for match in _RULES.finditer(text, start):
        rule = _rule_of(match)
        if rule in ignored:
            continue
        if rule not in _FIRST_IS_FREE or rule in met:
            return match.start(), rule
        met.add(rule)
    return None


def truncate(completion: str, ignored: frozenset[Rule] = frozenset()) -> Truncation:
    """Cut a completion where its turn ends, by all rules but the `ignored` ones.

    The released script (`codegen1/benchmark/mtpb_sample.py`) cuts at the second line that starts
    with `print`, what is left at the second that starts with `def`, and what is left of that at
    the first terminal pattern. No cut removes a match of another rule before it, so the three
    cuts end where the earliest of all of them is, and one scan finds it.
    """
    end, rule = _first_cut(completion, 0, set(), ignored) or (len(completion), None)
    return Truncation(completion[:end], rule, completion[end:])


class StopWatcher:
    """Truncate a completion while it streams in (the rules of `truncate`).

    `fired` is final as soon as it is set: two matches never overlap, and a match still unfinished
    at the end of the text reaches back over no finished one, so later text only adds later cuts.
    """

    def __init__(self, ignored: frozenset[Rule] = frozenset(), before: str = "") -> None:
        """Take the text that the completion goes on: no rule cuts in it, but its lines count."""
        self.fired: Rule | None = None
        self._ignored = ignored
        self._before = before[-1:]
        self._counted = {_rule_of(m) for m in _RULES.finditer(before)} & _FIRST_IS_FREE
        self._pieces: list[str] = []
        self._met: set[Rule] = set(self._counted)
        # The undecided end of the text, after one character of context for `^`.
        self._window = self._before
        self._undecided = len(self._before)  # where the undecided end begins in the window
        self._released = self._undecided  # up to where the window was handed out

    def feed(self, piece: str) -> str:
        """Take the next piece and return the text that no rule can cut any more."""
        self._pieces.append(piece)
        if self.fired is not None:
            return ""
        window = self._window + piece
        found = _first_cut(window, self._undecided, self._met, self._ignored)
        if found is not None:
            safe, self.fired = found
            return window[self._released : safe]
        safe, undecided = self._unfinished(window)
        fresh = window[self._released : safe]
        context = max(undecided - 1, 0)
        self._window = window[context:]
        self._undecided, self._released = undecided - context, safe - context
        return fresh

    def finish(self) -> Truncation:
        """Truncate everything that was fed."""
        text = "".join([self._before, *self._pieces])
        start = len(self._before)
        end, rule = _first_cut(text, start, set(self._counted), self._ignored) or (len(text), None)
        return Truncation(text[start:end], rule, text[end:])

    def _unfinished(self, window: str) -> tuple[int, int]:
        """Return where the safe text ends and where the next scan must begin."""
        start = max(self._undecided, len(window) - _LONGEST_UNFINISHED)
        match = _UNFINISHED.search(window, start)
        if match is None:
            return len(window), len(window)
        # The beginning of a free match must be scanned again, but it is safe to show.
        rule = _rule_of(match)
        free = rule in self._ignored or (rule in _FIRST_IS_FREE and rule not in self._met)
        return (len(window) if free else match.start()), match.start()
