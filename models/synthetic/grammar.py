"""Wording patterns: `[a|b|]` chooses, `<name>` is a shared choice, and how splits divide them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from typing import Literal

Split = Literal["train", "validation", "test"]
#: How far a wording is from those of training: another choice in a known pattern, or a new pattern.
Distance = Literal["near", "far"]

MACROS = {
    "nums": "[numbers|elements|values|integers|items|entries]",
    "num": "[number|element|value|item|entry]",
    "words": "[words|strings|elements|items|entries]",
    "word": "[word|string|element|item|entry]",
    "chars": "[characters|letters|symbols]",
    "each": "[each|every]",
    "in": "[in|of|from]",
    "compute": "[compute|calculate|find|determine|get|work out|obtain]",
    "store": "[store|save|keep|put]",
    "the_result": "[the result|it|this|the outcome|the answer]",
    "as": "[as|in|to|under the name|in a variable named|in a variable called|in the variable|"
    "into|in a new variable named|as a variable named]",
    "print": "[print|print out|display|output|show]",
}

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_MACRO = re.compile(r"<(\w+)>")
#: One in this many expansions of a pattern is kept for testing, and as many for validation.
_RESERVED = 8


@cache
def expansions(pattern: str) -> tuple[str, ...]:
    """Return every text a pattern stands for, in order and without repeats."""
    texts = _inner(_MACRO.sub(lambda match: MACROS[match[1]], pattern))
    tidy = (" ".join(text.split()).replace(" ,", ",").replace(" .", ".") for text in texts)
    return tuple(dict.fromkeys(tidy))


def _inner(text: str) -> Iterator[str]:
    """Expand the innermost choices until none is left."""
    match = _CHOICE.search(text)
    if match is None:
        yield text
        return
    for choice in match[1].split("|"):
        yield from _inner(text[: match.start()] + choice + text[match.end() :])


def digest(text: str) -> int:
    """Return a number that depends on the text alone, on every machine."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def share(text: str, parts: int) -> int:
    """Return which of so many equal parts a text falls into."""
    return digest(text) % parts


def split_of(key: str) -> Split:
    """Return the split that owns a family: one in ten for testing, one in twenty to validate."""
    part = share(f"family {key}", 20)
    return "test" if part < 2 else "validation" if part == 2 else "train"


@cache
def wordings(
    patterns: tuple[str, ...], split: Split, distance: Distance = "near"
) -> tuple[str, ...]:
    """Return the wordings of one set of patterns that belong to a split.

    The last pattern of several is never used in training or validation: with `distance` "far" the
    test set uses it alone. Of the other patterns, one expansion in eight (at least one, by hash) is
    for the test set and as many for validation; the rest is for training.
    """
    known = frozenset(t for p in patterns[:-1] or patterns for t in expansions(p))
    if distance == "far" and split == "test" and len(patterns) > 1:
        return tuple(t for t in expansions(patterns[-1]) if t not in known)
    return divide(known, split)


@cache
def divide(texts: frozenset[str], split: Split) -> tuple[str, ...]:
    """Return the part of some wordings that a split owns, by their hashes."""
    ordered = sorted(texts, key=digest)
    kept = max(1, len(ordered) // _RESERVED)
    if split == "test":
        return tuple(ordered[:kept])
    return tuple(ordered[kept : 2 * kept] if split == "validation" else ordered[2 * kept :])
