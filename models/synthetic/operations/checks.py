"""What a list of numbers is asked by position or condition."""

from __future__ import annotations

from models.synthetic.operation import Operation, op

OPERATIONS: tuple[Operation, ...] = (
    op(
        "index of largest",
        "numbers -> number",
        "position",
        "{x}.index(max({x}))",
        n=(
            "the [index|position] of the [largest|biggest|greatest|maximum] <num> <in> {x}",
            "where the maximum of {x} is",
        ),
        v=(
            "[locate|find the place of] the [largest|maximum|biggest] <num> <in> {x}",
            "look where {x} peaks",
        ),
    ),
    op(
        "index of smallest",
        "numbers -> number",
        "position",
        "{x}.index(min({x}))",
        n=(
            "the [index|position] of the [smallest|lowest|minimum] <num> <in> {x}",
            "where the minimum of {x} is",
        ),
    ),
    op(
        "count larger",
        "numbers -> number",
        "count",
        "sum(1 for n in {x} if n > {k})",
        n=(
            "the [number|count] of <nums> <in> {x} [greater|larger|bigger|higher] than {k}",
            "how many <nums> <in> {x} are [greater|larger|bigger|higher] than {k}",
            "how many times {x} goes above {k}",
        ),
        v=(
            "count [the |all |]<nums> <in> {x} [greater than|larger than|above|over] {k}",
            "count how many <nums> <in> {x} exceed {k}",
        ),
        k="any",
    ),
    op(
        "sorted check",
        "numbers -> flag",
        "is_sorted",
        "{x} == sorted({x})",
        n=(
            "whether {x} is [sorted|ordered|in order|in ascending order|sorted from low to high]",
            "whether <nums> of {x} never go down",
        ),
        v=(
            "[check|test|verify] [if|whether] {x} is [sorted|in ascending order]",
            "see if {x} only grows",
        ),
    ),
    op(
        "all positive",
        "numbers -> flag",
        "all_positive",
        "all(n > 0 for n in {x})",
        n=(
            "whether [all |all the |]<nums> <in> {x} are [positive|greater than zero|above 0]",
            "whether there are only positive <nums> in {x}",
        ),
        v=(
            "[check|test|verify] [if|whether] [all|every one of the] <nums> of {x} are positive",
            "see if {x} is positive throughout",
        ),
    ),
    op(
        "any negative",
        "numbers -> flag",
        "has_negative",
        "any(n < 0 for n in {x})",
        n=(
            "whether [any <num> in {x} is|some <num> in {x} is|{x} has a <num> that is] negative",
            "whether {x} contains something below zero",
        ),
        v=(
            "[check|test] [if|whether] {x} [contains|has] [a|any|some] negative <num>",
            "look for a negative <num> in {x} and say if there is one",
        ),
    ),
    op(
        "has value",
        "numbers -> flag",
        "found",
        "{k} in {x}",
        n=(
            "whether {k} is [in|an element of|contained in|part of|among the <nums> of] {x}",
            "whether {x} holds {k}",
        ),
        v=(
            "[check|test|see] [if|whether] {x} [contains|includes|has] {k}",
            "look for {k} in {x} and say if it is there",
        ),
        k="any",
    ),
    op(
        "count value",
        "numbers -> number",
        "count",
        "{x}.count({k})",
        n=(
            "how [often|many times] {k} [occurs|appears|is found] in {x}",
            "the number of [times {k} appears|occurrences of {k}] in {x}",
            "the frequency of {k} in {x}",
        ),
        v=(
            "count [the occurrences of|how often there is|every] {k} in {x}",
            "tally the {k}s of {x}",
        ),
        k="any",
    ),
)
