"""Turns as a tree: nothing written is lost, undo and redo follow the way, files stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen_cli.errors import UsageError
from codegen_cli.program import Program, Turn, parse_program
from codegen_cli.program.tree import Tree


def grown(*steps: str, prefix: str = "") -> Tree:
    tree = Tree(prefix)
    for step in steps:
        tree = tree.add(Turn(step, f"{step} = 1"))
    return tree


def steps(tree: Tree) -> tuple[str, ...]:
    return tree.program(tree.head).steps


def test_a_turn_is_written_at_the_head_and_a_fork_keeps_both() -> None:
    tree = grown("a", "b").undo().add(Turn("c", "c = 1"))
    assert steps(tree) == ("a", "c")
    assert [node.turn.step for node in tree.children(1)] == ["b", "c"]
    assert steps(tree.goto(2)) == ("a", "b")


def test_a_tree_writes_the_program_that_adding_turns_writes() -> None:
    program = Program("import os\n\n").add(Turn("a", "a = 1")).add(Turn("b", "b = 1\n"))
    tree = Tree("import os\n\n").add(Turn("a", "a = 1")).add(Turn("b", "b = 1\n"))
    assert tree.program(tree.head) == program


@pytest.mark.parametrize("source", ["# a\nx = 1\n# b\ny = 2", "import os\n# a\n\n\nx = 1\n\n\n\n"])
def test_a_file_stays_as_it_is_until_something_is_written_after_it(source: str) -> None:
    tree = Tree.of(parse_program(source, ""))
    assert tree.program(tree.head).text == source
    assert tree.undo().redo().program(tree.head).text == source
    grown_tree = tree.add(Turn("c", "z = 3"))
    assert grown_tree.program(grown_tree.head) == parse_program(source, "").add(Turn("c", "z = 3"))


def test_undo_goes_to_the_parent_and_redo_back_along_the_way_one_came() -> None:
    tree = grown("a", "b", "c").undo(2)
    assert steps(tree) == ("a",)
    assert steps(tree.redo()) == ("a", "b", "c")
    twice = tree.undo()
    assert (steps(twice), steps(twice.redo()), steps(twice.redo().redo())) == (
        (),
        ("a",),
        ("a", "b", "c"),
    )


def test_redo_never_leaves_the_program_of_the_head() -> None:
    tree = grown("a", "b").undo().add(Turn("c", "c = 1"))
    with pytest.raises(UsageError, match="nothing to redo"):
        tree.redo()
    assert steps(tree.goto(1).redo()) == ("a", "b")


@pytest.mark.parametrize("count", [0, -1, 4])
def test_undo_of_a_wrong_number_is_refused(count: int) -> None:
    with pytest.raises(UsageError, match=f"cannot undo {count} of 3 turns"):
        grown("a", "b", "c").undo(count)


def test_places_by_number_and_by_name() -> None:
    tree = grown("a", "b").name("end").undo()
    assert [tree.at(number) for number in (0, 1)] == [None, 1]
    with pytest.raises(UsageError, match="no turn 2"):
        tree.at(2)
    with pytest.raises(UsageError, match="no turn #9"):
        tree.goto(9)
    assert steps(tree.goto(tree.branches["end"])) == ("a", "b")


def test_rows_draw_every_node_once_and_only_forks_move_to_the_right() -> None:
    tree = grown("a", "b").undo().add(Turn("c", "")).add(Turn("d", "")).name("late")
    found = [
        (row.node.turn.step, row.number, row.lanes, row.begins, row.on_way, row.is_head, row.names)
        for row in tree.rows()
    ]
    assert found == [
        ("a", 1, (), False, True, False, ()),
        ("b", 2, (True,), True, False, False, ()),
        ("c", 2, (False,), True, True, False, ()),
        ("d", 3, (False,), False, True, True, ("late",)),
    ]


def test_a_long_program_is_drawn() -> None:
    tree = Tree("")
    for number in range(3000):
        tree = tree.add(Turn(str(number), ""))
    assert sum(1 for _ in tree.rows()) == 3000


@given(st.lists(st.sampled_from(["write", "undo", "redo", "first", "drop"]), max_size=40))
def test_whatever_is_done_no_turn_is_lost(verbs: list[str]) -> None:
    tree = Tree("")
    for verb in verbs:
        before = dict(tree.nodes)
        try:
            if verb == "write":
                tree = tree.add(Turn("s", f"x{len(tree.nodes)}"))
            elif verb == "undo":
                tree = tree.undo()
            elif verb == "redo":
                tree = tree.redo()
            elif verb == "drop" and tree.head is not None:
                tree = tree.goto(tree.nodes[tree.head].parent)
            elif tree.nodes:
                tree = tree.goto(1)
        except UsageError:
            pass
        assert before.items() <= tree.nodes.items()
        assert {row.node.id for row in tree.rows()} == set(tree.nodes)
        assert tree.program(tree.head).turns == tuple(n.turn for n in tree.way(tree.head))
