"""From a list of numbers to one number."""

from __future__ import annotations

from models.synthetic.operation import Operation, op

_ADJECTIVES = (
    ("even", "n % 2 == 0"),
    ("odd", "n % 2 != 0"),
    ("positive", "n > 0"),
    ("negative", "n < 0"),
)


def _selected() -> tuple[Operation, ...]:
    sums = (
        op(
            f"sum {word}",
            "numbers -> number",
            f"{word}_sum",
            f"sum(n for n in {{x}} if {test})",
            n=(
                f"the [sum|total] of [all |][the |]{word} <nums> <in> {{x}}",
                f"what the {word} <nums> of {{x}} sum to",
            ),
            v=(
                f"[add up|sum|sum up|total] [all |][the |]{word} <nums> <in> {{x}}",
                f"add the {word} <nums> of {{x}} together",
            ),
        )
        for word, test in _ADJECTIVES
    )
    counts = (
        op(
            f"count {word}",
            "numbers -> number",
            f"{word}_count",
            f"sum(1 for n in {{x}} if {test})",
            n=(
                f"the [number|count] of {word} <nums> <in> {{x}}",
                f"how many [of the |]<nums> <in> {{x}} are {word}",
                f"how often {{x}} has a {word} <num>",
            ),
            v=(
                f"count [all |][the |]{word} <nums> <in> {{x}}",
                f"count how many <nums> <in> {{x}} are {word}",
                f"tally the {word} <nums> of {{x}}",
            ),
        )
        for word, test in _ADJECTIVES
    )
    return (*sums, *counts)


def _lists(kind: str) -> tuple[Operation, ...]:
    out = "number" if kind == "numbers" else "ratio"
    return (
        op(
            f"sum of {kind}",
            f"{kind} -> {out}",
            "total",
            "sum({x})" if kind == "numbers" else "round(sum({x}), 2)",
            n=(
                "the [sum|total] of [all |][the |]<nums> <in> {x}",
                "the [sum|total] of {x}",
                "what the <nums> of {x} add up to",
            )
            if kind == "numbers"
            else (
                "the [sum|total] of [all |][the |]<nums> <in> {x} rounded to [2|two] decimals",
                "the [sum|total] of {x} to two decimal places",
            ),
            v=(
                "[add up|sum|sum up|total] [all |][the |]<nums> <in> {x}",
                "add [all |][the |]<nums> <in> {x} together",
                "total up {x}",
            )
            if kind == "numbers"
            else (),
        ),
        op(
            f"largest of {kind}",
            f"{kind} -> {out}",
            "largest",
            "max({x})",
            n=(
                "the [largest|biggest|greatest|highest|maximum] <num> <in> {x}",
                "the maximum of [the <nums> in |]{x}",
                "the <num> of {x} that no other exceeds",
            ),
            v=(
                "[pick|look up|select|take] the [largest|biggest|greatest|highest] <num> <in> {x}",
                "search {x} for its largest <num>",
            ),
        ),
        op(
            f"smallest of {kind}",
            f"{kind} -> {out}",
            "smallest",
            "min({x})",
            n=(
                "the [smallest|lowest|least|minimum] <num> <in> {x}",
                "the minimum of [the <nums> in |]{x}",
                "the <num> of {x} below all others",
            ),
            v=(
                "[pick|look up|select|take] the [smallest|lowest|least] <num> <in> {x}",
                "search {x} for its smallest <num>",
            ),
        ),
        op(
            f"mean of {kind}",
            f"{kind} -> ratio",
            "mean",
            "sum({x}) / len({x})",
            n=(
                "the [mean|average|arithmetic mean] of [all |][the |]<nums> <in> {x}",
                "the [mean|average|arithmetic mean] of {x}",
                "the average <num> of {x}",
            ),
            v=(
                "average [all |][the |]<nums> <in> {x}",
                "divide the sum of {x} by its length",
            ),
        ),
        op(
            f"median of {kind}",
            f"{kind} -> ratio",
            "median",
            "float(np.median({x}))",
            n=(
                "the median [of|of all <nums> in|of the <nums> in|value of] {x}",
                "the middle value of {x} in sorted order",
            ),
        ),
        op(
            f"deviation of {kind}",
            f"{kind} -> ratio",
            "deviation",
            "float(np.std({x}))",
            n=(
                "the [population |]standard deviation of [the <nums> in |all <nums> in |]{x}",
                "how far <nums> of {x} deviate on average, as a standard deviation",
            ),
        ),
        op(
            f"variance of {kind}",
            f"{kind} -> ratio",
            "variance",
            "float(np.var({x}))",
            n=(
                "the [population |]variance of [the <nums> in |all <nums> in |]{x}",
                "the squared standard deviation of {x}",
            ),
        ),
        op(
            f"span of {kind}",
            f"{kind} -> {out}",
            "span",
            "max({x}) - min({x})" if kind == "numbers" else "round(max({x}) - min({x}), 2)",
            n=(
                "the [difference|distance|gap] between the [maximum|largest <num>] and the "
                "[minimum|smallest <num>] of {x}",
                "the range of <nums> of {x}, from lowest to highest",
            ),
            v=(
                "subtract the [minimum|smallest|lowest] <num> of {x} from the [maximum|largest]",
                "take the smallest <num> of {x} away from its largest",
            ),
        ),
    )


