"""Dictionaries, pairs and matrices."""

from __future__ import annotations

from models.synthetic.operation import Operation, op

_BY_VALUE = "key=lambda item: item[1]"

OPERATIONS: tuple[Operation, ...] = (
    op(
        "keys",
        "table -> words",
        "keys",
        "list({x})",
        n=("[a list of |][all |][the |]keys [of|in|from] {x}", "the keys {x} has, as a list"),
        v=(
            "[list|collect|extract] [all |][the |]keys [of|in|from] {x}",
            "gather what {x} uses as keys",
        ),
    ),
    op(
        "values",
        "table -> numbers",
        "values",
        "list({x}.values())",
        n=("[a list of |][all |][the |]values [of|in|from] {x}", "the values {x} has, as a list"),
        v=(
            "[list|collect|extract] [all |][the |]values [of|in|from] {x}",
            "gather what {x} stores as values",
        ),
    ),
    op(
        "table sum",
        "table -> number",
        "total",
        "sum({x}.values())",
        n=(
            "the [sum|total] of [all |][the |]values [of|in] {x}",
            "what the values of {x} add up to",
        ),
        v=(
            "[add up|sum|sum up|total] [all |][the |]values [of|in] {x}",
            "add the values of {x} together",
        ),
    ),
    op(
        "best key",
        "table -> text",
        "best",
        "max({x}, key={x}.get)",
        n=(
            "the key [of|in] {x} with the [largest|highest|biggest|greatest|maximum] value",
            "the key that has the [largest|highest|maximum] value in {x}",
            "the key whose value in {x} no other exceeds",
        ),
        v=(
            "[pick|look up|select] the key [of|in] {x} with the [largest|highest|maximum] value",
            "search {x} for the key of its top value",
        ),
    ),
    op(
        "worst key",
        "table -> text",
        "lowest",
        "min({x}, key={x}.get)",
        n=(
            "the key [of|in] {x} with the [smallest|lowest|minimum] value",
            "the key that has the [smallest|lowest|minimum] value in {x}",
            "the key whose value in {x} is below all others",
        ),
        v=(
            "[pick|look up|select] the key [of|in] {x} with the [smallest|lowest] value",
            "search {x} for the key of its least value",
        ),
    ),
    op(
        "table max",
        "table -> number",
        "largest",
        "max({x}.values())",
        n=(
            "the [largest|highest|biggest|greatest|maximum] value [of|in] {x}",
            "the top value among those of {x}",
        ),
    ),
    op(
        "table mean",
        "table -> ratio",
        "mean",
        "sum({x}.values()) / len({x})",
        n=(
            "the [average|mean] [value of|of the values of|of all values in|of the values in] {x}",
            "what the values of {x} are on average",
        ),
        v=(
            "average [all |][the |]values [of|in] {x}",
            "divide the sum of the values of {x} by how many keys it has",
        ),
    ),
    op(
        "table size",
        "table -> number",
        "size",
        "len({x})",
        n=(
            "the number of [keys|entries|items|pairs] [of|in] {x}",
            "how many [keys|entries|items|pairs] {x} has",
            "the size of {x} in entries",
        ),
        v=("count the [keys|entries|items|pairs] [of|in] {x}", "see how many keys {x} holds"),
    ),
    op(
        "sort keys",
        "table -> words",
        "sorted_keys",
        "sorted({x})",
        n=(
            "[a list of |]the sorted keys [of|in] {x}",
            "[a list of |]the keys of {x} in [alphabetical|ascending|sorted] order",
            "the keys of {x} from A to Z",
        ),
        v=(
            "sort the keys of {x}[ alphabetically| in alphabetical order|]",
            "put the keys of {x} in alphabetical order",
        ),
    ),
    op(
        "keys by value",
        "table -> words",
        "ranking",
        "sorted({x}, key={x}.get)",
        n=(
            "[a list of |]the keys of {x} [sorted|ordered|arranged] by [value|their values]",
            "the keys of {x} from the smallest value to the largest",
        ),
        v=(
            "[sort|order|arrange|rank] the keys of {x} by [value|their values]",
            "line up the keys of {x} so that their values grow",
        ),
    ),
    op(
        "keys by value down",
        "table -> words",
        "ranking",
        "sorted({x}, key={x}.get, reverse=True)",
        n=(
            "the keys of {x} [sorted|ordered|arranged] by [value|their values] in "
            "[descending|decreasing] order",
            "the keys of {x} from the [largest|highest] value to the [smallest|lowest]",
            "the keys of {x}, top value first",
        ),
        v=(
            "[sort|order|arrange|rank] the keys of {x} by [value|their values], "
            "[largest|highest] first",
            "line up the keys of {x} so that their values fall",
        ),
    ),
    op(
        "items",
        "table -> pairs",
        "items",
        "list({x}.items())",
        n=(
            "[a list of |][the |all |][key-value pairs|pairs of key and value|items] "
            "[of|in|from] {x}",
            "{x} as a list of [tuples|pairs]",
            "every key of {x} along with its value, as tuples",
        ),
        v=(
            "[convert|turn] {x} [to|into] a list of [tuples|pairs]",
            "make pairs out of the keys and values of {x}",
        ),
    ),
    op(
        "items by value",
        "table -> pairs",
        "ranked",
        f"sorted({{x}}.items(), {_BY_VALUE})",
        n=(
            "[a list of |]the [items|pairs] of {x} [sorted|ordered|arranged] by [value|their "
            "values]",
            "the items of {x}, smallest value in front",
        ),
        v=(
            "[sort|order|arrange] the [items|entries|pairs] of {x} by [value|their values]",
            "line up the items of {x} so that values grow",
        ),
    ),
    op(
        "invert",
        "table -> index",
        "inverted",
        "{{v: k for k, v in {x}.items()}}",
        n=(
            "{x} with keys and values [swapped|exchanged|interchanged]",
            "[a|the] [dictionary|dict] [from|of] the values of {x} to its keys",
            "{x} looked up the other way round",
        ),
        v=(
            "[swap|exchange|interchange] [the |]keys and [the |]values of {x}",
            "[invert|flip] {x}",
            "turn {x} around so that values lead to keys",
        ),
    ),
    op(
        "filter table",
        "table -> table",
        "filtered",
        "{{k: v for k, v in {x}.items() if v > {k}}}",
        n=(
            "[the |][entries|items|pairs] of {x} [with|that have] [a value|values] "
            "[greater|larger|bigger|higher] than {k}",
            "{x} reduced to values above {k}",
        ),
        v=(
            "[keep only|select] the [entries|items|pairs] of {x} [with|that have] a value "
            "[greater than|larger than|above|over] {k}",
            "[remove|drop] [entries|items] whose value is not above {k} from {x}",
            "throw out of {x} what has a value up to {k}",
        ),
        k="small",
    ),
    op(
        "scale table",
        "table -> table",
        "scaled",
        "{{k: v * {k} for k, v in {x}.items()}}",
        n=(
            "{x} with [each|every] value [multiplied by|times] {k}",
            "{x} with values {k} times as large",
        ),
        v=(
            "multiply [each|every] value [of|in] {x} [by|with] {k}",
            "[scale|multiply] [all |][the ]values [of|in] {x} by {k}",
            "make the values of {x} {k} times as large",
        ),
        k="small",
    ),
    op(
        "raise table",
        "table -> table",
        "raised",
        "{{k: v + {k} for k, v in {x}.items()}}",
        n=("{x} with {k} added to [each|every] value", "{x} with values larger by {k}"),
        v=(
            "add {k} to [each|every] value [of|in] {x}",
            "[increase|raise] [all |][the ]values [of|in] {x} by {k}",
            "make the values of {x} larger by {k}",
        ),
        k="small",
    ),
    op(
        "has key",
        "table -> flag",
        "found",
        "{k} in {x}",
        n=(
            "whether {k} is [a key of|a key in|one of the keys of|among the keys of] {x}",
            "whether {x} knows the key {k}",
        ),
        v=(
            "[check|test|see] [if|whether] {x} [contains|has|includes] [the |a ]key {k}",
            "look for the key {k} in {x} and say if it is there",
        ),
        k="word",
    ),
    op(
        "get or zero",
        "table -> number",
        "value",
        "{x}.get({k}, 0)",
        n=(
            "the value [of|for|under] [the key |]{k} in {x}[,| or] 0 [if it is missing|if "
            "there is none|by default]",
            "what {x} has under {k}, with 0 as the default",
        ),
        v=(
            "[look up|get|fetch] {k} in {x} with [0 as default|a default of 0]",
            "ask {x} for {k}, taking 0 when it is absent",
        ),
        k="word",
    ),
)
