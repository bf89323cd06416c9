"""Operations on two variables of a kind."""

from __future__ import annotations

from models.synthetic.operation import Operation, op

_BOTH = "{x} and {z}"

OPERATIONS: tuple[Operation, ...] = (
    op(
        "integers between",
        "few_number few_number -> numbers",
        "between",
        "list(range(min({x}, {z}), max({x}, {z}) + 1))",
        n=(
            f"[a|the] list of [all |the |][integers|numbers] between {_BOTH}, [inclusive|both "
            "included|ends included]",
            "a list counting through from {x} to {z}, whichever is lower first",
        ),
    ),
    op(
        "concatenate texts",
        "text text -> text",
        "combined",
        "{x} + {z}",
        n=(
            f"the concatenation of {_BOTH}",
            "{x} [followed|continued] by {z}",
            "{x} with {z} right behind it",
        ),
        v=(f"[concatenate|join] {_BOTH}", "[append|attach|add] {z} to {x}", "put {z} behind {x}"),
    ),
    op(
        "join texts",
        "text text -> text",
        "combined",
        '{x} + " " + {z}',
        n=(
            f"{_BOTH} [joined|connected|separated] by a [space|blank]",
            "{x} and then {z} with a space in the middle",
        ),
        v=(
            f"[join|combine|concatenate|connect] {_BOTH} with a [space|blank][ in between| "
            "between them|]",
            "write {x}, a space and {z} in one string",
        ),
    ),
    op(
        "longer text",
        "text text -> text",
        "longer",
        "{x} if len({x}) >= len({z}) else {z}",
        n=(
            f"the longer [one |string |text |]of {_BOTH}",
            f"whichever of {_BOTH} is longer",
            "the one with more characters, {x} or {z}",
        ),
        v=(
            f"[pick|choose|select] the longer [one |string |text |]of {_BOTH}",
            "compare {x} and {z} in length and keep the longer",
        ),
    ),
    op(
        "anagrams",
        "text text -> flag",
        "are_anagrams",
        "sorted({x}) == sorted({z})",
        n=(
            f"whether {_BOTH} are anagrams[ of each other|]",
            f"whether {_BOTH} [have|consist of] the same letters",
            "whether {x} can be rearranged to {z}",
        ),
        v=(
            f"[check|test|find out] [if|whether] {_BOTH} are anagrams[ of each other|]",
            "see if the letters of {x} can spell {z}",
        ),
    ),
    op(
        "common letters",
        "text text -> words",
        "common",
        "sorted(set({x}) & set({z}))",
        n=(
            "[a|the] sorted list of [the |all |][letters|characters] [that occur in "
            f"both|common to|shared by] {_BOTH}",
            "a sorted list of what characters {x} shares with {z}",
        ),
    ),
    op(
        "concatenate lists",
        "numbers numbers -> numbers",
        "combined",
        "{x} + {z}",
        n=(
            f"the concatenation of {_BOTH}",
            "{x} followed by {z}",
            "{x} with the <nums> of {z} behind",
        ),
        v=(
            f"[concatenate|join|combine] {_BOTH}",
            "[append|add] [all |the |all the |]<nums> of {z} to {x}",
            "extend {x} by {z}",
        ),
    ),
    op(
        "merge sorted",
        "numbers numbers -> numbers",
        "merged",
        "sorted({x} + {z})",
        n=(
            f"a sorted list of [all |the |]<nums> [of|in] {_BOTH}",
            f"[all |]the <nums> of {_BOTH} in one [sorted|ordered] list",
            "what {x} and {z} give when merged in order",
        ),
        v=(
            f"[merge|combine|join] {_BOTH} into [one|a|a single] sorted list",
            "merge {x} with {z} and keep it in order",
        ),
    ),
    op(
        "common",
        "numbers numbers -> numbers",
        "common",
        "sorted(set({x}) & set({z}))",
        n=(
            "[a|the] sorted list of [the |all |]<nums> [that are in both|common to|shared by] "
            f"{_BOTH}",
            f"the sorted intersection of {_BOTH}",
            "a sorted list of what {x} shares with {z}",
        ),
        v=(
            f"[intersect|take the intersection of] {_BOTH} and sort [it|the result]",
            "sort what {x} and {z} have in common",
        ),
    ),
    op(
        "union",
        "numbers numbers -> numbers",
        "union",
        "sorted(set({x}) | set({z}))",
        n=(
            "[a|the] sorted list of [the |all |]<nums> [that are in|found in] {x} or {z}",
            f"the sorted union of {_BOTH}",
            "a sorted list of what is in at least one of {x} and {z}",
        ),
        v=(
            f"[unite|take the union of] {_BOTH} and sort [it|the result]",
            "sort the union that {x} and {z} form",
        ),
    ),
    op(
        "only first",
        "numbers numbers -> numbers",
        "only_first",
        "[n for n in {x} if n not in {z}]",
        n=(
            "[all |]the <nums> [of|in] {x} that are not in {z}",
            "[all |]the <nums> [of|in] {x} [missing from|absent from] {z}",
            "what {x} has but {z} lacks",
        ),
        v=(
            "[remove|drop|delete] [all |the |]<nums> of {z} from {x}",
            "[keep|select] the <nums> of {x} that are not in {z}",
            "clear {x} of whatever {z} contains",
        ),
    ),
    op(
        "pair sums",
        "numbers numbers -> numbers",
        "sums",
        "[a + b for a, b in zip({x}, {z})]",
        n=(
            f"the [elementwise|element-wise|pairwise] [sum|sums] of {_BOTH}",
            f"[a list of |]the sums of <nums> at the same [position|index] of {_BOTH}",
            "the list that has {x} and {z} added position by position",
        ),
        v=(
            f"add {_BOTH} [element by element|elementwise|pairwise|position by position]",
            "zip {x} with {z} and add each pair",
        ),
    ),
    op(
        "pair products",
        "numbers numbers -> numbers",
        "products",
        "[a * b for a, b in zip({x}, {z})]",
        n=(
            f"the [elementwise|element-wise|pairwise] [product|products] of {_BOTH}",
            "the list that has {x} and {z} multiplied position by position",
        ),
        v=(
            f"multiply {_BOTH} [element by element|elementwise|pairwise|position by position]",
            "zip {x} with {z} and multiply each pair",
        ),
    ),
)
