"""What a string is asked: counts, tests, parts that are no string."""

from __future__ import annotations

from models.synthetic.operation import Operation, op

_CHECK = "[check|test|verify|determine|find out] [if|whether]"


def _counted(name: str, called: str, code: str, what: str, one: str) -> Operation:
    return op(
        f"count {name}",
        "text -> number",
        called,
        code,
        n=(
            f"the [number|count|amount] of {what} [in|of] {{x}}",
            f"how many {what} {{x}} [has|contains]",
            f"how often there is a {one} in {{x}}",
        ),
        v=(
            f"count [all |][the |]{what} [in|of] {{x}}",
            f"count how many {what} {{x}} has",
            f"tally every {one} of {{x}}",
        ),
    )


OPERATIONS: tuple[Operation, ...] = (
    _counted("vowels", "vowels", 'sum(1 for c in {x}.lower() if c in "aeiou")', "vowels", "vowel"),
    _counted("words", "word_count", "len({x}.split())", "words", "word"),
    _counted("digits", "digit_count", "sum(1 for c in {x} if c.isdigit())", "digits", "digit"),
    _counted(
        "capitals",
        "capitals",
        "sum(1 for c in {x} if c.isupper())",
        "[capital letters|uppercase letters|capitals]",
        "capital letter",
    ),
    _counted("spaces", "spaces", '{x}.count(" ")', "[spaces|blanks]", "space"),
    _counted(
        "distinct",
        "distinct",
        "len(set({x}))",
        "[distinct|different|unique] characters",
        "new character",
    ),
    op(
        "length",
        "text -> number",
        "length",
        "len({x})",
        n=(
            "the [length|size] of {x}",
            "the number of <chars> [in|of] {x}",
            "how many <chars> {x} [has|contains]",
            "how long {x} is",
        ),
        v=("count [all |][the |]<chars> [in|of] {x}", "measure the length of {x}"),
    ),
    op(
        "split",
        "text -> words",
        "words",
        "{x}.split()",
        n=(
            "[a|the] list of [the |all |all the ]words [in|of] {x}",
            "the [single |individual |]words of {x}[ as a list| in a list|]",
            "{x} cut into words",
        ),
        v=(
            "split {x} [into|into a list of|into single] words",
            "split {x} [at|on|by] [white space|whitespace|spaces|blanks]",
            "break {x} [up |apart |]into words",
            "take {x} apart word by word",
        ),
    ),
    op(
        "characters",
        "text -> words",
        "characters",
        "list({x})",
        n=("[a|the] list of [the |all |]<chars> [in|of] {x}", "{x} as a list of <chars>"),
        v=(
            "[convert|turn|split] {x} into a list of <chars>",
            "break {x} into [single |individual |]<chars>",
            "take {x} apart character by character",
        ),
    ),
    op(
        "distinct characters",
        "text -> words",
        "distinct",
        "sorted(set({x}))",
        n=(
            "[a|the] sorted list of [the |all |][distinct|unique|different] <chars> [in|of] {x}",
            "each character of {x} once, in order",
        ),
        v=(
            "[collect|list] the [distinct|unique|different] <chars> of {x} in "
            "[sorted|alphabetical] order",
            "list which <chars> {x} uses, sorted",
        ),
    ),
    op(
        "palindrome",
        "text -> flag",
        "is_palindrome",
        "{x} == {x}[::-1]",
        n=(
            "whether {x} is [a palindrome|the same forwards and backwards|palindromic]",
            "whether {x} [equals its reverse|reads the same in both directions]",
            "whether {x} stays the same when turned around",
        ),
        v=(
            f"{_CHECK} {{x}} is a palindrome",
            f"{_CHECK} {{x}} reads the same backwards",
            "compare {x} with its own reverse",
        ),
    ),
    op(
        "count letter",
        "text -> number",
        "count",
        "{x}.count({k})",
        n=(
            "how [often|many times] [the letter |the character |]{k} [occurs|appears|is found] "
            "in {x}",
            "the number of [times {k} appears|occurrences of {k}|letters {k}] in {x}",
            "the frequency of {k} in {x}",
        ),
        v=(
            "count [the letter |the character |every |the occurrences of |how often there is "
            "]{k} in {x}",
            "tally each {k} of {x}",
        ),
        k="letter",
    ),
    op(
        "contains",
        "text -> flag",
        "found",
        "{k} in {x}",
        n=(
            "whether [the letter |the character |]{k} [is in|occurs in|appears in|is part of] {x}",
            "whether {x} has a {k}",
        ),
        v=(
            f"{_CHECK} {{x}} [contains|includes|has] [the letter |]{{k}}",
            "look for {k} in {x} and say if it is there",
        ),
        k="letter",
    ),
    op(
        "starts with",
        "text -> flag",
        "starts",
        "{x}.startswith({k})",
        n=("whether {x} [starts|begins] with [the letter |]{k}", "whether {k} comes first in {x}"),
        v=(
            f"{_CHECK} {{x}} [starts|begins] with [the letter |]{{k}}",
            "see if {k} is what {x} begins with",
        ),
        k="letter",
    ),
    op(
        "find letter",
        "text -> number",
        "position",
        "{x}.find({k})",
        n=(
            "the [index|position] of the first {k} in {x}[ or -1| (-1 if there is none)|]",
            "where {k} first [occurs|appears] in {x}",
        ),
        v=(
            "[find|look up|locate] the first {k} in {x}[ by index|]",
            "search {x} for the place of {k}",
        ),
        k="letter",
    ),
    op(
        "letter counts",
        "text -> table",
        "counts",
        "{y} = {{}}\nfor c in {x}:\n    {y}[c] = {y}.get(c, 0) + 1",
        n=(
            "a [dictionary|dict] of how [often|many times] <each> [character|letter] "
            "[occurs|appears] in {x}",
            "a [dictionary|dict] [with|of] the [count|frequency] of <each> [character|letter] "
            "[in|of] {x}",
            "a mapping from the <chars> of {x} to their counts",
        ),
        v=(
            "count [each|every] [character|letter] of {x} [in|with|using] a dictionary",
            "tally the <chars> of {x} in a dictionary",
        ),
    ),
    op(
        "codes",
        "text -> numbers",
        "codes",
        "[ord(c) for c in {x}]",
        n=(
            "[a list of |]the [ASCII|Unicode|character] codes of [all |the |]<chars> [in|of] {x}",
            "the number of each character of {x}, as given by ord",
        ),
        v=(
            "[convert|turn] [each|every] [character|letter] of {x} into its "
            "[ASCII|character|Unicode] code",
            "apply ord to each character of {x}",
        ),
    ),
    op(
        "is digits",
        "text -> flag",
        "is_numeric",
        "{x}.isdigit()",
        n=(
            "whether {x} [consists of|has|contains] [only digits|nothing but digits|digits only]",
            "whether all of {x} is digits",
        ),
        v=(f"{_CHECK} {{x}} consists of digits only", "see if {x} is all digits"),
    ),
)
