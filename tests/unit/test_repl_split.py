"""/split asks for the parts of a step one by one."""

from __future__ import annotations

import pytest
from fake_chat import Act, FakeEngine, Script, make

from codegen_cli.repl.loop import run_chat


def steps_after(*lines: str, acts: list[Act]) -> tuple[tuple[str, ...], list[str]]:
    engine = FakeEngine(*acts)
    chat = make(engine, Script(*lines))
    run_chat(chat)
    return chat.session.shown.steps, engine.prompts


def test_each_part_becomes_a_turn() -> None:
    steps, prompts = steps_after(
        "Sort x and print x; then count x",
        "/split",
        acts=["x = sort_and_print()\n", "x.sort()\n", "print(x)\n", "len(x)\n"],
    )
    assert steps == ("Sort x.", "Print x.", "Count x.")
    assert "sort_and_print" not in prompts[-1]
    assert "x.sort()\n" in prompts[2]


def test_what_the_user_stops_ends_the_split() -> None:
    steps, prompts = steps_after(
        "Sort x and print x; then count x",
        "/split",
        acts=["one\n", "x.sort()\n", ("print", KeyboardInterrupt())],
    )
    assert steps == ("Sort x.",)
    assert len(prompts) == 3


def test_an_interrupted_first_part_leaves_the_step_whole() -> None:
    steps, _ = steps_after(
        "Sort x and print x", "/split", acts=["one\n", ("x", KeyboardInterrupt())]
    )
    assert steps == ("Sort x and print x",)


@pytest.mark.parametrize(
    ("lines", "acts", "said"),
    [
        (("/split",), [], "no turn is pending, so there is nothing to split"),
        (("Sort x.", "/split"), ["x.sort()\n"], "the step asks for one thing only"),
    ],
)
def test_there_must_be_something_to_split(
    lines: tuple[str, ...], acts: list[Act], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    steps, _ = steps_after(*lines, acts=acts)
    assert said in capsys.readouterr().err
    assert len(steps) == len(acts)
