"""Whole chats that use the tree: places, earlier turns, several answers, partial text, files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fake_chat import FakeEngine, Script, make
from scripted import InProcess

from codegen_cli.repl.chat import Chat
from codegen_cli.repl.loop import run_chat
from codegen_cli.repl.running import Running

Run = Callable[..., tuple[Chat, str]]


@pytest.fixture
def chat(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Run:
    """Run a chat to its end and return it with what it printed; stdout must stay empty."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CODEGEN_DEBUG", raising=False)
    monkeypatch.setenv("NO_COLOR", "1")

    def run(
        engine: FakeEngine,
        *lines: str | BaseException,
        running: Running | None = None,
        terminal: bool = True,
    ) -> tuple[Chat, str]:
        done = make(engine, Script(*lines, terminal=terminal), running=running)
        run_chat(done)
        printed = capsys.readouterr()
        assert printed.out == ""
        return done, printed.err

    return run


def test_goto_goes_by_number_id_and_name(chat: Run) -> None:
    engine = FakeEngine("a = 1", "b = 1", "c = 1")
    lines = ["A.", "B.", "/branch old", "/undo", "C.", "/goto old", "/goto #3", "/goto 0"]
    done, shown = chat(engine, *lines, "/goto oldd", "/goto #9", "/goto 7", "/goto old", "/q", "")
    assert done.session.program.steps == ("A.", "B.")
    assert "at turn 2: C.\n" in shown
    assert "the program has 0 turns now\n" in shown
    assert 'error: no branch "oldd" → did you mean old?\n' in shown
    assert "error: no turn #9 was written" in shown and "error: there is no turn 7" in shown
    assert engine.prompts[2] == "# A.\na = 1\n\n# C.\n"


def test_the_tree_marks_the_program_the_pending_turn_and_names(chat: Run) -> None:
    engine = FakeEngine("a = 1", "b = 1", "c = 1", "d = 1", "c = 2")
    lines = ["A.", "B.", "/branch b", "D.", "/undo 2", "C.", "/retry", "/tree"]
    _, shown = chat(engine, *lines, "/q", "")
    assert shown.endswith(
        "* #1 1. A.\n"
        "  #2 ├ 2. B. (b)\n"
        "  #3 │ 3. D.\n"
        "  #4 ├ 2. C.\n"
        "? #5 └ 2. C. ← here\n"
    )  # fmt: skip


def test_a_model_that_has_nothing_to_add_adds_no_turn(chat: Run) -> None:
    done, shown = chat(FakeEngine("a = 1", ""), "A.", "/more", "/q", "")
    assert "the model adds nothing to the turn\n" in shown
    assert len(done.session.tree.nodes) == 1


def test_an_earlier_turn_is_drawn_again_and_later_ones_follow_as_they_were(chat: Run) -> None:
    engine = FakeEngine("a = 1", "b = a", "c = b", "a = 9")
    done, shown = chat(engine, "A.", "B.", "C.", "/edit 1 Z.", "/goto #3", "/goto #6", "/q", "")
    assert engine.prompts[-1] == "# Z.\n"
    assert done.session.program.text == "# Z.\na = 9\n\n# B.\nb = a\n\n# C.\nc = b\n\n"
    assert "turn 1 is new; turns 2…3 follow as they were, not drawn again · /goto #3 goes" in shown
    assert done.session.tree.program(3).steps == ("A.", "B.", "C.")
    assert done.session.copies == {5: 2, 6: 3}


@pytest.mark.parametrize("line", ["/edit 4 X.", "/edit 0 X."])
def test_a_turn_that_is_not_there_is_not_edited(chat: Run, line: str) -> None:
    engine = FakeEngine("a = 1")
    done, shown = chat(engine, "A.", line, "/q", "")
    assert "error: " in shown
    assert len(engine.prompts) == 1 and done.session.shown.steps == ("A.",)


