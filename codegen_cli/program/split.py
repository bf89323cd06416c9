"""One long step as several short ones, by rules; whether to use them is the user's choice."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: What a part must begin with to be a step of its own: the imperative verbs of such steps.
_VERB = re.compile(
    r"""(?:
    add | append | apply | arrange | ask | assign | build | calculate | call | capitalize |
    change | check | clean | close | collect | combine | compare | compute | concatenate |
    convert | copy | count | create | define | delete | determine | display | divide | double |
    draw | drop | enter | evaluate | extract | fetch | fill | filter | find | flatten | format |
    generate | get | give | group | import | increase | initialize | insert | iterate | join |
    keep | list | load | loop | lowercase | make | map | match | measure | merge | move |
    multiply | name | normalize | open | order | output | parse | pick | plot | pop | print |
    put | raise | read | remove | rename | repeat | replace | report | return | reverse | round
    | run | save | scale | search | select | set | show | shuffle | sort | split | square |
    store | subtract | sum | swap | take | tell | test | transform | trim | turn | update |
    uppercase | use | validate | walk | write | zip
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)

#: Quoted text is data of the step: nothing in it parts anything.
_QUOTED = re.compile(r"\"[^\"\n]*\"|`[^`\n]*`|(?<!\w)'[^'\n]*'(?!\w)|[\[({][^\[\](){}\n]*[\])}]")

#: Where one thing to do ends and another may begin. A full stop needs a space and a capital behind
#: it, so that "3.5", "e.g. x" and "np.sum" part nothing.
_JOINT = re.compile(
    r"[.!]\s+(?=[A-Z])|\s*;\s*|\s*,?\s+(?:and\s+)?(?:then|afterwards)\s+|\s*,?\s+and\s+|\s*\n\s*"
)

_LEADING = re.compile(r"\A(?:and|then|next|finally|also|first)\b[\s,]*", re.IGNORECASE)


def split_step(step: str) -> tuple[str, ...]:
    """Return the steps that a step seems to ask for, in order; a single one where it is one.

    It is parted at sentence ends, line ends, ";", "then" and "and", but only before a verb that
    asks for something: "the first and the last name" stays whole. Quoted text and what stands in
    brackets is never parted. No word but the joints gets lost.
    """
    masked = _QUOTED.sub(lambda match: "\0" * len(match.group()), step)
    parts, start = [], 0
    for match in _JOINT.finditer(masked):
        if _begins_step(masked[match.end() :]) and masked[start : match.start()].strip():
            parts.append(step[start : match.start()])
            start = match.end()
    parts.append(step[start:])
    if len(parts) == 1:
        return (step,)
    return tuple(_sentences(parts))


def _begins_step(rest: str) -> bool:
    return _VERB.match(_LEADING.sub("", rest.lstrip())) is not None


def _sentences(parts: list[str]) -> Iterator[str]:
    for part in parts:
        text = _LEADING.sub("", part.strip()).strip()
        text = text[:1].upper() + text[1:]
        yield text if text.endswith((".", "!", "?", ":")) else f"{text}."
