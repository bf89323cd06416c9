"""From a list of numbers to texts, pairs and arrays."""

from __future__ import annotations

from models.synthetic.operation import Operation, op

OPERATIONS: tuple[Operation, ...] = (
    op(
        "to strings",
        "numbers -> words",
        "strings",
        "[str(n) for n in {x}]",
        n=("[the |]<nums> of {x} as [strings|text]", "string versions of <nums> <in> {x}"),
        v=(
            "[convert|turn|cast] [each|every] <num> <in> {x} [to|into] a string",
            "[convert|turn|cast] [all |][the |]<nums> <in> {x} [to|into] strings",
            "make strings out of all <nums> in {x}",
        ),
    ),
    op(
        "binary strings",
        "numbers -> words",
        "binaries",
        "[bin(abs(n))[2:] for n in {x}]",
        n=(
            "the binary [representation|form|digits] of the absolute value of <each> <num> "
            "<in> {x}",
            "<each> <num> of {x} in binary without its sign",
        ),
    ),
    op(
        "pair up",
        "numbers -> pairs",
        "indexed",
        "list(enumerate({x}))",
        n=(
            "[a list of |][the |]pairs of index and <num> <in> {x}",
            "<each> <num> of {x} together with its index",
        ),
        v=(
            "[enumerate|number] [the <nums> of |all <nums> of |]{x}[ as a list| as pairs|]",
            "pair <each> <num> of {x} with its position",
        ),
    ),
    op(
        "to array",
        "numbers -> array",
        "array",
        "np.array({x})",
        n=(
            "[a|the] numpy array [of|with|from|made of] [the <nums> of |]{x}",
            "{x} as a numpy array",
        ),
        v=(
            "[convert|turn|transform|cast] {x} [to|into] a [numpy|NumPy] array",
            "make a numpy array from {x}",
        ),
    ),
)
