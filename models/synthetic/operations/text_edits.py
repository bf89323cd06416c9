"""From a string and a letter, a mark or a count to another string."""

from __future__ import annotations

from models.synthetic.operation import Operation, op

OPERATIONS: tuple[Operation, ...] = (
    op(
        "replace letter",
        "text -> text",
        "replaced",
        '{x}.replace({k}, "*")',
        n=(
            "{x} with <each> {k} replaced by a star",
            "{x} with [a star|an asterisk] [instead of|for] <each> {k}",
        ),
        v=(
            "replace [each|every|all occurrences of the letter|the letter|the character] {k} "
            "in {x} [with|by] [a star|an asterisk]",
            "[substitute|put] a star for [each|every] {k} in {x}",
            "turn all {k} of {x} into stars",
        ),
        k="letter",
    ),
    op(
        "replace spaces",
        "text -> text",
        "joined",
        '{x}.replace(" ", {k})',
        n=(
            "{x} with <each> [space|blank] replaced by {k}",
            "{x} with {k} [instead of|in place of] [spaces|blanks]",
        ),
        v=(
            "replace [each|every|the|all] [space|spaces|blank] in {x} [with|by] {k}",
            "[substitute|put] {k} for [each|every] space in {x}",
            "fill the spaces of {x} with {k}",
        ),
        k="mark",
    ),
    op(
        "remove letter",
        "text -> text",
        "without",
        '{x}.replace({k}, "")',
        n=(
            "{x} without [the letter |any |every |]{k}",
            "{x} with [every|each|all] {k} [removed|deleted]",
        ),
        v=(
            "[remove|delete|drop|strip] [each|every|all occurrences of|the letter|any] {k} "
            "[from|in] {x}",
            "take {k} out of {x} wherever it stands",
        ),
        k="letter",
    ),
    op(
        "prefix",
        "text -> text",
        "start",
        "{x}[:{k}]",
        n=(
            "the first {k} <chars> [of|in] {x}",
            "the [leading|initial] {k} <chars> of {x}",
            "the beginning of {x}, {k} <chars> long",
        ),
        v=(
            "[take|keep|slice|cut out] the first {k} <chars> of {x}",
            "cut {x} off after {k} <chars>",
        ),
        k="few",
    ),
    op(
        "suffix",
        "text -> text",
        "end",
        "{x}[-{k}:]",
        n=(
            "the last {k} <chars> [of|in] {x}",
            "the [trailing|final] {k} <chars> of {x}",
            "the end of {x}, {k} <chars> long",
        ),
        v=(
            "[take|keep|slice|cut out] the last {k} <chars> of {x}",
            "keep only where {x} ends, {k} <chars>",
        ),
        k="few",
    ),
    op(
        "repeat",
        "text -> text",
        "repeated",
        "{x} * {k}",
        n=(
            "{x} repeated {k} times",
            "{k} copies of {x} [in a row|joined together|one after another]",
            "{x} written {k} times over",
        ),
        v=(
            "repeat {x} {k} times",
            "[join|string together] {k} copies of {x}",
            "write {x} {k} times in a row",
        ),
        k="few",
    ),
    op(
        "append text",
        "text -> text",
        "extended",
        "{x} + {k}",
        n=("{x} followed by {k}", "{x} with {k} [appended|added at the end|at its end]"),
        v=("[append|add|attach] {k} to [the end of |]{x}", "put {k} after {x}"),
        k="mark",
    ),
    op(
        "caesar",
        "text -> text",
        "shifted",
        '{y} = ""\nfor c in {x}.lower():\n    {y} += chr((ord(c) - 97 + {k}) % 26 + 97) if '
        "c.isalpha() else c",
        n=(
            "{x} in lower case with <each> letter [shifted|moved] [forward |]by {k} in the "
            "alphabet",
            "the Caesar cipher of {x} in lower case with a shift of {k}",
        ),
        v=(
            "[encrypt|encode] {x} in lower case with a Caesar [cipher|shift] of {k}",
            "move the letters of {x}, in lower case, {k} places along the alphabet",
        ),
        k="few",
    ),
)