OPERATIONS: tuple[Operation, ...] = (
    *_selected(),
    *_lists("numbers"),
    *_lists("ratios"),
    op(
        "product",
        "numbers -> number",
        "product",
        "{y} = 1\nfor n in {x}:\n    {y} *= n",
        n=(
            "the product of [all |][the |]<nums> <in> {x}",
            "the product of {x}",
            "what all <nums> of {x} multiply to",
        ),
        v=(
            "multiply [all |][the |]<nums> <in> {x} [together|with each other|]",
            "form the product over {x}",
        ),
    ),
    op(
        "sum of squares",
        "numbers -> number",
        "square_sum",
        "sum(n ** 2 for n in {x})",
        n=(
            "the sum of [the squares|the squared values] of [all |][the |]<nums> <in> {x}",
            "the squared <nums> of {x} summed up",
        ),
        v=(
            "[square and add up|add up the squares of] [all |the |]<nums> <in> {x}",
            "sum the squares of {x}",
        ),
    ),
    op(
        "sum of absolutes",
        "numbers -> number",
        "absolute_sum",
        "sum(abs(n) for n in {x})",
        n=(
            "the sum of the absolute values of [all |][the |]<nums> <in> {x}",
            "the total of {x} when signs are ignored",
        ),
    ),
    op(
        "second largest",
        "numbers -> number",
        "second",
        "sorted(set({x}))[-2]",
        n=(
            "the second [largest|biggest|greatest|highest] [distinct |different |unique "
            "|]<num> <in> {x}",
            "the runner-up among the distinct <nums> of {x}",
        ),
    ),
    op(
        "second smallest",
        "numbers -> number",
        "second",
        "sorted(set({x}))[1]",
        n=(
            "the second [smallest|lowest] [distinct |different |unique |]<num> <in> {x}",
            "the <num> just above the minimum among the distinct ones of {x}",
        ),
    ),
    op(
        "closest",
        "numbers -> number",
        "closest",
        "min({x}, key=lambda n: abs(n - {k}))",
        n=(
            "the <num> <in> {x} [that is |][closest|nearest] to {k}",
            "the <num> of {x} with the least distance to {k}",
        ),
        k="any",
    ),
    op(
        "most common",
        "numbers -> number",
        "most_common",
        "max({x}, key={x}.count)",
        n=(
            "the [most common|most frequent] <num> <in> {x}",
            "the <num> [that |which ]occurs most often in {x}",
            "the mode of {x}",
        ),
    ),
)
