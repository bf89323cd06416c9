"""Small English: openers, capitals, full stops, the third person, two sentences in one."""

from __future__ import annotations

import random
import re

from models.synthetic.frames import OPENERS

#: Sentences that begin with one of these are no imperatives, and take no "please".
_NO_OPENER = frozenset(
    [
        "let",
        "what",
        "we",
        "i",
        "here",
        "you",
        "given",
        "in",
        "using",
        "from",
        "for",
        "begin",
        "consider",
        "this",
        "that",
        "the",
        "it",
    ]
)
_AFTER_STOP = re.compile(r"[.?] [a-z](?=[a-z]* )")


def sentence(text: str, rng: random.Random, *, starts: bool, named: bool) -> str:
    """Return a phrase as a sentence: an opener or none, a capital, usually a full stop.

    A program `starts` without "next" or "then"; what begins with a `named` variable keeps its case.
    """
    opener = rng.choice(("", "", "", "please ", "let's ") if starts else OPENERS)
    first = text.split()[0].lower()
    imperative = first.isalpha() and first not in _NO_OPENER and not named
    if opener and imperative:
        text = opener + text
    if rng.random() > 0.04 and not named:
        text = text[0].upper() + text[1:]
    text = _AFTER_STOP.sub(lambda match: match[0].upper(), text)
    return text if rng.random() < 0.1 or text[-1] in "?!." else text + "."


def joined(first: str, second: str, rng: random.Random) -> str:
    """Return two sentences as one step."""
    plain = first.rstrip(".")
    imperative = second.split()[0].lower().strip(",") not in (*_NO_OPENER, "now", "next", "please")
    link = rng.choice((". ", ". ", " and ", ", then ", ", and then ", "; "))
    if link == ". " or "?" in first or not imperative:
        return f"{first if first[-1] in '.?' else first + '.'} {second}"
    if link.endswith("then ") and second.lower().startswith(("then ", "let's ")):
        link = "; "
    return f"{plain}{link}{second[0].lower() + second[1:]}"


def third_person(verb: str) -> str:
    """Return an imperative as what someone does: "add up" becomes "adds up"."""
    first, _, rest = verb.partition(" ")
    if not first.isalpha():
        return f"will {verb}"
    if first.endswith("y") and first[-2] not in "aeiou":
        form = first[:-1] + "ies"
    elif first.endswith(("s", "x", "ch", "sh", "z", "o")):
        form = first + "es"
    else:
        form = first + "s"
    return f"{form} {rest}"
