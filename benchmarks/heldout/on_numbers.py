"""Operations on lists of numbers and on numbers."""

from __future__ import annotations

import math

from benchmarks.heldout.operation import Operation, few, function, small, step


def _prime(n: int) -> bool:
    return n > 1 and all(n % d for d in range(2, math.isqrt(n) + 1))


def _running_sums(values: list[int]) -> list[int]:
    return [sum(values[: i + 1]) for i in range(len(values))]


LISTS: tuple[Operation, ...] = (
    step(
        "numbers",
        "numbers",
        "evens kept",
        lambda v: [n for n in v if n % 2 == 0],
        'Keep only the even numbers of {it} and store them in "{y}".',
        'Select the even numbers from "{x}" and store them in "{y}".',
        'Collect the even numbers of the list "{x}" in a new list "{y}".',
    ),
    step(
        "numbers",
        "numbers",
        "odds kept",
        lambda v: [n for n in v if n % 2],
        'Keep only the odd numbers of {it} and store them in "{y}".',
        'Collect all odd numbers of "{x}" in a list named "{y}".',
    ),
    step(
        "numbers",
        "numbers",
        "large kept",
        lambda v, k: [n for n in v if n > k],
        'Keep only the numbers greater than {k} and store them in "{y}".',
        'Select the numbers of "{x}" that are larger than {k} and store them in "{y}".',
        k=small,
    ),
    step(
        "numbers",
        "numbers",
        "ordered ascending",
        sorted,
        'Sort {it} in ascending order and store it in "{y}".',
        'Sort "{x}" from smallest to largest and store the result in "{y}".',
    ),
    step(
        "numbers",
        "numbers",
        "ordered descending",
        lambda v: sorted(v, reverse=True),
        'Sort {it} in descending order and store it in "{y}".',
        'Sort "{x}" from largest to smallest and store the result in "{y}".',
    ),
    step(
        "numbers",
        "numbers",
        "backwards flipped",
        lambda v: v[::-1],
        'Reverse {it} and store it in "{y}".',
        'Store the elements of "{x}" in reverse order in "{y}".',
    ),
    step(
        "numbers",
        "numbers",
        "squares squared",
        lambda v: [n * n for n in v],
        'Compute the square of each number in {it} and store them in "{y}".',
        'Square every element of "{x}" and store the results in "{y}".',
    ),
    step(
        "numbers",
        "numbers",
        "scaled multiples",
        lambda v, k: [n * k for n in v],
        'Multiply each number in {it} by {k} and store them in "{y}".',
        'Multiply every element of "{x}" with {k} and store the results in "{y}".',
        k=small,
    ),
    step(
        "numbers",
        "numbers",
        "shifted raised",
        lambda v, k: [n + k for n in v],
        'Add {k} to each number in {it} and store them in "{y}".',
        'Increase every element of "{x}" by {k} and store the results in "{y}".',
        k=small,
    ),
    step(
        "numbers",
        "numbers",
        "unique distinct",
        lambda v: sorted(set(v)),
        'Remove the duplicates from {it}, sort it and store it in "{y}".',
        'Store the distinct elements of "{x}" in ascending order in "{y}".',
    ),
    step(
        "numbers",
        "numbers",
        "front first_part",
        lambda v, k: v[:k],
        'Take the first {k} elements of {it} and store them in "{y}".',
        'Store the first {k} numbers of "{x}" in "{y}".',
        k=few,
    ),
    step(
        "numbers",
        "numbers",
        "back last_part",
        lambda v, k: v[-k:],
        'Take the last {k} elements of {it} and store them in "{y}".',
        'Store the last {k} numbers of "{x}" in "{y}".',
        k=few,
    ),
    step(
        "numbers",
        "numbers",
        "sums running",
        _running_sums,
        'Compute the cumulative sum of {it} and store it in "{y}".',
        'Compute the running total of "{x}" and store the list in "{y}".',
    ),
)

TO_ONE: tuple[Operation, ...] = (
    step(
        "numbers",
        "number",
        "total sum_all",
        sum,
        'Compute the sum of {it} and store it in "{y}".',
        'Add up all numbers in "{x}" and store the result in "{y}".',
        'Calculate the sum of the elements in variable "{x}" and store the result to "{y}".',
    ),
    step(
        "numbers",
        "number",
        "largest highest",
        max,
        'Find the maximum of {it} and store it in "{y}".',
        'Find the largest number in "{x}" and store it in "{y}".',
    ),
    step(
        "numbers",
        "number",
        "smallest lowest",
        min,
        'Find the minimum of {it} and store it in "{y}".',
        'Find the smallest number in "{x}" and store it in "{y}".',
    ),
    step(
        "numbers",
        "number",
        "size amount",
        len,
        'Compute the length of {it} and store it in "{y}".',
        'Count the elements of "{x}" and store the count in "{y}".',
    ),
    step(
        "numbers",
        "number",
        "product multiplied",
        math.prod,
        'Compute the product of the numbers and store it in "{y}".',
        'Multiply all numbers in "{x}" together and store the result in "{y}".',
    ),
    step(
        "numbers",
        "number",
        "span difference",
        lambda v: max(v) - min(v),
        'Compute the difference between the maximum and the minimum and store it in "{y}".',
        'Subtract the smallest number of "{x}" from the largest and store it in "{y}".',
    ),
    step(
        "numbers",
        "number",
        "count matches",
        lambda v, k: sum(n > k for n in v),
        'Count the numbers greater than {k} and store the count in "{y}".',
        'Count how many elements of "{x}" are larger than {k} and store it in "{y}".',
        k=small,
    ),
    step(
        "numbers",
        "ratio",
        "average mean",
        lambda v: sum(v) / len(v),
        'Compute the average of {it} and store it in "{y}".',
        'Compute the mean of "{x}" and store it in "{y}".',
    ),
)

SINGLE: tuple[Operation, ...] = (
    step(
        "number",
        "number",
        "squared power",
        lambda n: n * n,
        'Compute the square of {it} and store it in "{y}".',
        'Square "{x}" and store the result in "{y}".',
    ),
    step(
        "number",
        "number",
        "rest remainder",
        lambda n, k: n % k,
        'Compute the remainder of "{x}" divided by {k} and store it in "{y}".',
        'Divide "{x}" by {k} and store the remainder in "{y}".',
        k=small,
    ),
    step(
        "number",
        "number",
        "digit_sum digits",
        lambda n: sum(map(int, str(abs(n)))),
        'Compute the sum of the digits of "{x}" and store it in "{y}".',
        'Add up the digits of {it} and store the result in "{y}".',
    ),
    function(
        "number",
        "flag",
        "outcome answer",
        lambda n: n % 2 == 0,
        "checks if a number is even.",
        "returns whether a number is even.",
    ),
    function(
        "number",
        "flag",
        "outcome answer",
        _prime,
        "checks if a number is prime.",
        "returns True when its argument is a prime number.",
    ),
    function(
        "number",
        "number",
        "outcome answer",
        lambda n: n * n,
        "returns the square of a number.",
        "squares its argument.",
    ),
    function(
        "number",
        "number",
        "outcome answer",
        lambda n: 2 * n,
        "doubles a number.",
        "returns twice its argument.",
    ),
)
