"""From one number to something else."""

from __future__ import annotations

from models.synthetic.operation import Operation, op

_CHECK = "[check|test|verify|determine|find out] [if|whether]"


def _check(name: str, called: str, code: str, what: str, other: str) -> Operation:
    return op(
        f"is {name}",
        "number -> flag",
        called,
        code,
        n=(
            f"whether {{x}} is {what}",
            f"[True if {{x}} is|the answer to whether {{x}} is] {what}",
            f"whether {{x}} {other}",
        ),
        v=(f"{_CHECK} {{x}} is {what}", f"{_CHECK} {{x}} {other}"),
    )


OPERATIONS: tuple[Operation, ...] = (
    _check("even", "is_even", "{x} % 2 == 0", "[even|an even number]", "can be halved evenly"),
    _check("odd", "is_odd", "{x} % 2 != 0", "[odd|an odd number]", "leaves 1 when divided by 2"),
    _check("positive", "is_positive", "{x} > 0", "[positive|greater than zero]", "lies above zero"),
    _check(
        "prime",
        "is_prime",
        "{x} > 1 and all({x} % d for d in range(2, int({x} ** 0.5) + 1))",
        "[prime|a prime number|a prime]",
        "has no divisors but 1 and itself",
    ),
    _check(
        "square",
        "is_square",
        "int({x} ** 0.5) ** 2 == {x}",
        "[a perfect square|a square number]",
        "is the square of a whole number",
    ),
    _check(
        "palindromic",
        "is_palindrome",
        "str({x}) == str({x})[::-1]",
        "[a palindrome|palindromic|a palindromic number]",
        "has the same digits backwards",
    ),
    _check(
        "leap",
        "is_leap",
        "{x} % 4 == 0 and ({x} % 100 != 0 or {x} % 400 == 0)",
        "[a leap year|the number of a leap year]",
        "counts a year with a 29th of February",
    ),
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
        n=("the [cube|third power] of {x}", "{x} cubed", "{x} [raised |]to the power of 3"),
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
        "divided",
        "number -> ratio",
        "quotient",
        "{x} / {k}",
        n=("{x} divided by {k}", "the [quotient|ratio] of {x} and {k}", "one {k}th of {x}"),
        v=("divide {x} by {k}", "split {x} into {k} equal parts"),
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
        n=("[twice|two times|the double of] {x}", "{x} doubled"),
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
        "square root",
        "number -> ratio",
        "root",
        "math.sqrt({x})",
        n=(
            "the square root of {x}",
            "[the root of {x}|{x} to the power of one half]",
            "the number whose square is {x}",
        ),
        v=("[take|extract] the [square |]root of {x}", "root {x}"),
        imports="import math",
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
        "factorial",
        "few_number -> number",
        "factorial",
        "math.factorial({x})",
        n=(
            "the factorial of {x}",
            "{x} factorial",
            "the product of all integers from 1 [to|up to|through] {x}",
        ),
        v=(
            "[multiply|take the product of] all [integers|numbers] from 1 to {x}",
            "multiply 1, 2 and so on up to {x}",
        ),
        imports="import math",
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
        "digits",
        "number -> numbers",
        "digits",
        "[int(d) for d in str({x})]",
        n=(
            "[a|the] list of [the |all |its |]digits of {x}",
            "the [single |individual |]digits of {x} as a list",
            "a list with one element for each digit of {x}",
        ),
        v=(
            "[split|separate|break] {x} into [its |a list of |][single |]digits",
            "take {x} apart into a list of digits",
        ),
    ),
    op(
        "digit count",
        "number -> number",
        "digit_count",
        "len(str({x}))",
        n=(
            "the number of digits [of|in] {x}",
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
        "binary",
        "number -> text",
        "binary",
        "bin({x})[2:]",
        n=(
            "the binary [representation|form|digits|string] of {x}[ without prefix|]",
            "{x} [in binary|in base 2|as a binary string]",
        ),
        v=(
            "[convert|turn] {x} [to|into] [binary|a binary string|base 2]",
            "write {x} with zeros and ones only",
        ),
    ),
    op(
        "hexadecimal",
        "number -> text",
        "hexadecimal",
        "hex({x})[2:]",
        n=(
            "the [hexadecimal|hex] [representation|form|digits|string] of {x}[ without prefix|]",
            "{x} [in hexadecimal|in base 16|as a hex string]",
        ),
        v=(
            "[convert|turn] {x} [to|into] [hexadecimal|hex|base 16]",
            "write {x} with hexadecimal digits",
        ),
    ),
    op(
        "to string",
        "number -> text",
        "string",
        "str({x})",
        n=("{x} as [a string|text]", "the string [form|representation] of {x}"),
        v=("[convert|turn|cast|change] {x} [to|into] [a string|text]", "make a string out of {x}"),
    ),
    op(
        "to float",
        "number -> ratio",
        "as_float",
        "float({x})",
        n=("{x} as a [float|floating-point number]",),
        v=(
            "[convert|turn|cast|change] {x} [to|into] a [float|floating-point number]",
            "make a float out of {x}",
        ),
    ),
    op(
        "divisors",
        "number -> numbers",
        "divisors",
        "[d for d in range(1, {x} + 1) if {x} % d == 0]",
        n=(
            "[a list of |][all |the |all the ][divisors|factors] of {x}",
            "[all |]the numbers that divide {x} [evenly|without remainder]",
            "everything from 1 to {x} that goes into {x} exactly",
        ),
        v=(
            "[list|collect] [all |][the ][divisors|factors] of {x}",
            "collect what divides {x} without remainder",
        ),
    ),
    op(
        "range",
        "few_number -> numbers",
        "integers",
        "list(range(1, {x} + 1))",
        n=(
            "[a|the] list of [the |all |][integers|numbers|whole numbers] from 1 [to|up to|through] {x}",
            "a list that counts from one to {x}",
        ),
        v=(
            "[count|list the integers|list the numbers] from 1 [to|up to] {x}",
            "build the list of numbers 1 to {x}",
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
    op(
        "fibonacci",
        "few_number -> number",
        "fibonacci",
        "a, b = 0, 1\nfor _ in range({x}):\n    a, b = b, a + b\n{y} = a",
        n=(
            "the Fibonacci number [at|with] index {x}[, starting from F(0) = 0|]",
            "[entry|number|term] {x} of the Fibonacci sequence",
        ),
    ),
    op(
        "collatz steps",
        "few_number -> number",
        "collatz_steps",
        "n, count = {x}, 0\nwhile n != 1:\n    n = n // 2 if n % 2 == 0 else 3 * n + 1\n    count += 1\n{y} = count",
        n=(
            "the number of Collatz steps [from {x} to 1|that {x} needs to reach 1|it takes from {x} down to 1]",
            "how many Collatz steps {x} takes",
        ),
    ),
    op(
        "primes up to",
        "number -> numbers",
        "primes",
        "[n for n in range(2, {x} + 1) if all(n % d for d in range(2, int(n ** 0.5) + 1))]",
        n=(
            "[a list of |][all |]the primes [up to|not above|not larger than] {x}",
            "[all |]the prime numbers [up to|not above|not larger than] {x}",
            "every prime from 2 to {x}",
        ),
        v=(
            "[list|collect] [all |][the ][primes|prime numbers] up to {x}",
            "collect each prime that is at most {x}",
        ),
    ),
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
            "{x} rounded to the nearest [integer|whole number]",
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
