"""Conditionals: one text or another."""

from __future__ import annotations

from models.synthetic.operation import Operation, op

#: What is said when a condition holds, and when not.
_LABELS = (("yes", "no"), ("good", "bad"))
_TESTS = (
    ("even", "{x} % 2 == 0", "even"),
    ("positive", "{x} > 0", "positive"),
    ("large", "{x} > {k}", "[larger|greater|bigger] than {k}"),
    ("small", "{x} < {k}", "[smaller|less] than {k}"),
    ("divisible", "{x} % {k} == 0", "divisible by {k}"),
)


def _choice(yes: str, no: str) -> tuple[Operation, ...]:
    flag = op(
        f"say {yes} or {no}",
        "flag -> text",
        "answer",
        f'"{yes}" if {{x}} else "{no}"',
        n=(
            f'"{yes}" if {{x}} is [true|True|the case][,|] [and "{no}" otherwise|otherwise '
            f'"{no}"|else "{no}"]',
            f'"{no}" unless {{x}} is true, in which case "{yes}"',
        ),
        v=(
            f'[choose|pick|take] "{yes}" [if|when] {{x}} [is true|holds] and "{no}" '
            "[otherwise|if not]",
            f'translate {{x}} to "{yes}" for True and "{no}" for False',
        ),
    )
    numbers = (
        op(
            f"say {yes} if {name}",
            "number -> text",
            "answer",
            f'"{yes}" if {test} else "{no}"',
            n=(
                f'"{yes}" if {{x}} is {what}[,|] [and "{no}" otherwise|otherwise "{no}"|else '
                f'"{no}"]',
                f'"{no}" unless {{x}} is {what}, in which case "{yes}"',
            ),
            v=(
                f'[choose|pick|take] "{yes}" [if|when] {{x}} is {what} and "{no}" [otherwise|if '
                "not]",
                f'decide between "{yes}" and "{no}", the first if {{x}} is {what}',
            ),
            k="small" if "{k}" in test else "",
        )
        for name, test, what in _TESTS
    )
    return (flag, *numbers)


OPERATIONS: tuple[Operation, ...] = tuple(
    operation for yes, no in _LABELS for operation in _choice(yes, no)
)
