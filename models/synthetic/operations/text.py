"""From a string to something else."""

from __future__ import annotations

from models.synthetic.operation import Operation, op

_REMOVE = "[remove|delete|strip|drop|eliminate] [all |every |the |all the |any |]"


def _without(name: str, called: str, code: str, what: str) -> Operation:
    return op(
        f"without {name}",
        "text -> text",
        called,
        code,
        n=(
            f"{{x}} without [its |the |any |]{what}",
            f"{{x}} with [all |]the {what} [removed|taken out|deleted]",
            f"what {{x}} is without {what}",
        ),
        v=(
            f"{_REMOVE}{what} from {{x}}",
            f"[clean|free] {{x}} [of|from] {what}",
            f"get rid of the {what} in {{x}}",
        ),
    )


OPERATIONS: tuple[Operation, ...] = (
    _without(
        "vowels", "consonants", '"".join(c for c in {x} if c.lower() not in "aeiou")', "vowels"
    ),
    _without(
        "spaces", "compact", '{x}.replace(" ", "")', "[spaces|blanks|whitespace|space characters]"
    ),
    _without("digits", "lettered", '"".join(c for c in {x} if not c.isdigit())', "digits"),
    _without(
        "punctuation",
        "cleaned",
        '"".join(c for c in {x} if c.isalnum() or c == " ")',
        "punctuation[ marks| characters|]",
    ),
    op(
        "upper",
        "text -> text",
        "upper",
        "{x}.upper()",
        n=(
            "{x} in [upper case|uppercase|capitals|capital letters|all caps]",
            "the [uppercase|upper-case|capitalised] [version|form] of {x}",
            "{x} with nothing but capitals",
        ),
        v=(
            "[convert|turn|change|transform] {x} [to|into] [upper case|uppercase|capital "
            "letters|capitals]",
            "[uppercase|upper-case] {x}",
            "make [all |every one of ]the letters of {x} [uppercase|capital]",
            "write {x} all in capitals",
        ),
    ),
    op(
        "lower",
        "text -> text",
        "lower",
        "{x}.lower()",
        n=(
            "{x} in [lower case|lowercase|small letters]",
            "the [lowercase|lower-case] [version|form] of {x}",
            "{x} without any capitals",
        ),
        v=(
            "[convert|turn|change|transform] {x} [to|into] [lower case|lowercase|small letters]",
            "[lowercase|lower-case] {x}",
            "make [all |]the [letters|characters] of {x} [lowercase|small]",
            "write {x} all in small letters",
        ),
    ),
    op(
        "title",
        "text -> text",
        "title",
        "{x}.title()",
        n=(
            "{x} in title case",
            "{x} with <each> word [capitalised|capitalized|starting with a capital letter]",
            "{x} as it would stand in a headline, in title case",
        ),
        v=(
            "[capitalize|capitalise] [each|every] word [of|in] {x}",
            "[convert|turn] {x} [to|into] title case",
            "give every word of {x} a capital first letter",
        ),
    ),
    op(
        "capitalize",
        "text -> text",
        "capitalized",
        "{x}.capitalize()",
        n=(
            "{x} with [only |]the first letter [capitalized|capitalised|in upper case] and the "
            "rest in lower case",
            "{x} written like a sentence, one capital in front",
        ),
        v=(
            "capitalize {x}",
            "[make|turn] the first letter of {x} [upper case|uppercase] and the [rest|others] "
            "lower",
            "start {x} with its only capital",
        ),
    ),
    op(
        "swap case",
        "text -> text",
        "swapped",
        "{x}.swapcase()",
        n=(
            "{x} with [upper and lower case|the case of all letters] [swapped|exchanged|flipped]",
            "{x} with capitals made small and small letters made capital",
        ),
        v=(
            "[swap|flip|invert] the case of [all |every |each |the |][letter|letters] in {x}",
            "exchange upper and lower case in {x}",
        ),
    ),
    op(
        "reverse",
        "text -> text",
        "backwards",
        "{x}[::-1]",
        n=(
            "{x} [reversed|in reverse|backwards|spelled backwards]",
            "[all |]the <chars> of {x} in reverse[d|] order",
            "the mirror image of {x}",
        ),
        v=(
            "[reverse|flip|invert|turn around] {x}",
            "reverse the [order of the |][characters|letters] [of|in] {x}",
            "spell {x} from its end to its start",
        ),
    ),
    op(
        "sorted characters",
        "text -> text",
        "sorted_letters",
        '"".join(sorted({x}))',
        n=(
            "[a string of |]the <chars> of {x} in [alphabetical|sorted|ascending] order",
            "{x} with its <chars> sorted",
            "{x} rearranged in the order of the alphabet",
        ),
        v=(
            "sort [all |]the <chars> [of|in] {x}",
            "[arrange|order] the <chars> of {x} alphabetically",
            "put the letters of {x} in alphabetical order",
        ),
    ),
    op(
        "first letter",
        "text -> text",
        "first",
        "{x}[0]",
        n=(
            "the [first|leading|initial] [character|letter] [of|in] {x}",
            "what {x} begins with, one character",
        ),
        v=(
            "[take|pick|get] the first [character|letter] of {x}",
            "look at the character at index 0 of {x}",
        ),
    ),
    op(
        "last letter",
        "text -> text",
        "last",
        "{x}[-1]",
        n=("the [last|final] [character|letter] [of|in] {x}", "what {x} ends with, one character"),
        v=(
            "[take|pick|get] the last [character|letter] of {x}",
            "look at the final character of {x}",
        ),
    ),
    op(
        "most common letter",
        "text -> text",
        "most_common",
        "max({x}, key={x}.count)",
        n=(
            "the [most common|most frequent] [character|letter] [in|of] {x}",
            "the [character|letter] that [occurs|appears] most often in {x}",
            "the character {x} uses most",
        ),
    ),
    op(
        "longest word",
        "text -> text",
        "longest",
        "max({x}.split(), key=len)",
        n=(
            "the longest word [of|in|from] {x}",
            "the word of {x} with the most [letters|characters]",
            "the word that takes up the most letters in {x}",
        ),
        v=("[pick|look up|select] the longest word [of|in] {x}", "search {x} for its longest word"),
    ),
    op(
        "reverse word order",
        "text -> text",
        "reordered",
        '" ".join({x}.split()[::-1])',
        n=(
            "the words of {x} in reverse[d|] order[ as a string|]",
            "{x} with its words in [reverse|reversed|the opposite] order",
            "{x} read word by word from the end",
        ),
        v=(
            "reverse the [order of the |]words [of|in] {x}",
            "put the last word of {x} first and so on",
        ),
    ),
    op(
        "initials",
        "text -> text",
        "initials",
        '"".join(w[0] for w in {x}.split())',
        n=(
            "[a string of |]the [first letters|initials] of [all |the |]words [in|of] {x}",
            "the acronym of {x}",
        ),
        v=(
            "[join|collect] the first letter of [each|every] word [in|of] {x}[ in a string|]",
            "make an acronym of {x}",
        ),
    ),
)
