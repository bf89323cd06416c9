"""What makes room in a full context: each command that is named is enough by itself."""

from __future__ import annotations

import pytest

from codegen_cli.errors import ContextFull
from codegen_cli.program import Program, Turn
from codegen_cli.program.fold import Wishes, fold_prompt
from codegen_cli.repl.ways_out import ways_out

FUNCTION = "def f{}(x):\n" + "    x = x + 1\n" * 10
PROGRAM = Program(
    "",
    tuple(Turn(f"Define f{n}.", FUNCTION.format(n)) for n in range(3))
    + tuple(Turn(f"Set a{n}.", f"a{n} = [{n}]\n") for n in range(20)),
)
STEP = "Go on."


def fits(program: Program, n_ctx: int, answer: int, pinned: frozenset[int] = frozenset()) -> bool:
    try:
        fold_prompt(program, STEP, len, n_ctx, answer, Wishes(pinned))
    except ContextFull:
        return False
    return True


def hint(
    n_ctx: int, answer: int = 100, pinned: frozenset[int] = frozenset(), later: int = 0
) -> str:
    assert not fits(PROGRAM, n_ctx, answer, pinned)
    return ways_out(PROGRAM, STEP, len, n_ctx - answer, answer, pinned, later)


def without(last: int) -> Program:
    return Program("", PROGRAM.turns[: len(PROGRAM.turns) - last])


@pytest.mark.parametrize("n_ctx", [200, 300, 400, 500, 600])
def test_the_fewest_turns_to_take_back_are_named(n_ctx: int) -> None:
    count = int(hint(n_ctx).rpartition("/undo ")[2])
    assert fits(without(count), n_ctx, 100)
    assert not fits(without(count - 1), n_ctx, 100)
    assert hint(n_ctx, later=2).endswith(f"/undo {count + 2}")


def test_a_shorter_answer_is_as_long_as_there_is_room() -> None:
    n_ctx = 640
    first, _, _ = hint(n_ctx, 100).partition(" or ")
    most = int(first.removeprefix("/set max_tokens "))
    assert fits(PROGRAM, n_ctx, most) and not fits(PROGRAM, n_ctx, most + 1)


def test_pinned_turns_are_let_go_where_that_is_enough() -> None:
    pinned = frozenset({1, 2})
    assert "/pin 1-2 (lets go of it)" in hint(700, pinned=pinned)
    assert fits(PROGRAM, 700, 100)
    assert "/pin" not in hint(300, pinned=pinned)


def test_where_no_turn_can_stay_the_program_begins_again() -> None:
    assert hint(100 + len(f"# {STEP}\n")) == "/clear"


def test_a_step_that_is_too_long_by_itself_has_to_be_shorter() -> None:
    assert hint(105) == "say it in fewer words"
