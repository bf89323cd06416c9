"""Operations on two variables of a kind."""

from __future__ import annotations

from models.synthetic.operation import Operation, op

_BOTH = "{x} and {z}"

OPERATIONS: tuple[Operation, ...] = (
    op(
        "add two",
        "number number -> number",
        "total",
        "{x} + {z}",
        n=(f"the sum of {_BOTH}", "{x} plus {z}", "what {x} and {z} make together"),
        v=("add {x} and {z}[ together| up|]", "add {z} to {x}", "sum up {x} and {z}"),
    ),
    op(
        "subtract two",
        "number number -> number",
        "difference",
        "{x} - {z}",
        n=(
            "{x} minus {z}",
            f"the difference [between|of] {_BOTH}[, in this order|]",
            "what is left of {x} without {z}",
        ),
        v=("subtract {z} from {x}", "[take|deduct] {z} [away |]from {x}", "lower {x} by {z}"),
    ),
    op(
        "multiply two",
        "number number -> number",
        "product",
        "{x} * {z}",
        n=(
            f"the product of {_BOTH}",
            "{x} times {z}",
            "{x} multiplied by {z}",
            "as many {x} as {z} says",
        ),
        v=("multiply {x} [by|with|and] {z}", "take {x} {z} times"),
    ),
    op(
        "larger of two",
        "number number -> number",
        "larger",
        "max({x}, {z})",
        n=(
            f"the [larger|greater|bigger|larger one|maximum] of {_BOTH}",
            f"whichever of {_BOTH} is [larger|greater|bigger]",
            f"the top value among {_BOTH}",
        ),
        v=(
            f"[pick|choose|select] the [larger|greater|bigger] [one |number |value |]of {_BOTH}",
            "choose {x} or {z}, whichever is more",
        ),
    ),
    op(
        "smaller of two",
        "number number -> number",
        "smaller",
        "min({x}, {z})",
        n=(
            f"the [smaller|lesser|lower|minimum] of {_BOTH}",
            f"whichever of {_BOTH} is [smaller|lower|less]",
            f"the bottom value among {_BOTH}",
        ),
        v=(
            f"[pick|choose|select] the [smaller|lower] [one |number |value |]of {_BOTH}",
            "choose {x} or {z}, whichever is less",
        ),
    ),
    op(
        "gcd",
        "number number -> number",
        "divisor",
        "math.gcd({x}, {z})",
        n=(
            f"the greatest common divisor of {_BOTH}",
            f"the [gcd|GCD|highest common factor] of {_BOTH}",
            f"the largest number that divides both {_BOTH}",
        ),
        imports="import math",
    ),
    op(
        "lcm",
        "number number -> number",
        "multiple",
        "{x} * {z} // math.gcd({x}, {z})",
        n=(
            f"the [least|lowest|smallest] common multiple of {_BOTH}",
            f"the [lcm|LCM] of {_BOTH}",
            f"the first number that both {_BOTH} divide",
        ),
        imports="import math",
    ),
    op(
        "compare two",
        "number number -> flag",
        "is_larger",
        "{x} > {z}",
        n=("whether {x} is [larger|greater|bigger|more] than {z}", "whether {x} exceeds {z}"),
        v=(
            "[check|test|find out|see] [if|whether] {x} is [larger|greater|bigger] than {z}",
            "say if {x} is above {z}",
        ),
    ),
    op(
        "list two",
        "number number -> numbers",
        "both",
        "[{x}, {z}]",
        n=(
            f"[a|the] list [of|with|containing|made of|that contains] {_BOTH}",
            f"a list whose elements are {_BOTH}",
        ),
        v=(f"[put|pack|collect|combine] {_BOTH} [into|in] a list", "let {x} and {z} form a list"),
    ),
    op(
        "integers between",
        "few_number few_number -> numbers",
        "between",
        "list(range(min({x}, {z}), max({x}, {z}) + 1))",
        n=(
            f"[a|the] list of [all |the |][integers|numbers] between {_BOTH}[,| (]inclusive[)|]".replace(
                "[,| (]inclusive[)|]", ", [inclusive|both included|ends included]"
            ),
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
            f"[join|combine|concatenate|connect] {_BOTH} with a [space|blank][ in between| between them|]",
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
            f"the one with more characters, {{x}} or {{z}}",
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
            f"[a|the] sorted list of [the |all |][letters|characters] [that occur in both|common to|shared by] {_BOTH}",
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
            f"[a|the] sorted list of [the |all |]<nums> [that are in both|common to|shared by] {_BOTH}",
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
            f"[a|the] sorted list of [the |all |]<nums> [that are in|found in] {{x}} or {{z}}",
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
    op(
        "dot product",
        "numbers numbers -> number",
        "dot",
        "sum(a * b for a, b in zip({x}, {z}))",
        n=(
            f"the [dot|scalar|inner] product of {_BOTH}",
            f"the sum of the [pairwise |elementwise |]products of {_BOTH}",
            "what {x} and {z} give as vectors multiplied to a number",
        ),
    ),
    op(
        "zip dict",
        "words numbers -> table",
        "mapping",
        "dict(zip({x}, {z}))",
        n=(
            "a [dictionary|dict] with [keys|the keys] {x} and [values|the values] {z}",
            "a [dictionary|dict] [that maps|mapping] [the <words> of |]{x} to [the <nums> of |]{z}",
            "a lookup table from {x} to {z}",
        ),
        v=(
            "[zip|combine] {x} and {z} into a [dictionary|dict]",
            "let {x} be keys and {z} be values of a dictionary",
        ),
    ),
    op(
        "zip pairs",
        "words numbers -> pairs",
        "paired",
        "list(zip({x}, {z}))",
        n=(
            f"[a list of |][the |]pairs of [the |]elements [from|of] {_BOTH}",
            "tuples that take turns from {x} and {z}",
        ),
        v=(
            "[pair|zip] [the elements of |]{x} [with|and] [the elements of |]{z}[ into a list| as a list|]",
            "zip {x} together with {z}",
        ),
    ),
    op(
        "same lists",
        "numbers numbers -> flag",
        "are_equal",
        "sorted({x}) == sorted({z})",
        n=(
            f"whether {_BOTH} have the same <nums> in any order",
            f"whether {_BOTH} are [equal|the same] [once|when|after being] sorted",
            "whether {x} is a rearrangement of {z}",
        ),
    ),
)
