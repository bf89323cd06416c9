"""Several answers to a step: what Ctrl-C leaves of them, how far they are, and faulty ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from fake_chat import FakeEngine, Script, make
from scripted import InProcess

from codegen_cli.engine.base import Prompt, never
from codegen_cli.engine.records import Chunk, Completion
from codegen_cli.repl.chat import Chat
from codegen_cli.repl.loop import run_chat
from codegen_cli.repl.render import View
from codegen_cli.repl.running import Running

STOP = KeyboardInterrupt()


class Batch(FakeEngine):
    """Remember the prompts of a batch, and give each answer log-probabilities by its number."""

    def __init__(self, *script: str | tuple[str, KeyboardInterrupt]) -> None:
        super().__init__(*script)
        self.banned: list[tuple[int, ...]] = []

    def generate_many(
        self, prompts: list[Prompt], should_stop: Callable[[], bool] = never
    ) -> Iterator[tuple[int, Chunk | Completion]]:
        self.banned += [prompt.banned for prompt in prompts]
        for number, item in super().generate_many(prompts, should_stop):
            if isinstance(item, Completion):
                item = replace(item, logprobs=(-1.0 - number,))
            yield number, item


def run(
    capsys: pytest.CaptureFixture[str], engine: FakeEngine, *lines: str, running: bool = False
) -> tuple[Chat, str]:
    chat = make(engine, Script(*lines), running=Running(InProcess, allowed=running))
    run_chat(chat)
    return chat, capsys.readouterr().err


def test_finished_answers_wait_for_keep(capsys: pytest.CaptureFixture[str]) -> None:
    engine = Batch("a = 1", "a = 2", ("a = \n", STOP))
    chat, shown = run(capsys, engine, "/n 3", "A.", "/list", "/keep", "/pick 2", "/q", "")
    assert (
        "interrupted after 6 tokens · program unchanged, nothing is pending · "
        "2 answers were finished: /keep takes the best, /pick K another\n"
        "there are no turns yet\n"
        "pending turn 1: A.\n"
        "answer 2 of 2 is the turn\n"
    ) in shown
    assert "── 1" in shown and "── 2" in shown
    assert chat.session.program.text == "# A.\na = 2\n\n"


def test_pick_takes_one_of_the_finished_answers_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    engine = Batch("a = 1", "a = 2", ("a = \n", STOP))
    chat, shown = run(capsys, engine, "/n 3", "A.", "/pick 2", "/q", "")
    assert "answer 2 of 2 is the turn\n" in shown
    assert chat.session.program.text == "# A.\na = 2\n\n"


def test_answers_that_wait_are_dropped_by_going_on(capsys: pytest.CaptureFixture[str]) -> None:
    engine = Batch("a = 1", "a = 2", ("a = \n", STOP), "b = 1")
    lines = ["/n 3", "A.", "/n 1", "B.", "/keep", "/pick", "/q", ""]
    chat, shown = run(capsys, engine, *lines)
    assert "error: no answer was interrupted" in shown
    assert chat.session.tree.program(chat.session.tree.head).text == "# B.\nb = 1\n\n"
    assert len(chat.session.tree.nodes) == 1


def test_without_a_finished_answer_the_longest_is_partial(
    capsys: pytest.CaptureFixture[str],
) -> None:
    engine = Batch(("a = \n", STOP), ("a = 1\nb = \n", STOP))
    chat, shown = run(capsys, engine, "/n 2", "A.", "/keep", "/q", "")
    assert "interrupted after 5 tokens · " in shown and "/keep takes what was written" in shown
    assert chat.session.program.turns[0].code == "a = 1\nb = \n"


def test_ctrl_c_while_answers_run_keeps_them_all(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pressed: list[bool] = []

    @contextmanager
    def stopped() -> Iterator[Callable[[], bool]]:
        yield lambda: bool(pressed)

    def run_none(*_: object, **__: object) -> Iterator[object]:
        pressed.append(True)
        return iter(())

    monkeypatch.setattr(InProcess, "map", run_none)
    chat = make(
        Batch("a = 1", "a = 2"),
        Script("/n 2", "A.", "/q"),
        running=Running(InProcess, allowed=True),
    )
    chat.interruptible = stopped
    run_chat(chat)
    assert "2 answers were finished: /keep takes the best" in capsys.readouterr().err


def test_answers_that_add_nothing_to_the_turn_are_no_turns(
    capsys: pytest.CaptureFixture[str],
) -> None:
    chat, shown = run(capsys, Batch("a = 1", "", ""), "A.", "/n 2", "/more", "/q", "")
    assert "the model adds nothing to the turn\n" in shown
    assert len(chat.session.tree.nodes) == 1


class Struck(Batch):
    """Press Ctrl-C twice once so many answers are finished: the flag, then the stroke."""

    def __init__(self, pressed: list[bool], after: int, *script: str) -> None:
        super().__init__(*script)
        self.pressed, self.after = pressed, after

    def generate_many(
        self, prompts: list[Prompt], should_stop: Callable[[], bool] = never
    ) -> Iterator[tuple[int, Chunk | Completion]]:
        for number, item in super().generate_many(prompts, should_stop):
            if number == self.after:
                self.pressed.append(True)
                raise KeyboardInterrupt
            yield number, item


@pytest.mark.parametrize("finished", [0, 1, 2])
def test_a_second_ctrl_c_loses_no_finished_answer(
    capsys: pytest.CaptureFixture[str], finished: int
) -> None:
    pressed: list[bool] = []

    @contextmanager
    def stopped() -> Iterator[Callable[[], bool]]:
        yield lambda: bool(pressed)

    chat = make(Struck(pressed, finished, "a = 1", "a = 2", "a = 3"), Script("/n 3", "A.", "/keep"))
    chat.interruptible = stopped
    run_chat(chat)
    shown = capsys.readouterr().err
    said = {
        0: "interrupted after 0 tokens · program unchanged, nothing is pending\n",
        1: "/keep takes what was written, /more goes on\n",
        2: "2 answers were finished: /keep takes the best, /pick K another\n",
    }
    assert said[finished] in shown
    assert ("pending turn 1: A.\n" in shown) == (finished > 0)


def test_the_spinner_says_how_many_are_done(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    @contextmanager
    def working(_view: View, what: str) -> Iterator[Callable[[str], None]]:
        yield lambda news: told.append(f"{what} {news}")

    monkeypatch.setattr(View, "working", working)
    run(capsys, Batch("a = 1", "a = 2\nb = 3\n"), "/n 2", "A.", "/q", "")
    assert told == [
        "2 answers… 0 done · 1 tokens",
        "2 answers… 1 done · 1 tokens",
        "2 answers… 1 done · 2 tokens",
        "2 answers… 1 done · 3 tokens",
        "2 answers… 2 done · 3 tokens",
    ]


@pytest.mark.parametrize("runs", [False, True])
def test_a_faulty_answer_ranks_last(capsys: pytest.CaptureFixture[str], runs: bool) -> None:
    engine = Batch("    # so on\n", "a = (", "a = 2")
    chat, shown = run(capsys, engine, "/n 3", "A.", "/pick", "/q", "", running=runs)
    assert "thrown away" not in shown
    codes = [node.turn.code.strip() for node in chat.session.tree.nodes.values()]
    assert codes == ["a = 2", "a = (", "# so on"]


def test_where_all_are_faulty_all_are_drawn_again_without_their_beginnings(
    capsys: pytest.CaptureFixture[str],
) -> None:
    engine = Batch("    # a\n", "", "a = 1", "a = 2")
    chat, shown = run(capsys, engine, "/n 2", "A.", "/q", "")
    assert "thrown away: only comments · drawn once more without that beginning\n" in shown
    assert engine.banned == [(), (), (0, 7), (0, 7)]
    assert [s.seed for s in engine.samplings[:2]] == [s.seed for s in engine.samplings[2:]]
    assert chat.session.program.text == "# A.\na = 1\n\n"
    assert [chat.session.results[n].banned for n in (1, 2)] == [(0, 7), (0, 7)]


def test_after_a_dictated_beginning_the_fault_is_only_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    engine = Batch(" so on\n", "    # a\n", "    # b\n")
    _, shown = run(capsys, engine, "/start # and", "A.", "/start # and", "/n 2", "B.", "/q", "")
    assert "thrown away" not in shown
    assert shown.count("the model wrote a comment in place of code; /edit rewords") == 2


def test_code_that_a_dictated_beginning_completes_has_no_fault(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, shown = run(capsys, Batch("  # done\n"), "/start a = 1", "A.", "/q", "")
    assert "warning" not in shown
