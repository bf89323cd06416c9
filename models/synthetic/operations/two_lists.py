"""Operations on two lists."""

from __future__ import annotations

from models.synthetic.operation import Operation, op

_BOTH = "{x} and {z}"

OPERATIONS: tuple[Operation, ...] = (
    op(
        "dot product",
        "numbers numbers -> number",
        "dot",
        "sum(a * b for a, b in zip({x}, {z}))",
        n=(
            f"the [dot|scalar|inner] product of {_BOTH}",
            f"the sum of the [pairwise |elementwise |]products of {_BOTH}",
            "what {x} and {z} give as vectors multiplied to a number",
        ),
    ),
    op(
        "zip dict",
        "words numbers -> table",
        "mapping",
        "dict(zip({x}, {z}))",
        n=(
            "a [dictionary|dict] with [keys|the keys] {x} and [values|the values] {z}",
            "a [dictionary|dict] [that maps|mapping] [the <words> of |]{x} to [the <nums> of |]{z}",
            "a lookup table from {x} to {z}",
        ),
        v=(
            "[zip|combine] {x} and {z} into a [dictionary|dict]",
            "let {x} be keys and {z} be values of a dictionary",
        ),
    ),
    op(
        "zip pairs",
        "words numbers -> pairs",
        "paired",
        "list(zip({x}, {z}))",
        n=(
            f"[a list of |][the |]pairs of [the |]elements [from|of] {_BOTH}",
            "tuples that take turns from {x} and {z}",
        ),
        v=(
            "[pair|zip] [the elements of |]{x} [with|and] [the elements of |]{z}[ into a list| "
            "as a list|]",
            "zip {x} together with {z}",
        ),
    ),
    op(
        "same lists",
        "numbers numbers -> flag",
        "are_equal",
        "sorted({x}) == sorted({z})",
        n=(
            f"whether {_BOTH} have the same <nums> in any order",
            f"whether {_BOTH} are [equal|the same] [once|when|after being] sorted",
            "whether {x} is a rearrangement of {z}",
        ),
    ),
)