def test_start_dictates_one_answer_and_more_goes_on_with_what_was_cut(chat: Run) -> None:
    engine = FakeEngine("(x):\n    return x\n# end", "f(1)\n", "b = 2")
    done, shown = chat(engine, "/start def f", "F.", "/more", "B.", "/q", "")
    assert "the next answer begins with 'def f'\n" in shown
    assert engine.prompts == [
        "# F.\ndef f",
        "# F.\ndef f(x):\n    return x\n# end",
        "# F.\ndef f(x):\n    return x\n# endf(1)\n\n\n# B.\n",
    ]
    assert done.session.program.turns[0].code == "def f(x):\n    return x\n# endf(1)\n"
    first, second = done.session.tree.children(None)
    assert second.turn.code.startswith(first.turn.code)


def test_several_answers_become_siblings_and_pick_takes_one(chat: Run) -> None:
    engine = FakeEngine("x = (", "a = 1", "a = 2", "b = a")
    done, shown = chat(engine, "/n 3", "A.", "/pick 2", "/n 1", "B.", "/q", "")
    assert done.session.program.text == "# A.\na = 2\n\n# B.\nb = a\n\n"
    assert "answer 2 of 3 is the turn\n  1  a = 1\n" in shown.replace(" 1  a", "  1  a")
    assert len({sampling.seed for sampling in engine.samplings[:3]}) == 3


def test_retry_after_several_answers_draws_with_seeds_that_are_new(chat: Run) -> None:
    engine = FakeEngine("a = 1", "a = 2", "a = 3")
    chat(engine, "/n 2", "A.", "/n 1", "/retry", "/q", "")
    assert len({sampling.seed for sampling in engine.samplings}) == 3


def test_answers_are_run_where_programs_may_run(chat: Run) -> None:
    engine = FakeEngine("1 / 0", "a = 1")
    running = Running(InProcess, allowed=True)
    done, shown = chat(engine, "/n 2", "A.", "/q", "", running=running)
    assert done.session.program.turns[0].code == "a = 1"
    assert "ZeroDivisionError" in shown


def test_partial_text_is_kept_by_choice(chat: Run) -> None:
    stop = ("a = 1\n", KeyboardInterrupt())
    done, shown = chat(FakeEngine(stop), "A.", "/keep", "/keep", "/q", "")
    assert "/keep takes what was written, /more goes on\n" in shown
    assert done.session.program.text == "# A.\na = 1\n\n\n"
    assert "error: no answer was interrupted" in shown


def test_more_goes_on_with_partial_text(chat: Run) -> None:
    engine = FakeEngine(("a = \n", KeyboardInterrupt()), "1\n")
    done, _ = chat(engine, "A.", "/more", "/q", "")
    assert engine.prompts[1] == "# A.\na = \n"
    assert done.session.program.turns[0].code == "a = \n1\n"


def test_partial_text_is_forgotten_elsewhere(chat: Run) -> None:
    engine = FakeEngine("a = 1", ("b = \n", KeyboardInterrupt()))
    done, shown = chat(engine, "A.", "B.", "/undo", "/keep", "/q")
    assert "error: no answer was interrupted" in shown
    assert done.session.program.turns == ()


def test_show_and_list_take_ranges(chat: Run) -> None:
    engine = FakeEngine("a = 1", "b = 1", "c = 1")
    _, shown = chat(engine, "A.", "B.", "C.", "/list", "/show 2-", "/show 9", "/q", "")
    after = shown[shown.index("1    A.") :]
    assert after.startswith(
        "1    A.\n2    B.\n3?   C.\n 2  # B.\n    b = 1\n\n3?  # C.\n    c = 1\nerror: no turns"
    )


def test_diff_compares_with_the_answer_before_or_the_turn_before(chat: Run) -> None:
    _, shown = chat(FakeEngine("a = 1", "a = 2"), "A.", "/diff", "/retry", "/diff", "/q", "")
    assert "--- before\n+++ answer #1\n@@ -0,0 +1,2 @@\n+# A.\n+a = 1\n" in shown
    assert "--- answer #1\n+++ answer #2\n@@ -1,2 +1,2 @@\n # A.\n-a = 1\n+a = 2\n" in shown


