"""Parts of lists, of numbers and of words."""

from __future__ import annotations

from models.synthetic.operation import Operation, op


def _lists(kind: str, one: str) -> tuple[Operation, ...]:
    items = "<nums>" if kind == "numbers" else "<words>"
    item = "<num>" if kind == "numbers" else "<word>"
    _order, _other = (
        ("[ascending|increasing|rising] order", "[descending|decreasing|falling] order")
        if kind == "numbers"
        else (
            "[alphabetical|alphabetic|ascending] order",
            "[reverse alphabetical|descending] order",
        )
    )
    return (
        op(
            f"first of {kind}",
            f"{kind} -> {one}",
            "first",
            "{x}[0]",
            n=(
                f"the [first|very first|leading] {item} <in> {{x}}",
                f"the {item} at [index 0|the start] of {{x}}",
            ),
            v=(f"[take|pick|get|select] the first {item} <in> {{x}}", "look at where {x} starts"),
        ),
        op(
            f"last of {kind}",
            f"{kind} -> {one}",
            "last",
            "{x}[-1]",
            n=(f"the [last|final|very last] {item} <in> {{x}}", f"the {item} at the end of {{x}}"),
            v=(
                f"[take|pick|get|select] the last {item} <in> {{x}}",
                f"get the {item} where {{x}} ends",
            ),
        ),
        op(
            f"middle of {kind}",
            f"{kind} -> {one}",
            "middle",
            "{x}[len({x}) // 2]",
            n=(
                f"the [middle|central] {item} <in> {{x}}",
                f"the {item} in the [middle|centre] of {{x}}",
                f"the {item} half-way through {{x}}",
            ),
        ),
        op(
            f"item of {kind}",
            f"{kind} -> {one}",
            "item",
            "{x}[{k}]",
            n=(
                f"the {item} [at|with] index {{k}} [of|in] {{x}}",
                f"the {item} at position {{k}}, counted from zero, of {{x}}",
            ),
            v=(f"[take|pick|get|look up] the {item} at index {{k}} of {{x}}", "index {x} with {k}"),
            k="place",
        ),
        op(
            f"head of {kind}",
            f"{kind} -> {kind}",
            "head",
            "{x}[:{k}]",
            n=(
                f"[a list of |]the [first|leading] {{k}} {items} <in> {{x}}",
                f"the beginning of {{x}} up to {{k}} {items}",
            ),
            v=(
                f"[take|keep|select|slice] [only |][the ]first {{k}} {items} <in> {{x}}",
                f"cut {{x}} after {{k}} {items}",
            ),
            k="few",
        ),
        op(
            f"tail of {kind}",
            f"{kind} -> {kind}",
            "tail",
            "{x}[-{k}:]",
            n=(
                f"[a list of |]the [last|final] {{k}} {items} <in> {{x}}",
                f"the end of {{x}}, {{k}} {items} long",
            ),
            v=(
                f"[take|keep|select|slice] [only |][the ]last {{k}} {items} <in> {{x}}",
                f"throw away all but the final {{k}} {items} of {{x}}",
            ),
            k="few",
        ),
        op(
            f"skip {kind}",
            f"{kind} -> {kind}",
            "rest",
            "{x}[{k}:]",
            n=(
                f"{{x}} without the first {{k}} {items}",
                f"everything <in> {{x}} after the first {{k}} {items}",
            ),
            v=(
                f"[remove|drop|skip|delete] the first {{k}} {items} <in> {{x}}",
                f"take {{k}} {items} off the front of {{x}}",
            ),
            k="few",
        ),
        op(
            f"every other {kind}",
            f"{kind} -> {kind}",
            "alternate",
            "{x}[::2]",
            n=(
                f"every [other|second] {item} <in> {{x}}[, starting with the first|, beginning "
                "at index 0|]",
                f"the {items} at even [indices|positions|indexes] of {{x}}",
            ),
            v=(
                f"[take|keep|select] every [other|second] {item} <in> {{x}}",
                f"skip each second {item} of {{x}}",
            ),
        ),
        op(
            f"rotate {kind}",
            f"{kind} -> {kind}",
            "rotated",
            "{x}[1:] + {x}[:1]",
            n=(
                f"{{x}} rotated [left|to the left] by one [position|place|step|{item}]",
                f"{{x}} with its first {item} moved to the end",
            ),
            v=(
                "[rotate|shift] {x} [left|to the left] by one [position|place|step]",
                f"move the first {item} of {{x}} to the [end|back]",
            ),
        ),
        op(
            f"swap ends {kind}",
            f"{kind} -> {kind}",
            "swapped",
            "[{x}[-1]] + {x}[1:-1] + [{x}[0]]",
            n=(f"{{x}} with [the |its |]first and last {items} [swapped|exchanged|interchanged]",),
            v=(
                f"[swap|exchange|interchange] the first and [the |]last {item} of {{x}}",
                "let the two ends of {x} change places",
            ),
        ),
        op(
            f"without last {kind}",
            f"{kind} -> {kind}",
            "shortened",
            "{x}[:-1]",
            n=(
                f"{{x}} without [the|its] [last|final] {item}",
                f"all {items} of {{x}} but the last",
            ),
            v=(
                f"[remove|drop|delete|cut off] the [last|final] {item} <in> {{x}}",
                f"take the last {item} off {{x}}",
            ),
        ),
    )


OPERATIONS: tuple[Operation, ...] = (*_lists("numbers", "number"), *_lists("words", "text"))
