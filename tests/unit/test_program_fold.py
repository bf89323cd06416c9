"""Folding: function bodies give way in the prompt, and nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from codegen_cli.errors import ContextFull
from codegen_cli.program import Program, Turn
from codegen_cli.program.fold import FULL, Folded, Wishes, fold_prompt, folded_turns
from codegen_cli.program.syntax import parse

#: Function bodies in all the places where Python allows one, and texts that only look like one.
CODES = [
    "x = 1\n",
    "def f(a, b=2):\n    total = a + b\n    return total\n",
    "def g(x): return x * x * x + 1\n",
    "def h(x): y = x + 100; return y;\n",
    "@cache\ndef f(n):\n    @wraps(n)\n    def inner(*a):\n        return a\n    return inner\n",
    "class A:\n    size = 3\n\n    def __init__(self, q):\n        self.q = q\n\n    def m(self):\n"
    '        """Say what."""\n        return self.q + self.size\n',
    "async def fetch(u):\n    # why\n    async with u as r:\n        return await r\n",
    'def doc():\n    return """\n# no step\ndef z():\n    return 1\n"""\n',
    "if x:\n    def late():\n        return 'ö€𝄞', 'ä'\nelse:\n    late = None\n",
    "def cont(): \\\n    return 1234567\n",
    "def tab():\n\tif 1:\n\t\treturn 2\n\treturn 3  # last\n    # dangling\n",
    "s = '''\ndef in_a_string():\n    return 1\n'''\n",
    "def open_ended():\n    if x > 3:\n",
    "def generic(x):\r\n    y = x\r\n    return y\r\n",
    "def broken(:\n    pass\n",
    "print(f(1), f(2), g(3))\n",
    '"""',
    "",
]
STEPS = ["Define f.", "Call f and g.", "Say more.\nIn two lines.", "Nothing"]

programs = st.builds(
    lambda prefix, parts: Program(prefix, tuple(Turn(step, code) for step, code in parts)),
    st.sampled_from(["", "import numpy as np\n\n", "def p():\n    return 1\n\n"]),
    st.lists(
        st.tuples(
            st.sampled_from(STEPS),
            st.lists(st.sampled_from(CODES), max_size=3).map("".join)
            | st.text("deft():\n\t #'\"\\x1ö", max_size=30),
        ),
        max_size=6,
    ),
)
numbers = st.frozensets(st.integers(1, 6), max_size=4)


def fold(
    program: Program, n_ctx: int, step: str = "Go on.", answer: int = 10, **more: object
) -> Folded:
    return fold_prompt(program, step, len, n_ctx, answer, **more)  # type: ignore[arg-type]


@given(programs, st.integers(20, 1500), numbers, numbers, numbers)
@settings(max_examples=400, deadline=None)
@example(
    Program("", (Turn("a", CODES[-2]), Turn("b", CODES[1]), Turn("c", CODES[-2]))),
    120, frozenset(), frozenset(), frozenset(),
)  # fmt: skip
def test_a_folded_prompt_parses_and_drops_nothing_unannounced(
    program: Program, n_ctx: int, pinned: frozenset[int], asked: frozenset[int], had: frozenset[int]
) -> None:
    wishes = Wishes(pinned, asked)
    try:
        found = fold(program, n_ctx, wishes=wishes, before=tuple(sorted(had)))
    except ContextFull as error:
        assert f"the context has {n_ctx}" in error.message
        return
    assert found == fold(program, n_ctx, wishes=wishes, before=tuple(sorted(had)))
    whole = program.prompt("Go on.")
    assert (found.tokens, found.whole_tokens) == (len(found.prompt), len(whole))
    if parse(whole) is not None:
        assert parse(found.prompt) is not None
    assert not (set(found.turns) & pinned) - asked
    short = folded_turns(program)
    assert asked & short.keys() <= set(found.turns) <= short.keys()
    rest = found.prompt
    for text in (program.prefix, *_pieces(program, found, short)):
        assert rest.startswith(text)
        rest = rest.removeprefix(text)
    assert rest.lstrip("\n") == "# Go on.\n"


def _pieces(program: Program, found: Folded, short: dict[int, Turn]) -> list[str]:
    """Return what has to stand in the prompt: the text of a turn, of a folded one its header."""
    return [
        short[number].text if number in found.turns else turn.text
        for number, turn in enumerate(program.turns, 1)
    ]


@given(programs)
@settings(max_examples=200, deadline=None)
def test_a_folded_turn_keeps_step_and_signatures(program: Program) -> None:
    for number, turn in folded_turns(program).items():
        before = program.turns[number - 1]
        assert (turn.header, turn.step, turn.tail) == (before.header, before.step, before.tail)
        assert len(turn.code) < len(before.code)
        tree, folded = parse(before.code), parse(turn.code)
        if tree is not None and folded is not None:
            assert _signatures(folded) == _signatures(tree)


