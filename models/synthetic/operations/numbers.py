"""From a list of numbers to another list."""

from __future__ import annotations

from models.synthetic.operation import Operation, op

_KEEP = "[keep only|select|collect|pick out|filter out everything but|extract]"


def _kept(name: str, called: str, test: str, adjective: str, long: str, k: str = "") -> Operation:
    return op(
        f"keep {name}",
        "numbers -> numbers",
        called,
        f"[n for n in {{x}} if {test}]",
        n=(
            f"[all |][the |]{adjective} <nums> <in> {{x}}",
            f"[a list of |][all |]the <nums> <in> {{x}} [that|which] are {long}",
            f"those <nums> <in> {{x}} that are {long}",
        ),
        v=(
            f"{_KEEP} [all |]the {adjective} <nums> <in> {{x}}",
            f"{_KEEP} <nums> [that|which] are {long} <in> {{x}}",
            f"filter {{x}} [so that only {adjective} <nums> remain|to keep {adjective} <nums>]",
        ),
        k=k,
    )


def _dropped(name: str, called: str, test: str, adjective: str, k: str = "") -> Operation:
    return op(
        f"drop {name}",
        "numbers -> numbers",
        called,
        f"[n for n in {{x}} if {test}]",
        n=(
            f"{{x}} without [the |its |any |]{adjective} <nums>",
            f"[all |]the <nums> <in> {{x}} except the {adjective} ones",
        ),
        v=(
            f"[remove|delete|drop|discard] [all |any |]the {adjective} <nums> from {{x}}",
            f"[remove|delete|drop|take out] <each> {adjective} <num> <in> {{x}}",
            f"[get rid of|throw away] {adjective} <nums> in {{x}}",
        ),
        k=k,
    )


def _mapped(
    name: str, called: str, code: str, noun: str, verb: str, other: str, k: str = ""
) -> Operation:
    return op(
        f"map {name}",
        "numbers -> numbers",
        called,
        f"[{code} for n in {{x}}]",
        n=(
            f"[a list of |][the |]{noun} of <each> <num> <in> {{x}}",
            f"a list with [the |]{noun} of [all|the] <nums> <in> {{x}}",
        ),
        v=(
            f"{verb.replace('THEM', '<each> <num> <in> {x}')}",
            f"{verb.replace('THEM', '[all |][the |]<nums> <in> {x}')}",
            f"{other.replace('THEM', '[all the|the|all] <nums> of {x}')}",
        ),
        k=k,
    )