def test_diff_shows_what_an_edit_of_an_earlier_turn_changed(chat: Run) -> None:
    engine = FakeEngine("a = 1", "b = 2", "c = 3", "b = 20", "c = 4")
    lines = ["A.", "B.", "C.", "/edit 2 Bee.", "/diff", "/retry", "/diff", "/q", ""]
    _, shown = chat(engine, *lines)
    edited, retried = shown[shown.index("--- answer #3") :].split("--- answer #5", 1)
    assert edited.startswith(
        "--- answer #3\n+++ answer #5\n@@ -3,4 +3,4 @@\n \n-# B.\n-b = 2\n+# Bee.\n+b = 20\n \n"
    )
    assert retried.startswith("\n+++ answer #6\n") and "\n-c = 3\n+c = 4\n" in retried


def test_clear_keeps_the_turns_in_the_tree(chat: Run) -> None:
    done, shown = chat(FakeEngine("a = 1"), "A.", "/clear", "/goto #1", "/q", "")
    assert "the program is empty; /goto #1 comes back\n" in shown
    assert done.session.program.steps == ("A.",)


def test_load_takes_another_program_but_not_over_an_unsaved_one(chat: Run, tmp_path: Path) -> None:
    (tmp_path / "b.py").write_text("# B.\nb = 1\n")
    engine = FakeEngine("a = 1", "c = 1")
    lines = ["A.", "/case A=1 -> 1", "/set seed 7", "/load b.py", "/save a.py", "/load b.py"]
    done, shown = chat(engine, *lines, "C.", "/save", "/q")
    assert "error: this program is not saved → /save it, or /clear it first\n" in shown
    assert (tmp_path / "b.py").read_text() == "# B.\nb = 1\n\n# C.\nc = 1\n"
    assert done.session.program.steps == ("B.", "C.")
    assert (done.session.cases, done.session.sampling.seed) == ([], 7)


def test_export_writes_another_form_and_save_goes_where_it_went(chat: Run, tmp_path: Path) -> None:
    engine = FakeEngine("a = 1")
    _, shown = chat(
        engine, "A.", "/save a.py", "/export a.md", "/export a.ipynb", "/export a.x", "/save", "/q"
    )
    assert "exported to a.md\nexported to a.ipynb\nerror: " in shown
    assert shown.endswith("saved 1 turn to a.py\n")
    assert "a = 1" in (tmp_path / "a.md").read_text()


def test_lines_between_block_marks_are_one_step_whatever_they_say(chat: Run) -> None:
    engine = FakeEngine("a = 1")
    done, _ = chat(engine, '"""Set a.', "/undo it", '!x"""', "/q", "")
    assert done.session.program.steps == ("Set a.\n/undo it\n!x",)


def test_further_lines_of_a_block_have_a_prompt_of_their_own() -> None:
    reader = Script("A.", '"""Set b.', 'to 1."""', "/q", "")
    run_chat(make(FakeEngine("a = 1", "b = 1"), reader))
    assert [prompt[:3] for prompt in reader.prompts[:4]] == ["1> ", "2> ", " … ", "3> "]


@pytest.mark.parametrize("end", [EOFError(), KeyboardInterrupt()])
def test_a_block_without_end_is_no_step(chat: Run, end: BaseException) -> None:
    engine = FakeEngine()
    _, shown = chat(engine, '"""', "Set a.", end, "/q")
    assert 'the block was not closed by """ and is gone\n' in shown
    assert engine.prompts == []


def test_only_a_person_runs_shell_commands(chat: Run, tmp_path: Path) -> None:
    _, shown = chat(FakeEngine(), "!touch made; exit 3", "!", terminal=True)
    assert (tmp_path / "made").exists() and "exit status 3\n" in shown
    _, shown = chat(FakeEngine(), "!touch other", terminal=False)
    assert "error: !… runs only what is typed at a terminal" in shown
    assert not (tmp_path / "other").exists()