def _signatures(tree: object) -> list[str]:
    import ast

    assert isinstance(tree, ast.Module)
    found, waiting = [], list[ast.AST]([tree])
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            found.append(f"{node.name} {ast.dump(node.args)}")
        else:
            waiting += ast.iter_child_nodes(node)
    return found


@pytest.mark.parametrize(
    ("code", "folded"),
    [
        (CODES[1], "def f(a, b=2):\n    ...\n"),
        (CODES[2], "def g(x): ...\n"),
        (CODES[3], "def h(x): ...;\n"),
        (CODES[4], "@cache\ndef f(n):\n    ...\n"),
        (
            CODES[5],
            "class A:\n    size = 3\n\n    def __init__(self, q):\n        ...\n\n"
            "    def m(self):\n        ...\n",
        ),
        (CODES[8], "if x:\n    def late():\n        ...\nelse:\n    late = None\n"),
        (CODES[9], "def cont(): \\\n    ...\n"),
        (CODES[13], "def generic(x):\r\n    ...\r\n"),
    ],
)
def test_a_body_becomes_an_ellipsis(code: str, folded: str) -> None:
    assert folded_turns(Program("", (Turn("a", code),)))[1].code == folded


@pytest.mark.parametrize("code", [CODES[0], CODES[11], CODES[12], CODES[14], "def f(): ...\n", ""])
def test_what_has_no_body_to_fold_stays(code: str) -> None:
    assert folded_turns(Program("", (Turn("a", code),))) == {}


def test_a_function_that_goes_on_in_the_next_turn_stays() -> None:
    halves = (Turn("a", "def f(x):\n    y = x + 1\n"), Turn("b", "    return y * y\n"))
    assert folded_turns(Program("", halves)) == {}


def test_a_string_that_spans_turns_is_no_function() -> None:
    parts = (Turn("a", 'x = """\n'), Turn("b", CODES[1]), Turn("c", '"""\n'))
    assert folded_turns(Program("", parts)) == {}


BODY = "".join(f"    x = x + {n}\n" for n in range(10))


def functions(*names: str, last: str = "") -> Program:
    turns = [Turn(f"Define {name}.", f"def {name}(x):\n{BODY}    return x\n") for name in names]
    return Program("", (*turns, Turn("Use them.", last or "y = 1\n")))


def test_nothing_folds_while_the_prompt_takes_three_quarters() -> None:
    program = functions("a", "b", "c")
    size = len(program.prompt("Go on."))
    assert fold(program, int(size / FULL) + 2).turns == ()
    assert fold(program, int(size / FULL) - 2).turns != ()


def test_the_least_referenced_fold_first_and_of_equals_the_oldest() -> None:
    program = functions("a", "b", "c", last="y = a(1)\n")
    size = len(program.prompt("Go on."))
    assert fold(program, int(size / FULL) - 2).turns == (2,)
    assert fold(program, int(size / FULL) - 2, step="Call b.").turns == (3,)
    assert fold(program, size - 60).turns == (2, 3)


def test_a_long_answer_is_not_refused_while_more_can_fold() -> None:
    program = functions("a", "b", "c")
    size = len(program.prompt("Go on."))
    one = fold(program, int(size / FULL) - 2)
    assert one.turns == (1,)
    assert fold(program, 2 * size, answer=2 * size - one.tokens).turns == (1,)


def test_pinned_turns_stay_and_others_fold_for_them() -> None:
    program = functions("a", "b", "c")
    n_ctx = int(len(program.prompt("Go on.")) / FULL) - 2
    assert fold(program, n_ctx).turns == (1,)
    assert fold(program, n_ctx, wishes=Wishes(pinned=frozenset({1}))).turns == (2,)


def test_folds_stay_until_all_fits_whole() -> None:
    program = functions("a", "b", "c")
    size = len(program.prompt("Go on."))
    assert fold(program, int(size / FULL) - 2, before=(3,)).turns == (3,)
    assert fold(program, int(size / FULL) + 2, before=(3,)).turns == ()


def test_a_turn_folds_on_request() -> None:
    assert fold(functions("a", "b"), 5000, wishes=Wishes(folded=frozenset({2}))).turns == (2,)


def test_the_refusal_counts() -> None:
    program = functions("a", "b")
    with pytest.raises(ContextFull) as caught:
        fold(program, 90, wishes=Wishes(pinned=frozenset({2})))
    assert "with 1 of 3 turns folded" in caught.value.message
    assert "the answer may have 10, but the context has 90" in caught.value.message


def test_the_news_say_what_folded_and_what_is_back() -> None:
    found = Folded("", (2, 3), 40, 90)
    assert found.news((2, 3)) == ""
    assert found.news((1, 2)) == (
        "in the prompt, turn 3 shrank to signatures (90 → 40 tokens); "
        "in the prompt, turn 1 is whole again"
    )
    many = Folded("", (1, 2, 3, 5, 8, 9), 40, 90)
    assert many.news(()).startswith("in the prompt, turns 1-3, 5, 8-9 shrank")
