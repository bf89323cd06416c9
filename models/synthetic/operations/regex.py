"""Regular expressions on messages."""

from __future__ import annotations

from models.synthetic.operation import Operation, op

_WITH = "[with a regular expression|using a regular expression|with a regex|using re|]"


def _found(name: str, output: str, called: str, code: str, what: str, far: str) -> Operation:
    return op(
        f"find {name}",
        f"message -> {output}",
        called,
        code,
        n=(
            f"[a list of |]all [the |]{what} [in|of|from|found in] {{x}}",
            f"[every one of the|the list of] {what} [in|found in] {{x}}",
            f"{far} {{x}}",
        ),
        v=(
            f"[find|extract|collect|get|match] all [the |]{what} [in|from] {{x}} {_WITH}",
            f"search {{x}} for [all |]{what} {_WITH}",
            f"use a regular expression to list {far} {{x}}",
        ),
        imports="import re",
    )


OPERATIONS: tuple[Operation, ...] = (
    _found(
        "numbers",
        "numbers",
        "found_numbers",
        '[int(n) for n in re.findall(r"\\d+", {x})]',
        "[numbers|integers] as integers",
        "every run of digits, as an integer, of",
    ),
    _found(
        "digit runs",
        "words",
        "digit_groups",
        're.findall(r"\\d+", {x})',
        "[groups|runs|sequences] of digits",
        "every stretch of digits of",
    ),
    _found(
        "letter runs",
        "words",
        "letter_groups",
        're.findall(r"[A-Za-z]+", {x})',
        "[groups|runs|sequences] of letters",
        "every stretch of letters of",
    ),
    _found(
        "words",
        "words",
        "found_words",
        're.findall(r"\\w+", {x})',
        "[words|word-like parts]",
        "whatever matches \\w+ in",
    ),
    _found(
        "emails",
        "words",
        "emails",
        're.findall(r"[\\w.]+@[\\w.]+\\w", {x})',
        "[email addresses|e-mail addresses|emails|mail addresses]",
        "whatever looks like an email in",
    ),
    _found(
        "dates",
        "words",
        "found_dates",
        're.findall(r"\\d{{4}}-\\d{{2}}-\\d{{2}}", {x})',
        "[dates|dates like YYYY-MM-DD|ISO dates]",
        "every YYYY-MM-DD of",
    ),
    _found(
        "tags",
        "words",
        "tags",
        're.findall(r"#\\w+", {x})',
        "[hashtags|tags that start with #|words after a hash sign]",
        "whatever has a hash sign in front in",
    ),
    _found(
        "times",
        "words",
        "times",
        're.findall(r"\\d+:\\d{{2}}", {x})',
        "[times|clock times|times like H:MM]",
        "every H:MM of",
    ),
    _found(
        "long words",
        "words",
        "long_words",
        're.findall(r"[a-z]{{5,}}", {x})',
        "[runs|sequences|groups] of five or more [small letters|lowercase letters]",
        "each stretch of at least 5 small letters of",
    ),
    op(
        "mask digits",
        "message -> text",
        "masked",
        're.sub(r"\\d", "#", {x})',
        n=(
            "{x} with <each> digit replaced by [#|a hash sign]",
            "{x} with its digits hidden behind hash signs",
        ),
        v=(
            f"replace [each|every] digit [in|of] {{x}} [with|by] [#|a hash sign] {_WITH}",
            "hide the digits of {x} behind hash signs",
        ),
        imports="import re",
    ),
    op(
        "only letters",
        "message -> text",
        "letters",
        're.sub(r"[^A-Za-z]", "", {x})',
        n=(
            "{x} without [anything|everything|any character] [that is not a letter|but letters]",
            "just the letters of {x}, as one string",
        ),
        v=(
            f"[remove|delete|strip] [everything|all characters] [but|except] letters from {{x}} "
            f"{_WITH}",
            "reduce {x} to its letters",
        ),
        imports="import re",
    ),
    op(
        "has digits",
        "message -> flag",
        "has_digits",
        'bool(re.search(r"\\d", {x}))',
        n=(
            "whether {x} [has|contains|includes] [a digit|any digit|digits]",
            "whether some character of {x} is a digit",
        ),
        v=(
            "[check|test|find out] [if|whether] {x} [has|contains] [a digit|any digit|digits]",
            "search {x} for a digit and say if there is one",
        ),
        imports="import re",
    ),
    op(
        "first number",
        "message -> text",
        "first_number",
        're.search(r"\\d+|$", {x}).group()',
        n=(
            "the first [number|run of digits|group of digits] [in|of] {x}[ as a string| as text|]",
            "the digits that come first in {x}",
        ),
        v=(
            f"[find|extract|search for] the first [number|run of digits] in {{x}} {_WITH}",
            "match the earliest digits of {x}",
        ),
        imports="import re",
    ),
    op(
        "split pattern",
        "message -> words",
        "parts",
        're.split(r"[^\\w]+", {x})',
        n=(
            "the parts of {x} [between|separated by] [non-word characters|characters that are "
            "not word characters]",
            "what stands between the punctuation and spaces of {x}",
        ),
        v=(
            f"split {{x}} at [non-word characters|everything that is not a word character] {_WITH}",
            "cut {x} wherever there is no word character",
        ),
        imports="import re",
    ),
    op(
        "snake case",
        "message -> text",
        "snake",
        're.sub(r"\\W+", "_", {x}).lower()',
        n=(
            "{x} in lower case with [runs of non-word characters|everything between words] "
            "[replaced by|turned into] underscores",
            "a snake-case version of {x}",
        ),
        v=(
            "replace [runs of non-word characters|everything between words] in {x} [by|with] "
            "underscores and lowercase [it|the result]",
            "make {x} snake case",
        ),
        imports="import re",
    ),
)
