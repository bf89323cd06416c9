"""From one number to another."""

from __future__ import annotations

from models.synthetic.operation import Operation, op

OPERATIONS: tuple[Operation, ...] = (
    op(
        "square",
        "number -> number",
        "squared",
        "{x} ** 2",
        n=(
            "the [square|second power] of {x}",
            "{x} squared",
            "{x} [raised |]to the power of 2",
            "{x} times itself",
        ),
        v=(
            "square {x}",
            "[raise|bring] {x} to the [second power|power of 2]",
            "multiply {x} [by|with] itself",
        ),
    ),
    op(
        "cube",
        "number -> number",
        "cubed",
        "{x} ** 3",
        n=(
            "the [cube|third power] of [the number |]{x}",
            "{x} cubed",
            "{x} [raised |]to the power of 3",
        ),
        v=("[cube|take the cube of] {x}", "raise {x} to the third power"),
    ),
    op(
        "power",
        "number -> number",
        "power",
        "{x} ** {k}",
        n=(
            "{x} to the power of {k}",
            "{x} raised to [the power |the exponent |]{k}",
            "the power {k} of {x}",
        ),
        v=("[raise|take|bring] {x} to the power of {k}", "exponentiate {x} with {k}"),
        k="few",
    ),
    op(
        "plus",
        "number -> number",
        "increased",
        "{x} + {k}",
        n=("[the sum of {x} and|{x} plus] {k}", "{x} increased by {k}", "{k} more than {x}"),
        v=("add {k} to {x}", "[increase|raise|increment] {x} by {k}", "make {x} larger by {k}"),
        k="small",
    ),
    op(
        "minus",
        "number -> number",
        "decreased",
        "{x} - {k}",
        n=(
            "{x} minus {k}",
            "[the difference of|the difference between] {x} and {k}",
            "{k} less than {x}",
        ),
        v=("subtract {k} from {x}", "[decrease|lower|reduce] {x} by {k}", "take {k} away from {x}"),
        k="small",
    ),
    op(
        "times",
        "number -> number",
        "multiplied",
        "{x} * {k}",
        n=(
            "{x} times {k}",
            "[the product of {x} and|{x} multiplied by] {k}",
            "{k} times as much as {x}",
        ),
        v=(
            "multiply {x} [by|with] {k}",
            "[scale|multiply] {x} by the factor {k}",
            "take {x} {k} times",
        ),
        k="small",
    ),
    op(
        "floor divided",
        "number -> number",
        "quotient",
        "{x} // {k}",
        n=(
            "the [integer|floor|whole-number] [quotient|division] of {x} and {k}",
            "how [often|many times] {k} fits into {x}",
        ),
        v=(
            "[integer-divide|floor-divide] {x} by {k}",
            "divide {x} by {k} [without remainder|and round down|as integers]",
            "divide {x} by {k} and drop the fraction",
        ),
        k="small",
    ),
    op(
        "remainder",
        "number -> number",
        "remainder",
        "{x} % {k}",
        n=(
            "the remainder [of {x} divided by|when {x} is divided by|of dividing {x} by] {k}",
            "{x} [modulo|mod] {k}",
            "what is left over from {x} after division by {k}",
        ),
        v=("[take|reduce] {x} modulo {k}", "divide {x} by {k} and keep the remainder"),
        k="small",
    ),
    op(
        "double",
        "number -> number",
        "doubled",
        "{x} * 2",
        n=("[twice|two times|the double of|2 times] [the number |]{x}", "{x} doubled"),
        v=("[double|multiply by two] {x}", "make {x} twice as large"),
    ),
    op(
        "absolute",
        "number -> number",
        "absolute",
        "abs({x})",
        n=("the [absolute value|magnitude] of {x}", "{x} without its sign"),
        v=("[take|compute] the [absolute value|magnitude] of {x}", "drop the sign of {x}"),
    ),
    op(
        "whole root",
        "number -> number",
        "root",
        "int({x} ** 0.5)",
        n=(
            "the [integer|whole|floored] [part of the |]square root of {x}",
            "the square root of {x} [rounded down|without decimals|as an integer]",
            "the largest integer whose square is at most {x}",
        ),
    ),
    op(
        "digit sum",
        "number -> number",
        "digit_sum",
        "sum(int(d) for d in str({x}))",
        n=(
            "the [sum|total] of [the|all|all the] digits of {x}",
            "the digit sum of {x}",
            "what the digits of {x} come to together",
        ),
        v=("[add up|sum|sum up|add] [the|all|all the] digits of {x}", "total the digits of {x}"),
    ),
    op(
        "digit count",
        "number -> number",
        "digit_count",
        "len(str({x}))",
        n=(
            "the [number|count|amount] of digits [of|in] {x}",
            "how many digits {x} has",
            "the length of {x} in digits",
        ),
        v=("count the digits [of|in] {x}", "see how many digits {x} has"),
    ),
    op(
        "reverse digits",
        "number -> number",
        "reversed_number",
        "int(str({x})[::-1])",
        n=(
            "{x} with [its|the] digits [reversed|in reverse order|backwards]",
            "the number made of the digits of {x} in reverse order",
        ),
        v=(
            "reverse the [order of the |]digits of {x}",
            "read the digits of {x} from right to left as a number",
        ),
    ),
    op(
        "sum to",
        "number -> number",
        "total",
        "sum(range(1, {x} + 1))",
        n=(
            "the [sum|total] of [the |all |][integers|numbers] from 1 [to|up to|through] {x}",
            "1 plus 2 and so on up to {x}",
        ),
        v=(
            "[add up|sum] [the |all ][integers|numbers] from 1 [to|up to] {x}",
            "sum everything from one to {x}",
        ),
    ),
)
