"""What lists of numbers and of words have in common."""

from __future__ import annotations

from models.synthetic.operation import Operation, op


def _lists(kind: str, one: str) -> tuple[Operation, ...]:
    items = "<nums>" if kind == "numbers" else "<words>"
    item = "<num>" if kind == "numbers" else "<word>"
    order, other = (
        ("[ascending|increasing|rising] order", "[descending|decreasing|falling] order")
        if kind == "numbers"
        else (
            "[alphabetical|alphabetic|ascending] order",
            "[reverse alphabetical|descending] order",
        )
    )
    up = "smallest to largest" if kind == "numbers" else "A to Z"
    down = "largest to smallest" if kind == "numbers" else "Z to A"
    return (
        op(
            f"sort {kind}",
            f"{kind} -> {kind}",
            "ordered",
            "sorted({x})",
            n=(
                f"{{x}} [sorted|ordered|arranged] in {order}",
                f"[the |][sorted|ordered] {items} <in> {{x}}",
                f"the {items} of {{x}} from {up}",
            ),
            v=(
                f"[sort|order|arrange] {{x}} in {order}",
                "[sort|order] {x}",
                f"[sort|order|arrange] [all |][the ]{items} of {{x}} from {up}",
                f"put {{x}} into {order}",
            ),
        ),
        op(
            f"sort {kind} down",
            f"{kind} -> {kind}",
            "descending",
            "sorted({x}, reverse=True)",
            n=(f"{{x}} [sorted|ordered|arranged] in {other}", f"the {items} of {{x}} from {down}"),
            v=(
                f"[sort|order|arrange] {{x}} in {other}",
                f"[sort|order|arrange] [all |][the ]{items} of {{x}} from {down}",
                f"bring {{x}} into {other}",
            ),
        ),
        op(
            f"reverse {kind}",
            f"{kind} -> {kind}",
            "backwards",
            "{x}[::-1]",
            n=(
                f"[all |]the {items} <in> {{x}} in reverse[d|] order",
                "{x} [reversed|in reverse|in reverse order|back to front]",
                "{x} starting with the last and ending with the first",
            ),
            v=(
                "[reverse|flip|invert] the order of [the |][all |]" + items + " <in> {x}",
                "[reverse|flip|turn around] {x}",
                f"read the {items} of {{x}} backwards",
            ),
        ),
        op(
            f"unique {kind}",
            f"{kind} -> {kind}",
            "unique",
            "sorted(set({x}))",
            n=(
                f"[the |]sorted [unique|distinct|different] {items} <in> {{x}}",
                f"the [unique|distinct|different] {items} <in> {{x}} in {order}",
                f"{{x}} in {order} with each {item} only once",
            ),
            v=(
                "[remove|drop|delete] [the |all |][duplicates|repeats] from {x} and sort what "
                "[is left|remains]",
                f"[collect|list] the [unique|distinct|different] {items} of {{x}} in {order}",
                f"sort {{x}} keeping one copy of each {item}",
            ),
        ),
        op(
            f"dedupe {kind}",
            f"{kind} -> {kind}",
            "deduplicated",
            "list(dict.fromkeys({x}))",
            n=(
                "{x} without [duplicates|repeats|repetitions|repeated " + items + "]",
                f"{{x}} with every {item} kept only the first time",
            ),
            v=(
                "[remove|drop|delete|eliminate] [the |all |any |][duplicates|repeats|repeated "
                + items
                + "] from {x}",
                "deduplicate {x}",
                f"make every {item} of {{x}} appear just once, keeping the order",
            ),
        ),
        op(
            f"count unique {kind}",
            f"{kind} -> number",
            "distinct",
            "len(set({x}))",
            n=(
                f"the [number|count] of [unique|distinct|different] {items} <in> {{x}}",
                f"how many [unique|distinct|different] {items} {{x}} has",
                f"how many {items} {{x}} has when repeats are ignored",
            ),
            v=(
                f"count [the |all |][unique|distinct|different] {items} <in> {{x}}",
                f"count the {items} of {{x}}, each {item} once",
            ),
        ),
        op(
            f"length of {kind}",
            f"{kind} -> number",
            "length",
            "len({x})",
            n=(
                "the [length|size] of {x}",
                f"the number of {items} <in> {{x}}",
                f"how many {items} [there are in {{x}}|{{x}} has|{{x}} contains]",
                "how long {x} is",
            ),
            v=(f"count [all |][the ]{items} <in> {{x}}", f"see how many {items} {{x}} holds"),
        ),
        op(
            f"frequencies of {kind}",
            f"{kind} -> table",
            "counts",
            "{y} = {{}}\nfor item in {x}:\n    {y}[item] = {y}.get(item, 0) + 1",
            n=(
                f"a [dictionary|dict] of how [often|many times] <each> {item} [occurs|appears] "
                f"in {{x}}",
                f"a [dictionary|dict] [with|of] the [count|frequency] of <each> {item} <in> {{x}}",
                f"a mapping from the {items} of {{x}} to their counts",
            ),
            v=(
                f"count how [often|many times] <each> {item} [occurs|appears] in {{x}} with a "
                "dictionary",
                f"tally the {items} of {{x}} in a dictionary",
            ),
        ),
        op(
            f"duplicates of {kind}",
            f"{kind} -> {kind}",
            "repeated",
            "sorted(n for n in set({x}) if {x}.count(n) > 1)",
            n=(
                f"the sorted [duplicates|{items} that occur more than once|repeated {items}] "
                f"<in> {{x}}",
                f"those {items} of {{x}}, sorted, that come up at least twice",
            ),
        ),
    )


OPERATIONS: tuple[Operation, ...] = (*_lists("numbers", "number"), *_lists("words", "text"))