def test_a_full_context_folds_old_functions_and_says_so(chat: Run) -> None:
    body = "def f(x):\n" + "    x = x + 1 + 2 + 3 + 4\n" * 82
    engine = FakeEngine(body, "b = 1", "c = 1")
    _, shown = chat(engine, "A.", "B.", "/tokens", "/pin 1", "C.", "/q", "")
    assert "in the prompt, turn 1 shrank to signatures (" in shown
    assert engine.prompts[1] == "# A.\ndef f(x):\n    ...\n\n\n# B.\n"
    assert "A. (folded in the prompt)" in shown
    # What the model is shown counts, not what the file has.
    used = len(["#", "A.", "def", "f(x):", "...", "#", "B.", "b", "=", "1"])
    assert f"{used} of 1000 tokens used · {1000 - used} left\n" in shown
    assert "pinned turns: 1\nerror: the prompt has " in shown


def test_a_pin_stays_with_its_turn_and_not_with_its_number(chat: Run) -> None:
    engine = FakeEngine("a = 1", "b = 1", "c = 1", "b = 2", "z = 1", "c = 3")
    lines = ["A.", "B.", "C.", "/branch old", "/pin 2", "/goto 1", "/pin", "X.", "/pin"]
    done, shown = chat(engine, *lines, "/goto old", "/pin", "/edit 1 Z.", "/pin", "/q", "")
    said = [line for line in shown.splitlines() if line.startswith("pinned turns: ")]
    assert said == [f"pinned turns: {which}" for which in ("2", "none", "none", "2", "2")]
    assert done.session.shown.steps == ("Z.", "B.", "C.")


def test_another_answer_takes_over_the_marks_of_the_turn_it_replaces(chat: Run) -> None:
    engine = FakeEngine("a = 1", "a = 2", "a = 3", "a = 4", "b = 1")
    lines = ["A.", "/pin 1", "/retry", "/pin", "/edit Y.", "/pin", "/n 2", "/retry", "/n 1"]
    _, shown = chat(engine, *lines, "/pin 1", "/pick 1", "/pin", "/q", "")
    said = [line for line in shown.splitlines() if line.startswith("pinned turns: ")]
    assert said == [f"pinned turns: {which}" for which in ("1", "1", "1", "none", "none")]


def test_a_turn_that_folded_is_not_another_one_elsewhere(chat: Run) -> None:
    body = "def f(x):\n" + "    x = x + 1 + 2 + 3 + 4\n" * 82
    engine = FakeEngine("def g(x):\n    return x + 1\n", body, "b = 1")
    lines = ["G.", "/branch g", "/goto 0", "A.", "B.", "/goto g", "/tokens", "/redo"]
    _, shown = chat(engine, *lines, "/goto #3", "/tokens", "/q", "")
    assert "A. (folded in the prompt)" in shown
    assert "G. (folded in the prompt)" not in shown


def test_a_full_context_names_the_commands_that_make_room(chat: Run) -> None:
    engine = FakeEngine(*[f"x{n} = [{', '.join('1' * 220)}]" for n in range(4)], "y = 1")
    lines = ["A.", "B.", "C.", "D.", "E.", "/undo 1", "E.", "/q", ""]
    done, shown = chat(engine, *lines)
    assert shown.count("error: the prompt has ") == 1
    assert " but the context has 1000 → /set max_tokens 1" in shown
    assert " or /undo 1\n" in shown
    assert done.session.program.steps == ("A.", "B.", "C.", "E.")


def test_a_turn_without_functions_is_not_folded(chat: Run) -> None:
    _, shown = chat(FakeEngine("a = 1"), "A.", "/fold 1", "/q", "")
    assert "error: turn 1 has no function body to fold" in shown
