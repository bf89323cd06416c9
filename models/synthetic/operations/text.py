"""From a string to something else."""

from __future__ import annotations

from models.synthetic.operation import Operation, op

_CHECK = "[check|test|verify|determine|find out] [if|whether]"
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
            "[convert|turn|change|transform] {x} [to|into] [upper case|uppercase|capital letters|capitals]",
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
            "{x} with [only |]the first letter [capitalized|capitalised|in upper case] and the rest in lower case",
            "{x} written like a sentence, one capital in front",
        ),
        v=(
            "capitalize {x}",
            "[make|turn] the first letter of {x} [upper case|uppercase] and the [rest|others] lower",
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
        "distinct characters",
        "text -> words",
        "distinct",
        "sorted(set({x}))",
        n=(
            "[a|the] sorted list of [the |all |][distinct|unique|different] <chars> [in|of] {x}",
            "each character of {x} once, in order",
        ),
        v=(
            "[collect|list] the [distinct|unique|different] <chars> of {x} in [sorted|alphabetical] order",
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
            "how [often|many times] [the letter |the character |]{k} [occurs|appears|is found] in {x}",
            "the number of [times {k} appears|occurrences of {k}|letters {k}] in {x}",
            "the frequency of {k} in {x}",
        ),
        v=(
            "count [the letter |the character |every |the occurrences of |how often there is ]{k} in {x}",
            "tally each {k} of {x}",
        ),
        k="letter",
    ),
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
            "replace [each|every|all occurrences of the letter|the letter|the character] {k} in {x} [with|by] [a star|an asterisk]",
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
            "[remove|delete|drop|strip] [each|every|all occurrences of|the letter|any] {k} [from|in] {x}",
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
            "a [dictionary|dict] of how [often|many times] <each> [character|letter] [occurs|appears] in {x}",
            "a [dictionary|dict] [with|of] the [count|frequency] of <each> [character|letter] [in|of] {x}",
            "a mapping from the <chars> of {x} to their counts",
        ),
        v=(
            "count [each|every] [character|letter] of {x} [in|with|using] a dictionary",
            "tally the <chars> of {x} in a dictionary",
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
    op(
        "caesar",
        "text -> text",
        "shifted",
        '{y} = ""\nfor c in {x}.lower():\n    {y} += chr((ord(c) - 97 + {k}) % 26 + 97) if c.isalpha() else c',
        n=(
            "{x} in lower case with <each> letter [shifted|moved] [forward |]by {k} in the alphabet",
            "the Caesar cipher of {x} in lower case with a shift of {k}",
        ),
        v=(
            "[encrypt|encode] {x} in lower case with a Caesar [cipher|shift] of {k}",
            "move the letters of {x}, in lower case, {k} places along the alphabet",
        ),
        k="few",
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
            "[convert|turn] [each|every] [character|letter] of {x} into its [ASCII|character|Unicode] code",
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
