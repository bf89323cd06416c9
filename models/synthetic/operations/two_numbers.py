"""Operations on two numbers."""

from __future__ import annotations

from models.synthetic.operation import Operation, op

_BOTH = "{x} and {z}"

OPERATIONS: tuple[Operation, ...] = (
    op(
        "add two",
        "number number -> number",
        "total",
        "{x} + {z}",
        n=(f"the [sum|total] of {_BOTH}", "{x} plus {z}", "what {x} and {z} make together"),
        v=("add {x} and {z}[ together| up|]", "add {z} to {x}", "sum up {x} and {z}"),
    ),
    op(
        "subtract two",
        "number number -> number",
        "difference",
        "{x} - {z}",
        n=(
            "{x} minus {z}",
            f"the difference [between|of] {_BOTH}[, in this order|]",
            "what is left of {x} without {z}",
        ),
        v=("subtract {z} from {x}", "[take|deduct] {z} [away |]from {x}", "lower {x} by {z}"),
    ),
    op(
        "multiply two",
        "number number -> number",
        "product",
        "{x} * {z}",
        n=(
            f"the product [of|formed by] {_BOTH}",
            "{x} times {z}",
            "{x} multiplied by {z}",
            "as many {x} as {z} says",
        ),
        v=("multiply {x} [by|with|and] {z}", "take {x} {z} times"),
    ),
    op(
        "larger of two",
        "number number -> number",
        "larger",
        "max({x}, {z})",
        n=(
            f"the [larger|greater|bigger|larger one|maximum] of {_BOTH}",
            f"whichever of {_BOTH} is [larger|greater|bigger]",
            f"the top value among {_BOTH}",
        ),
        v=(
            f"[pick|choose|select] the [larger|greater|bigger] [one |number |value |]of {_BOTH}",
            "choose {x} or {z}, whichever is more",
        ),
    ),
    op(
        "smaller of two",
        "number number -> number",
        "smaller",
        "min({x}, {z})",
        n=(
            f"the [smaller|lesser|lower|minimum] of {_BOTH}",
            f"whichever of {_BOTH} is [smaller|lower|less]",
            f"the bottom value among {_BOTH}",
        ),
        v=(
            f"[pick|choose|select] the [smaller|lower] [one |number |value |]of {_BOTH}",
            "choose {x} or {z}, whichever is less",
        ),
    ),
    op(
        "gcd",
        "number number -> number",
        "divisor",
        "math.gcd({x}, {z})",
        n=(
            f"the greatest common [divisor|factor] [of|shared by] {_BOTH}",
            f"the [gcd|GCD|highest common factor] of {_BOTH}",
            f"the largest number that divides both {_BOTH}",
        ),
        imports="import math",
    ),
    op(
        "lcm",
        "number number -> number",
        "multiple",
        "{x} * {z} // math.gcd({x}, {z})",
        n=(
            f"the [least|lowest|smallest] common multiple [of|shared by] {_BOTH}",
            f"the [lcm|LCM] of {_BOTH}",
            f"the first number that both {_BOTH} divide",
        ),
        imports="import math",
    ),
    op(
        "compare two",
        "number number -> flag",
        "is_larger",
        "{x} > {z}",
        n=("whether {x} is [larger|greater|bigger|more] than {z}", "whether {x} exceeds {z}"),
        v=(
            "[check|test|find out|see] [if|whether] {x} is [larger|greater|bigger] than {z}",
            "say if {x} is above {z}",
        ),
    ),
    op(
        "list two",
        "number number -> numbers",
        "both",
        "[{x}, {z}]",
        n=(
            f"[a|the] list [of|with|containing|made of|that contains] {_BOTH}",
            f"a list whose elements are {_BOTH}",
        ),
        v=(f"[put|pack|collect|combine] {_BOTH} [into|in] a list", "let {x} and {z} form a list"),
    ),
)
