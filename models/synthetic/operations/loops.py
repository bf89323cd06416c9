"""What is written as a loop over several lines."""

from __future__ import annotations

from models.synthetic.operation import Operation, op

_LOOP = "[loop over|iterate over|go through|for each <num> in]"


def _appended(name: str, expression: str, what: str, test: str = "", when: str = "") -> Operation:
    line = f"    if {test}:\n        {{y}}.append({expression})"
    body = line if test else f"    {{y}}.append({expression})"
    return op(
        f"loop {name}",
        "numbers -> numbers",
        "collected",
        f"{{y}} = []\nfor n in {{x}}:\n{body}",
        v=(
            f"[loop over|iterate over|go through] {{x}} and append {what}{when} to [a new|an "
            "empty] list",
            f"[start with|create|make] an empty list[,| and] [loop over|go through] {{x}} and "
            f"append {what}{when}",
            f"[use|write] a [for loop|loop] [over|through] {{x}} to [collect|gather] {what}{when}",
            f"fill a new list in a loop by visiting {{x}} and adding {what}{when}",
        ),
    )


def _summed(name: str, test: str, when: str) -> Operation:
    return op(
        f"loop sum {name}",
        "numbers -> number",
        "total",
        f"{{y}} = 0\nfor n in {{x}}:\n    if {test}:\n        {{y}} += n",
        v=(
            f"[loop over|iterate over|go through] {{x}} and [add up|sum] <each> <num> that is "
            f"{when}",
            f"[start with|start from] zero and add <each> <num> of {{x}} that is {when}",
            f"[use|write] a [for loop|loop] [over|through] {{x}} to [sum|add up] what is {when}",
            f"keep a running total over {{x}}, adding a <num> only when it is {when}",
        ),
    )


OPERATIONS: tuple[Operation, ...] = (
    _appended("squares", "n ** 2", "the square of [each|every] <num>"),
    _appended("doubles", "n * 2", "[twice|two times] [each|every] <num>"),
    _appended(
        "even", "n", "[each|every|the] <num>", "n % 2 == 0", " [that is|if it is|when it is] even"
    ),
    _appended(
        "odd", "n", "[each|every|the] <num>", "n % 2 != 0", " [that is|if it is|when it is] odd"
    ),
    _appended("positive", "n", "[each|every|the] <num>", "n > 0", " [that is|if it is] positive"),
    _appended(
        "even squares", "n ** 2", "the square of [each|every] <num>", "n % 2 == 0", " that is even"
    ),
    _summed("even", "n % 2 == 0", "even"),
    _summed("odd", "n % 2 != 0", "odd"),
    _summed("positive", "n > 0", "positive"),
    op(
        "loop new ones",
        "numbers -> numbers",
        "seen",
        "{y} = []\nfor n in {x}:\n    if n not in {y}:\n        {y}.append(n)",
        v=(
            "[loop over|iterate over|go through] {x} and append [each|every] <num> that is not "
            "[yet |already ]in a new list",
            "[use|write] a loop [over|through] {x} to collect [each|every] <num> [once|only once]",
            "walk along {x} and add a <num> to a fresh list only on its first visit",
        ),
    ),
    op(
        "loop running maximum",
        "numbers -> numbers",
        "peaks",
        "{y} = []\nfor n in {x}:\n    {y}.append(n if not {y} else max(n, {y}[-1]))",
        v=(
            "[loop over|iterate over|go through] {x} and append the largest <num> [so far|seen "
            "so far|up to then] to a new list",
            "[use|write] a loop [over|through] {x} to collect the [running|largest so far] maximum",
            "list the record held at each point while walking along {x}",
        ),
    ),
    op(
        "loop letters",
        "text -> text",
        "spaced",
        '{y} = ""\nfor c in {x}:\n    {y} += c + "-"',
        v=(
            "[loop over|go through|iterate over] the <chars> of {x} and [build|make] a string "
            "with a dash after each",
            "[use|write] a loop over {x} to put a dash [after|behind] [each|every] "
            "[character|letter]",
            "append the characters of {x}, one dash after each, to an empty string in a loop",
        ),
    ),
    op(
        "loop doubled letters",
        "text -> text",
        "doubled",
        '{y} = ""\nfor c in {x}:\n    {y} += c * 2',
        v=(
            "[loop over|go through|iterate over] the <chars> of {x} and [build|make] a string "
            "with each of them twice",
            "[use|write] a loop over {x} to [double|repeat] [each|every] [character|letter]",
            "append every character of {x} two times to an empty string in a loop",
        ),
    ),
    op(
        "loop fizz",
        "few_number -> words",
        "labels",
        '{y} = []\nfor n in range(1, {x} + 1):\n    {y}.append("fizz" if n % {k} == 0 else str(n))',
        v=(
            'for the [numbers|integers] from 1 to {x}, [append|collect] "fizz" for multiples '
            "of {k} and the number as a string [for all others|otherwise]",
            'list 1 to {x} as strings with "fizz" in place of what {k} divides',
        ),
        k="few_big",
    ),
)
