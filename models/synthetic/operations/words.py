"""From a list of words to something else."""

from __future__ import annotations

from models.synthetic.operation import Operation, op

_KEEP = "[keep only|select|collect|pick out|extract]"

OPERATIONS: tuple[Operation, ...] = (
    op(
        "upper words",
        "words -> words",
        "upper",
        "[w.upper() for w in {x}]",
        n=(
            "[all |]the <words> of {x} in [upper case|uppercase|capitals]",
            "{x} with all <words> in capital letters",
        ),
        v=(
            "[convert|turn|change] [each|every] <word> <in> {x} [to|into] [upper "
            "case|uppercase|capitals]",
            "uppercase [all |each of ]the <words> <in> {x}",
            "write each <word> of {x} with capitals only",
        ),
    ),
    op(
        "lower words",
        "words -> words",
        "lower",
        "[w.lower() for w in {x}]",
        n=(
            "[all |]the <words> of {x} in [lower case|lowercase|small letters]",
            "{x} with no capitals in any <word>",
        ),
        v=(
            "[convert|turn|change] [each|every] <word> <in> {x} [to|into] [lower "
            "case|lowercase|small letters]",
            "lowercase [all |each of ]the <words> <in> {x}",
            "write each <word> of {x} with small letters only",
        ),
    ),
    op(
        "capital words",
        "words -> words",
        "capitalized",
        "[w.capitalize() for w in {x}]",
        n=(
            "[all |]the <words> of {x} with [a capital first letter|the first letter capitalized]",
            "{x} with each <word> capitalized",
        ),
        v=(
            "[capitalize|capitalise] [each|every] <word> <in> {x}",
            "[capitalize|capitalise] [all |][the |]<words> <in> {x}",
            "start every <word> of {x} with a capital",
        ),
    ),
    op(
        "reverse each",
        "words -> words",
        "reversed_words",
        "[w[::-1] for w in {x}]",
        n=(
            "[each|every] <word> of {x} [reversed|spelled backwards|written backwards]",
            "{x} with each <word> mirrored",
        ),
        v=(
            "reverse [the letters of |the characters of |][each|every] <word> <in> {x}",
            "[spell|write] [each|every] <word> <in> {x} backwards",
            "mirror each single <word> of {x}",
        ),
    ),
    op(
        "first letters",
        "words -> words",
        "initials",
        "[w[0] for w in {x}]",
        n=(
            "[a list of |]the [first letter|first character|initial] of <each> <word> <in> {x}",
            "what each <word> of {x} begins with",
        ),
        v=(
            "[take|collect|get] the first [letter|character] of [each|every] <word> <in> {x}",
            "reduce every <word> of {x} to its initial",
        ),
    ),
    op(
        "long words",
        "words -> words",
        "long_words",
        "[w for w in {x} if len(w) > {k}]",
        n=(
            "[all |]the <words> <in> {x} [longer than|with more than] {k} [letters|characters]",
            "those <words> of {x} whose length exceeds {k}",
        ),
        v=(
            f"{_KEEP} [all |]the <words> <in> {{x}} [longer than|with more than] {{k}} "
            "[letters|characters]",
            "drop <words> of at most {k} letters from {x}",
        ),
        k="small",
    ),
    op(
        "short words",
        "words -> words",
        "short_words",
        "[w for w in {x} if len(w) < {k}]",
        n=(
            "[all |]the <words> <in> {x} [shorter than|with fewer than|with less than] {k} "
            "[letters|characters]",
            "those <words> of {x} whose length is below {k}",
        ),
        v=(
            f"{_KEEP} [all |]the <words> <in> {{x}} [shorter than|with fewer than] {{k}} "
            "[letters|characters]",
            "drop <words> of {k} letters or more from {x}",
        ),
        k="small",
    ),
    op(
        "words with",
        "words -> words",
        "matching",
        "[w for w in {x} if {k} in w]",
        n=(
            "[all |]the <words> <in> {x} [that contain|containing|with] [the letter |]{k}",
            "whichever <words> of {x} have a {k}",
        ),
        v=(
            f"{_KEEP} [all |]the <words> <in> {{x}} [that contain|containing|with] [the letter "
            f"|]{{k}}",
            "throw out <words> of {x} that lack {k}",
        ),
        k="letter",
    ),
    op(
        "words starting",
        "words -> words",
        "matching",
        "[w for w in {x} if w.startswith({k})]",
        n=(
            "[all |]the <words> <in> {x} [that start|that begin|starting|beginning] with [the "
            "letter |]{k}",
            "whichever <words> of {x} have {k} in front",
        ),
        v=(
            f"{_KEEP} [all |]the <words> <in> {{x}} [that start|that begin|starting] with [the "
            f"letter |]{{k}}",
            "throw out <words> of {x} whose first letter is not {k}",
        ),
        k="letter",
    ),
    op(
        "sort by length",
        "words -> words",
        "by_length",
        "sorted({x}, key=len)",
        n=(
            "{x} [sorted|ordered|arranged] by [length|word length|the number of letters]",
            "the <words> of {x} from [shortest to longest|short to long]",
            "{x} with shorter <words> before longer ones",
        ),
        v=(
            "[sort|order|arrange] {x} by [the length of its <words>|length|word length]",
            "[sort|order|arrange] [all |][the ]<words> <in> {x} from [shortest to "
            "longest|short to long]",
            "put short <words> of {x} first and long ones last",
        ),
    ),
    op(
        "add word",
        "words -> words",
        "extended",
        "{x} + [{k}]",
        n=(
            "{x} [with {k} at the end|with {k} appended|followed by {k}]",
            "{x} longer by the <word> {k}",
        ),
        v=(
            "[append|add|attach] [the word |the string |]{k} to [the end of |]{x}",
            "[put|place] {k} at the end of {x}",
            "let {k} be the last <word> of {x}",
        ),
        k="word",
    ),
    op(
        "prefix words",
        "words -> words",
        "prefixed",
        "[{k} + w for w in {x}]",
        n=(
            "[each|every] <word> <in> {x} [with|having] {k} in front",
            "{x} with {k} before each <word>",
        ),
        v=(
            "[put|write|add] {k} [before|in front of] [each|every] <word> <in> {x}",
            "prefix [each|every] <word> <in> {x} with {k}",
            "let every <word> of {x} start with an extra {k}",
        ),
        k="mark",
    ),
)
