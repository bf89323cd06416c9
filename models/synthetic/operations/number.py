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
        "divided",
        "number -> ratio",
        "quotient",
        "{x} / {k}",
        n=("{x} divided by {k}", "the [quotient|ratio] of {x} and {k}", "one {k}th of {x}"),
        v=("divide {x} [by|through] {k}", "split {x} into {k} equal parts"),
        k="small",
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
        "factorial",
        "few_number -> number",
        "factorial",
        "math.factorial({x})",
        n=(
            "the factorial [of|for] [the number |]{x}",
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
            "[a|the] list of [the |all |][integers|numbers|whole numbers] from 1 [to|up "
            "to|through] {x}",
            "a list that counts from one to {x}",
        ),
        v=(
            "[count|list the integers|list the numbers] from 1 [to|up to] {x}",
            "build the list of numbers 1 to {x}",
        ),
    ),
    op(
        "fibonacci",
        "few_number -> number",
        "fibonacci",
        "a, b = 0, 1\nfor _ in range({x}):\n    a, b = b, a + b\n{y} = a",
        n=(
            "[the value of |][the |]Fibonacci number [at|with] index {x}"
            "[, starting from F(0) = 0|]",
            "[entry|number|term] {x} of the Fibonacci sequence",
        ),
    ),
    op(
        "collatz steps",
        "few_number -> number",
        "collatz_steps",
        "n, count = {x}, 0\nwhile n != 1:\n    n = n // 2 if n % 2 == 0 else 3 * n + 1\n    "
        "count += 1\n{y} = count",
        n=(
            "the [number|count] of [Collatz steps|steps of the Collatz sequence] "
            "[from {x} to 1|that {x} needs to reach 1|it takes from {x} down to 1]",
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
)
