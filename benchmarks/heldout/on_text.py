"""Operations on texts, words and tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from benchmarks.heldout.operation import Operation, few, function, letter, small, step


def _vowels(text: str) -> int:
    return sum(character in "aeiou" for character in text.lower())


def _only_best(items: Iterable[str], key: Callable[[str], int]) -> str:
    """Return the item with the largest key; two of them would leave open which is meant."""
    second, first = sorted(items, key=key)[-2:]
    if key(second) == key(first):
        raise ValueError("there are two")
    return first


TEXT: tuple[Operation, ...] = (
    step(
        "text",
        "text",
        "upper loud",
        str.upper,
        'Convert {it} to uppercase and store it in "{y}".',
        'Turn all letters of "{x}" into capitals and store the result in "{y}".',
    ),
    step(
        "text",
        "text",
        "lower quiet",
        str.lower,
        'Convert {it} to lowercase and store it in "{y}".',
        'Lowercase "{x}" and store the result in "{y}".',
    ),
    step(
        "text",
        "text",
        "backwards mirrored",
        lambda t: t[::-1],
        'Reverse {it} and store it in "{y}".',
        'Store the characters of "{x}" in reverse order in "{y}".',
    ),
    step(
        "text",
        "text",
        "replaced changed",
        lambda t, k: t.replace(k, "x"),
        'Replace every "{k}" in {it} with "x" and store it in "{y}".',
        'Replace the letter "{k}" by "x" in "{x}" and store the result in "{y}".',
        k=letter,
    ),
    step(
        "text",
        "text",
        "cleaned without",
        lambda t, k: t.replace(k, ""),
        'Remove every "{k}" from {it} and store it in "{y}".',
        'Delete the letter "{k}" from "{x}" and store the result in "{y}".',
        k=letter,
    ),
    step(
        "text",
        "text",
        "start beginning",
        lambda t, k: t[:k],
        'Take the first {k} characters of {it} and store them in "{y}".',
        'Store the first {k} letters of "{x}" in "{y}".',
        k=few,
    ),
    step(
        "text",
        "number",
        "length size",
        len,
        'Compute the length of {it} and store it in "{y}".',
        'Count the characters of "{x}" and store the count in "{y}".',
    ),
    step(
        "text",
        "number",
        "vowels vowel_count",
        _vowels,
        'Count the number of vowels in {it} and store it in "{y}".',
        'Count how many vowels "{x}" has and store the number in "{y}".',
    ),
    step(
        "text",
        "number",
        "times found",
        str.count,
        'Count how often "{k}" occurs in {it} and store it in "{y}".',
        'Count the letter "{k}" in "{x}" and store the number in "{y}".',
        k=letter,
    ),
    step(
        "text",
        "words",
        "words parts",
        str.split,
        'Split {it} into words and store them in "{y}".',
        'Split "{x}" at white space and store the words in "{y}".',
    ),
    step(
        "text",
        "flag",
        "same palindrome",
        lambda t: t == t[::-1],
        'Check if {it} is a palindrome and store the result in "{y}".',
        'Test whether "{x}" reads the same backwards and store it in "{y}".',
    ),
    function(
        "text",
        "number",
        "outcome answer",
        _vowels,
        "counts the vowels in a string.",
        "returns the number of vowels of its argument.",
    ),
    function(
        "text",
        "text",
        "outcome answer",
        lambda t: t[::-1],
        "reverses a string.",
        "returns its argument backwards.",
    ),
)

WORDS: tuple[Operation, ...] = (
    step(
        "words",
        "numbers",
        "lengths sizes",
        lambda w: [len(word) for word in w],
        'Compute the length of each word and store them in "{y}".',
        'Store the lengths of the words in "{x}" in a list "{y}".',
    ),
    step(
        "words",
        "text",
        "longest long_word",
        lambda w: _only_best(w, len),
        'Find the longest word and store it in "{y}".',
        'Store the word of "{x}" with the most letters in "{y}".',
    ),
    step(
        "words",
        "words",
        "ordered alphabetical",
        sorted,
        'Sort the words in alphabetical order and store them in "{y}".',
        'Sort "{x}" alphabetically and store the result in "{y}".',
    ),
    step(
        "words",
        "words",
        "upper capitals",
        lambda w: [word.upper() for word in w],
        'Convert each word to uppercase and store them in "{y}".',
        'Write every word of "{x}" in capitals and store them in "{y}".',
    ),
    step(
        "words",
        "words",
        "long_words kept",
        lambda w, k: [word for word in w if len(word) > k],
        'Keep only the words longer than {k} characters and store them in "{y}".',
        'Select the words of "{x}" with more than {k} letters and store them in "{y}".',
        k=few,
    ),
    step(
        "words",
        "text",
        "joined line",
        "-".join,
        'Join the words with "-" and store the result in "{y}".',
        'Connect the words of "{x}" with hyphens and store the string in "{y}".',
    ),
    step(
        "words",
        "number",
        "count amount",
        len,
        'Compute the number of words and store it in "{y}".',
        'Count the words in "{x}" and store the count in "{y}".',
    ),
    step(
        "words",
        "table",
        "counts frequency",
        lambda w: dict(Counter(w)),
        'Count how often each word occurs and store the dictionary in "{y}".',
        'Count the words of "{x}" in a dictionary named "{y}".',
    ),
)

TABLES: tuple[Operation, ...] = (
    step(
        "table",
        "words",
        "keys names",
        lambda d: sorted(d),
        'Get the sorted list of keys and store it in "{y}".',
        'Sort the keys of "{x}" and store them in "{y}".',
    ),
    step(
        "table",
        "numbers",
        "amounts entries",
        lambda d: list(d.values()),
        'Get the list of values of {it} and store it in "{y}".',
        'Store the values of "{x}" as a list in "{y}".',
    ),
    step(
        "table",
        "number",
        "total sum_all",
        lambda d: sum(d.values()),
        'Compute the sum of the values and store it in "{y}".',
        'Add up the values of "{x}" and store the result in "{y}".',
    ),
    step(
        "table",
        "text",
        "best top",
        lambda d: _only_best(d, d.__getitem__),
        'Find the key with the largest value and store it in "{y}".',
        'Store the key of "{x}" that has the highest value in "{y}".',
    ),
    step(
        "table",
        "table",
        "doubled twice",
        lambda d: {key: 2 * value for key, value in d.items()},
        'Double each value of {it} and store it in "{y}".',
        'Multiply every value of "{x}" by 2 and store the dictionary in "{y}".',
    ),
    step(
        "table",
        "table",
        "selected kept",
        lambda d, k: {key: value for key, value in d.items() if value > k},
        'Keep only the entries whose value is greater than {k} and store them in "{y}".',
        'Select the items of "{x}" with a value above {k} and store them in "{y}".',
        k=small,
    ),
)
