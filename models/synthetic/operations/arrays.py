"""What numpy does to arrays."""

from __future__ import annotations

from models.synthetic.operation import Operation, op

OPERATIONS: tuple[Operation, ...] = (
    op(
        "array mean",
        "array -> ratio",
        "mean",
        "float(np.mean({x}))",
        n=(
            "the [mean|average] of [the array |all elements of |]{x}",
            "the [mean|average] value of {x}",
            "the centre of {x} as numpy's mean",
        ),
        v=("average [all |][the |][elements|values|entries] of {x}", "take numpy's mean of {x}"),
    ),
    op(
        "array sum",
        "array -> number",
        "total",
        "int(np.sum({x}))",
        n=(
            "the [sum|total] of [all |the |all the |][elements|values|entries] [of|in] {x} as "
            "an [integer|int]",
            "the integer total of {x}",
        ),
        v=(
            "[add up|sum] [all |the |][elements|values|entries] of {x} as an [integer|int]",
            "total {x} as an integer",
        ),
    ),
    op(
        "array square",
        "array -> array",
        "squared",
        "{x} ** 2",
        n=(
            "the [elementwise |element-wise |]square of {x}",
            "{x} with [each|every] element squared",
        ),
        v=(
            "square [each|every] [element|value|entry] of {x}",
            "square {x} [elementwise|element by element]",
            "raise {x} to the second power",
        ),
    ),
    op(
        "array scale",
        "array -> array",
        "scaled",
        "{x} * {k}",
        n=("{x} [multiplied by|times] {k}", "{x} scaled by {k}"),
        v=(
            "multiply [the array |each element of |every value of |]{x} [by|with] {k}",
            "scale {x} by {k}",
        ),
        k="small",
    ),
    op(
        "array shift",
        "array -> array",
        "shifted",
        "{x} + {k}",
        n=("{x} plus {k}", "{x} with {k} added to [each|every] element", "{x} moved up by {k}"),
        v=(
            "add {k} to [each element of |every value of |all entries of |]{x}",
            "increase {x} by {k} everywhere",
        ),
        k="small",
    ),
    op(
        "array clip",
        "array -> array",
        "clipped",
        "np.clip({x}, 0, {k})",
        n=(
            "{x} [clipped|limited] to the range from 0 to {k}",
            "{x} [clipped|limited] between 0 and {k}",
        ),
        v=(
            "[clip|limit] [the values of |all elements of |]{x} [to|between] 0 and {k}",
            "force {x} into the interval from 0 to {k}",
        ),
        k="small",
    ),
    op(
        "array cumsum",
        "array -> array",
        "cumulative",
        "np.cumsum({x})",
        n=("the [cumulative|running] [sum|total] of {x}", "numpy's cumsum of {x}"),
        v=(
            "[accumulate|cumulate] [the values of |the elements of |]{x}",
            "sum {x} cumulatively with numpy",
        ),
    ),
    op(
        "array positive",
        "array -> array",
        "positives",
        "{x}[{x} > 0]",
        n=(
            "[all |]the positive [elements|values|entries] [of|in] {x}",
            "the part of {x} above zero",
        ),
        v=(
            "[select|keep only|extract] the positive [elements|values|entries] of {x}",
            "mask {x} with being above zero",
        ),
    ),
    op(
        "array sort",
        "array -> array",
        "ordered",
        "np.sort({x})",
        n=(
            "{x} [sorted|in sorted order|in ascending order]",
            "a sorted copy of {x}",
            "{x} from low to high",
        ),
        v=(
            "[sort|order] [the array |the elements of |the values of |]{x}",
            "bring {x} into ascending order",
        ),
    ),
    op(
        "array argmax",
        "array -> number",
        "position",
        "int(np.argmax({x}))",
        n=(
            "the [index|position] of the [maximum|largest element|largest value] [of|in] {x}",
            "where {x} has its maximum, as an index",
        ),
    ),
    op(
        "array to list",
        "array -> numbers",
        "items",
        "{x}.tolist()",
        n=(
            "{x} as a [plain |Python |]list",
            "a [plain |Python |]list [of|from] {x}",
            "a list with what {x} contains",
        ),
        v=(
            "[convert|turn] {x} [to|into|back into] a [plain |Python |]list",
            "make a list from {x}",
        ),
    ),
    op(
        "array normalize",
        "array -> array",
        "normalized",
        "{x} / np.max(np.abs({x}))",
        n=(
            "{x} divided by [its|the] largest absolute [value|element]",
            "{x} scaled so that its largest magnitude is 1",
        ),
        v=(
            "divide {x} by [its|the] largest absolute [value|element]",
            "normalise {x} by its largest magnitude",
        ),
    ),
)
