"""Matrices and lists of pairs."""

from __future__ import annotations

from models.synthetic.operation import Operation, op

_BY_VALUE = "key=lambda item: item[1]"

OPERATIONS: tuple[Operation, ...] = (
    op(
        "pairs to dict",
        "pairs -> table",
        "mapping",
        "dict({x})",
        n=(
            "[a|the] [dictionary|dict] [of|from|made of] [the pairs in |the tuples in |]{x}",
            "{x} as a [dictionary|dict]",
        ),
        v=(
            "[convert|turn] {x} [to|into] a [dictionary|dict]",
            "[build|make] a [dictionary|dict] [of|from|out of] {x}",
            "let the pairs of {x} become keys and values",
        ),
    ),
    op(
        "pair firsts",
        "pairs -> words",
        "firsts",
        "[a for a, b in {x}]",
        n=(
            "[a list of |]the first [element|item|part]s of [all |the |][pairs|tuples] [of|in] {x}",
            "what stands first in each [pair|tuple] of {x}",
        ),
        v=(
            "[take|collect|get|extract] the first [element|item|part] of [each|every] "
            "[pair|tuple] [of|in] {x}",
            "reduce each tuple of {x} to its first part",
        ),
    ),
    op(
        "pair seconds",
        "pairs -> numbers",
        "seconds",
        "[b for a, b in {x}]",
        n=(
            "[a list of |]the second [element|item|part]s of [all |the |][pairs|tuples] "
            "[of|in] {x}",
            "what stands second in each [pair|tuple] of {x}",
        ),
        v=(
            "[take|collect|get|extract] the second [element|item|part] of [each|every] "
            "[pair|tuple] [of|in] {x}",
            "reduce each tuple of {x} to its second part",
        ),
    ),
    op(
        "sort pairs",
        "pairs -> pairs",
        "ranked",
        f"sorted({{x}}, {_BY_VALUE})",
        n=(
            "{x} [sorted|ordered|arranged] by the second [element|item|part|value]",
            "{x} with its second parts growing",
        ),
        v=(
            "[sort|order|arrange] {x} by the second [element|item|part|value][ of each pair| "
            "of each tuple|]",
            "[sort|order] the [pairs|tuples] [of|in] {x} by their second [element|item]",
            "line up {x} so that second parts grow",
        ),
    ),
    op(
        "transpose",
        "matrix -> matrix",
        "transposed",
        "[list(row) for row in zip(*{x})]",
        n=(
            "the transpose of {x}",
            "{x} [transposed|with rows and columns swapped|with rows and columns exchanged]",
            "{x} flipped over its diagonal",
        ),
        v=(
            "transpose {x}",
            "[swap|exchange] [the |]rows and [the |]columns of {x}",
            "turn the rows of {x} into columns",
        ),
    ),
    op(
        "flatten",
        "matrix -> numbers",
        "flat",
        "[n for row in {x} for n in row]",
        n=(
            "[a|the] [flat|flattened] list of [all |the |all the |]<nums> [of|in] {x}",
            "{x} flattened",
            "all <nums> of {x} in one list",
        ),
        v=(
            "flatten {x}[ into one list| into a single list| to a flat list|]",
            "[collect|put] all <nums> of {x} [in|into] one list",
            "join the rows of {x} into a flat list",
        ),
    ),
    op(
        "row sums",
        "matrix -> numbers",
        "row_sums",
        "[sum(row) for row in {x}]",
        n=(
            "[a list of |]the [sum|total]s of [the |all |]rows [of|in] {x}",
            "[a list of |]the [sum|total] of [each|every] row [of|in] {x}",
            "what each row of {x} adds up to",
        ),
        v=("[add up|sum|sum up] [each|every] row [of|in] {x}", "total {x} row by row"),
    ),
    op(
        "column sums",
        "matrix -> numbers",
        "column_sums",
        "[sum(column) for column in zip(*{x})]",
        n=(
            "[a list of |]the [sum|total]s of [the |all |]columns [of|in] {x}",
            "[a list of |]the [sum|total] of [each|every] column [of|in] {x}",
            "what each column of {x} adds up to",
        ),
        v=("[add up|sum|sum up] [each|every] column [of|in] {x}", "total {x} column by column"),
    ),
    op(
        "rows",
        "matrix -> number",
        "rows",
        "len({x})",
        n=(
            "the [number|count|amount] of rows [of|in] {x}",
            "how many rows {x} has",
            "the height of {x} in rows",
        ),
        v=("count the rows [of|in] {x}", "see how many rows {x} has"),
    ),
    op(
        "columns",
        "matrix -> number",
        "columns",
        "len({x}[0])",
        n=(
            "the [number|count|amount] of columns [of|in] {x}",
            "how many columns {x} has",
            "the width of {x} in columns",
        ),
        v=("count the columns [of|in] {x}", "see how many columns {x} has"),
    ),
    op(
        "row",
        "matrix -> numbers",
        "row",
        "{x}[0]",
        n=(
            "the [first|top] row of {x}",
            "the row [at|with] index 0 of {x}",
            "the row {x} begins with",
        ),
        v=(
            "[take|pick|get|select] the [first|top] row [of|in] {x}",
            "take what {x} has at index 0",
        ),
    ),
    op(
        "column",
        "matrix -> numbers",
        "column",
        "[row[0] for row in {x}]",
        n=(
            "the [first|leftmost] column of {x}",
            "the [first|leading] [element|number]s of all rows of {x}",
            "the left edge of {x}",
        ),
        v=(
            "[take|pick|get|select] the first [element|number] of [each|every] row [of|in] {x}",
            "take the left column of {x}",
        ),
    ),
    op(
        "matrix max",
        "matrix -> number",
        "largest",
        "max(max(row) for row in {x})",
        n=(
            "the [largest|biggest|highest|greatest] <num> [of|in] {x}",
            "the maximum over all rows of {x}",
        ),
    ),
    op(
        "matrix sum",
        "matrix -> number",
        "total",
        "sum(sum(row) for row in {x})",
        n=("the [sum|total] of all <nums> [of|in] {x}", "what the rows of {x} add up to together"),
        v=("[add up|sum|sum up] all <nums> [of|in] {x}", "total {x} over all rows"),
    ),
    op(
        "diagonal",
        "matrix -> numbers",
        "diagonal",
        "[{x}[i][i] for i in range(min(len({x}), len({x}[0])))]",
        n=(
            "the [main |]diagonal of {x}[ as a list|]",
            "the [elements|numbers|values] on the [main |]diagonal of {x}",
            "the list from the top left of {x} diagonally down",
        ),
    ),
)