OPERATIONS: tuple[Operation, ...] = (
    _kept("even", "evens", "n % 2 == 0", "even", "[even|divisible by two|divisible by 2]"),
    _kept("odd", "odds", "n % 2 != 0", "odd", "[odd|not even|not divisible by 2]"),
    _kept("positive", "positives", "n > 0", "positive", "[positive|greater than zero|above 0]"),
    _kept("negative", "negatives", "n < 0", "negative", "[negative|less than zero|below 0]"),
    _kept("nonzero", "nonzero", "n != 0", "[nonzero|non-zero]", "[not zero|different from 0]"),
    _dropped("even", "odds", "n % 2 != 0", "even"),
    _dropped("odd", "evens", "n % 2 == 0", "odd"),
    _dropped("negative", "kept", "n >= 0", "negative"),
    op(
        "keep larger",
        "numbers -> numbers",
        "large",
        "[n for n in {x} if n > {k}]",
        n=(
            "[all |]the <nums> <in> {x} [that are |][greater|larger|bigger|higher] than {k}",
            "[all |]the <nums> <in> {x} [above|exceeding|over] {k}",
            "whatever <nums> <in> {x} are more than {k}",
        ),
        v=(
            f"{_KEEP} [all |]the <nums> <in> {{x}} [greater|larger|bigger] than {{k}}",
            f"{_KEEP} <nums> [above|exceeding|over] {{k}} <in> {{x}}",
            "[remove|drop] <nums> that do not exceed {k} from {x}",
        ),
        k="any",
    ),
    op(
        "keep smaller",
        "numbers -> numbers",
        "small_ones",
        "[n for n in {x} if n < {k}]",
        n=(
            "[all |]the <nums> <in> {x} [that are |][less|smaller|lower] than {k}",
            "[all |]the <nums> <in> {x} [below|under] {k}",
        ),
        v=(
            f"{_KEEP} [all |]the <nums> <in> {{x}} [less|smaller|lower] than {{k}}",
            f"{_KEEP} <nums> [below|under] {{k}} <in> {{x}}",
            "leave only <nums> under {k} in {x}",
        ),
        k="any",
    ),
    op(
        "keep multiples",
        "numbers -> numbers",
        "multiples",
        "[n for n in {x} if n % {k} == 0]",
        n=(
            "[all |][the |]multiples of {k} <in> {x}",
            "[all |]the <nums> <in> {x} [that are |]divisible by {k}",
        ),
        v=(
            f"{_KEEP} [all |]the multiples of {{k}} <in> {{x}}",
            f"{_KEEP} [all |]the <nums> <in> {{x}} [that are |]divisible by {{k}}",
            f"{_KEEP} <nums> that {{k}} divides evenly <in> {{x}}",
        ),
        k="small",
    ),
    op(
        "remove value",
        "numbers -> numbers",
        "without",
        "[n for n in {x} if n != {k}]",
        n=("{x} without [the value|the number|any|every|each] {k}", "<nums> of {x} other than {k}"),
        v=(
            "[remove|delete|drop] [all occurrences of |every |each |all ]{k} from {x}",
            "[remove|delete|drop|filter out] [the|all|any] <nums> equal to {k} <in> {x}",
            "take {k} out of {x} wherever it appears",
        ),
        k="any",
    ),
    _mapped("square", "squares", "n ** 2", "square", "square THEM", "raise THEM to the power of 2"),
    _mapped("cube", "cubes", "n ** 3", "cube", "cube THEM", "raise THEM to the third power"),
    _mapped(
        "double",
        "doubled",
        "n * 2",
        "double",
        "[double|multiply by two] THEM",
        "make THEM twice as large",
    ),
    _mapped(
        "absolute",
        "absolutes",
        "abs(n)",
        "absolute value",
        "[take|compute] the absolute value of THEM",
        "drop the sign of THEM",
    ),
    _mapped(
        "negate",
        "negated",
        "-n",
        "negation",
        "[negate|flip the sign of|change the sign of] THEM",
        "turn around the sign of THEM",
    ),
    op(
        "add to each",
        "numbers -> numbers",
        "shifted",
        "[n + {k} for n in {x}]",
        n=("[the |]<each> <num> <in> {x} plus {k}", "{x} with {k} added to <each> <num>"),
        v=(
            "add {k} to [each|every] [of the |]<num> <in> {x}",
            "[increase|raise|increment] [each|every] <num> <in> {x} by {k}",
            "make all <nums> of {x} larger by {k}",
        ),
        k="small",
    ),
    op(
        "subtract from each",
        "numbers -> numbers",
        "lowered",
        "[n - {k} for n in {x}]",
        n=("[the |]<each> <num> <in> {x} minus {k}", "{x} with {k} subtracted from <each> <num>"),
        v=(
            "subtract {k} from [each|every] <num> <in> {x}",
            "[decrease|lower|reduce|decrement] [each|every] <num> <in> {x} by {k}",
            "make all <nums> of {x} smaller by {k}",
        ),
        k="small",
    ),
    op(
        "multiply each",
        "numbers -> numbers",
        "scaled",
        "[n * {k} for n in {x}]",
        n=("[the |]<each> <num> <in> {x} times {k}", "{x} with <each> <num> multiplied by {k}"),
        v=(
            "multiply [each|every] <num> <in> {x} [by|with] {k}",
            "[scale|multiply] [all |][the |]<nums> <in> {x} by [a factor of |]{k}",
            "make all <nums> of {x} {k} times as large",
        ),
        k="small",
    ),
    op(
        "divide each",
        "numbers -> ratios",
        "quotients",
        "[n / {k} for n in {x}]",
        n=("<each> <num> <in> {x} divided by {k}", "the quotient of <each> <num> <in> {x} and {k}"),
        v=(
            "divide [each|every] <num> <in> {x} by {k}",
            "divide [all |][the |]<nums> <in> {x} by {k}",
            "split <each> <num> of {x} into {k} parts by division",
        ),
        k="small",
    ),
    op(
        "remainders",
        "numbers -> numbers",
        "remainders",
        "[n % {k} for n in {x}]",
        n=(
            "the [remainder|remainders] of [each|every] <num> <in> {x} [divided by|modulo] {k}",
            "<each> <num> <in> {x} modulo {k}",
        ),
        v=(
            "take [each|every] <num> <in> {x} modulo {k}",
            "reduce [all the|the|all] <nums> of {x} modulo {k}",
        ),
        k="small",
    ),
    op(
        "running sum",
        "numbers -> numbers",
        "running",
        "[sum({x}[:i + 1]) for i in range(len({x}))]",
        n=(
            "the [running|cumulative|prefix] [sum|sums|total|totals] of [the <nums> in |]{x}",
            "the partial sums of {x}",
        ),
        v=(
            "[accumulate|cumulate] [the <nums> of |all <nums> of |]{x} [step by step|one by one]",
            "sum {x} cumulatively",
        ),
    ),
    op(
        "differences",
        "numbers -> numbers",
        "differences",
        "[b - a for a, b in zip({x}, {x}[1:])]",
        n=(
            "the [differences|gaps] between [consecutive|neighbouring|adjacent] <nums> <in> {x}",
            "the list of differences of {x} from one <num> to the next",
        ),
        v=(
            "subtract [each|every] <num> <in> {x} from the [next one|one after it|following one]",
            "take the difference of each pair of successive <nums> <in> {x}",
        ),
    ),
)
