"""From one decimal number to something else."""

from __future__ import annotations

from models.synthetic.operation import Operation, op

OPERATIONS: tuple[Operation, ...] = (
    op(
        "round",
        "ratio -> ratio",
        "rounded",
        "round({x}, {k})",
        n=(
            "{x} rounded to {k} [decimals|decimal places|digits]",
            "{x} with at most {k} digits after the point, rounded",
        ),
        v=(
            "round {x} to {k} [decimals|decimal places|places|digits after the point]",
            "shorten {x} to {k} decimals by rounding",
        ),
        k="digits",
    ),
    op(
        "truncate",
        "ratio -> number",
        "whole",
        "int({x})",
        n=(
            "the [integer|whole] part of {x}",
            "{x} [as an integer|truncated to an integer]",
            "{x} with the decimals cut off",
        ),
        v=(
            "[convert|turn|cast] {x} [to|into] an [integer|int]",
            "[truncate|cut off the decimals of] {x}",
            "drop what follows the point in {x}",
        ),
    ),
    op(
        "round up",
        "ratio -> number",
        "ceiling",
        "math.ceil({x})",
        n=(
            "the ceiling of {x}",
            "{x} rounded up [to an integer|to the next integer|]",
            "the first integer not below {x}",
        ),
        v=("round {x} up[ to the next integer| to a whole number|]", "take the ceiling of {x}"),
        imports="import math",
    ),
    op(
        "nearest",
        "ratio -> number",
        "rounded",
        "round({x})",
        n=(
            "{x} rounded to [the nearest|the closest|an] [integer|whole number]",
            "the [integer|whole number] [nearest|closest] to {x}",
        ),
        v=(
            "round {x} to [the nearest integer|the nearest whole number|an integer]",
            "bring {x} to the closest integer",
        ),
    ),
    op(
        "format",
        "ratio -> text",
        "formatted",
        'f"{{{x}:.{k}f}}"',
        n=(
            "{x} [formatted|written] [as a string |]with {k} [decimals|decimal places]",
            "[a|the] string [of|for] {x} with exactly {k} decimals",
        ),
        v=(
            "format {x} [as a string |]with {k} [decimals|decimal places|digits after the point]",
            "write {x} as text having {k} decimals",
        ),
        k="digits",
    ),
    op(
        "percentage",
        "ratio -> text",
        "percentage",
        'f"{{{x}:.1f}}%"',
        n=(
            "{x} as a [percentage|percent] string with [one decimal|1 decimal]",
            "the text of {x} with one decimal and a percent sign",
        ),
        v=(
            "format {x} [with one decimal and|to 1 decimal followed by] a percent sign",
            "write {x} as a percentage to one decimal",
        ),
    ),
)
