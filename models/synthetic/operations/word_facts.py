"""What a list of words is asked."""

from __future__ import annotations

from models.synthetic.operation import Operation, op

OPERATIONS: tuple[Operation, ...] = (
    op(
        "join spaces",
        "words -> text",
        "sentence",
        '" ".join({x})',
        n=(
            "[the |]<words> of {x} [joined|connected] [with|by] [spaces|blanks|a space]",
            "a [string|sentence] of [all |]the <words> in {x}, separated by spaces",
            "{x} as one line with spaces in between",
        ),
        v=(
            "[join|combine|concatenate|connect] [all |][the |]<words> <in> {x} with [spaces|a "
            "space|blanks]",
            "[join|combine] {x} into a [string|sentence] with spaces[ between the words|]",
            "glue {x} together using spaces",
        ),
    ),
    op(
        "join with",
        "words -> text",
        "joined",
        "{k}.join({x})",
        n=(
            "[the |]<words> of {x} [joined|connected|separated] by {k}",
            "a string of [all |]the <words> in {x} with {k} [between them|in between]",
            "{x} as one string having {k} in every gap",
        ),
        v=(
            "[join|combine|connect|concatenate] [all |][the |]<words> <in> {x} [with|by|using] {k}",
            "[join|combine] {x} into [a|one] string with {k} as [the |]separator",
            "glue {x} together using {k}",
        ),
        k="separator",
    ),
    op(
        "concatenate",
        "words -> text",
        "joined",
        '"".join({x})',
        n=(
            "[the concatenation of|a string made of] [all |][the |]<words> <in> {x}",
            "all <words> of {x} written as one without gaps",
        ),
        v=(
            "concatenate [all |][the |]<words> <in> {x}",
            "[join|combine] [all |][the |]<words> <in> {x} without [a |any |]separator",
            "string the <words> of {x} together with nothing in between",
        ),
    ),
    op(
        "lengths",
        "words -> numbers",
        "lengths",
        "[len(w) for w in {x}]",
        n=(
            "[a list of |]the [length|lengths] of <each> <word> <in> {x}",
            "[a list with |]the number of [letters|characters] of <each> <word> <in> {x}",
            "how long each <word> of {x} is, as a list",
        ),
        v=(
            "[measure|compute] the length of [each|every] <word> <in> {x}",
            "count the [letters|characters] of [each|every] <word> <in> {x}",
            "map {x} to the lengths of its <words>",
        ),
    ),
    op(
        "longest",
        "words -> text",
        "longest",
        "max({x}, key=len)",
        n=(
            "the longest <word> <in> {x}",
            "the <word> <in> {x} with the most [letters|characters]",
            "the <word> of {x} that is longer than the rest",
        ),
        v=(
            "[pick|look up|select] the longest <word> <in> {x}",
            "search {x} for its longest <word>",
        ),
    ),
    op(
        "shortest",
        "words -> text",
        "shortest",
        "min({x}, key=len)",
        n=(
            "the shortest <word> <in> {x}",
            "the <word> <in> {x} with the [fewest|least] [letters|characters]",
            "the <word> of {x} that is shorter than the rest",
        ),
        v=(
            "[pick|look up|select] the shortest <word> <in> {x}",
            "search {x} for its shortest <word>",
        ),
    ),
    op(
        "alphabetically last",
        "words -> text",
        "final",
        "max({x})",
        n=(
            "the [alphabetically last|last in alphabetical order] <word> <in> {x}",
            "the <word> <in> {x} that comes last [alphabetically|in the alphabet|in "
            "alphabetical order]",
            "the greatest <word> of {x} in string order",
        ),
    ),
    op(
        "total letters",
        "words -> number",
        "letters",
        "sum(len(w) for w in {x})",
        n=(
            "the [total|overall] [number|count] of [letters|characters] in [all |the |]<words> "
            "of {x}",
            "the [sum of the lengths|total length] of [all |the |]<words> in {x}",
            "how many letters {x} has over all <words>",
        ),
        v=(
            "[add up|sum] the lengths of [all |the ]<words> <in> {x}",
            "count the letters of all <words> in {x} together",
        ),
    ),
    op(
        "mean length",
        "words -> ratio",
        "mean_length",
        "sum(len(w) for w in {x}) / len({x})",
        n=(
            "the [average|mean] [length|number of letters] of [the |all |]<words> in {x}",
            "how long <words> of {x} are on average",
        ),
    ),
    op(
        "lengths dict",
        "words -> table",
        "lengths",
        "{{w: len(w) for w in {x}}}",
        n=(
            "a [dictionary|dict] [of|from|that maps] <each> <word> <in> {x} [and|to] its length",
            "a [dictionary|dict] with the length of <each> <word> <in> {x}",
            "the <words> of {x} as keys with their lengths as values",
        ),
        v=(
            "map [each|every] <word> <in> {x} to its length[ in a dictionary|]",
            "look up the length of every <word> of {x} in a new dictionary",
        ),
    ),
    op(
        "positions dict",
        "words -> table",
        "positions",
        "{{w: i for i, w in enumerate({x})}}",
        n=(
            "a [dictionary|dict] [of|from|that maps] <each> <word> <in> {x} [and|to] its "
            "[index|position]",
            "the <words> of {x} as keys with their indices as values",
        ),
    ),
    op(
        "most common word",
        "words -> text",
        "most_common",
        "max({x}, key={x}.count)",
        n=(
            "the [most common|most frequent] <word> <in> {x}",
            "the <word> that [occurs|appears] most often in {x}",
            "the <word> {x} repeats most",
        ),
    ),
    op(
        "contains word",
        "words -> flag",
        "found",
        "{k} in {x}",
        n=(
            "whether [the word |the string |]{k} is [in|an element of|contained in|one of the "
            "<words> of] {x}",
            "whether {x} has {k} among its <words>",
        ),
        v=(
            "[check|test|see] [if|whether] {x} [contains|includes|has] [the word |]{k}",
            "look for {k} in {x} and say if it is there",
        ),
        k="word",
    ),
)
