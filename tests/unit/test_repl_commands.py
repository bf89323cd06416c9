"""Whole chats: scripted lines in, a transcript out. The engine is a script too."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_chat import Act, FakeEngine, Script, make
from scripted import InProcess

from codegen_cli.errors import ContextFull, Interrupted, UsageError
from codegen_cli.program import Program, substitute
from codegen_cli.repl.chat import Chat
from codegen_cli.repl.commands import COMMANDS
from codegen_cli.repl.loop import run_chat
from codegen_cli.repl.read import PlainReader
from codegen_cli.repl.running import Running


@pytest.fixture
def chat(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Callable[..., tuple[Chat, str]]:
    """Run a chat to its end and return it with what it printed; stdout must stay empty."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CODEGEN_DEBUG", raising=False)
    monkeypatch.setenv("NO_COLOR", "1")

    def run(
        engine: FakeEngine,
        *lines: str | BaseException,
        running: Running | None = None,
        **kind: bool,
    ) -> tuple[Chat, str]:
        done = make(engine, Script(*lines, **kind), running=running)
        run_chat(done)
        printed = capsys.readouterr()
        assert printed.out == ""
        return done, printed.err

    return run


Run = Callable[..., tuple[Chat, str]]


def test_a_transcript(chat: Run) -> None:
    engine = FakeEngine("a = 1\n# next", "b = a\n", "b = 2\n")
    done, shown = chat(
        engine, "Set a.", "Set b.", "/retry", "/undo", "/redo", "", "/show", "/q", ""
    )
    assert shown == (
        "a = 1\n"
        "┊ # next   (cut; /more takes it)\n"
        "turn 1 · 5 tokens (4 reused) · 0.2 s · 50 tokens/s · ended by comment\n"
        "b = a\n"
        "turn 2 · 3 tokens (4 reused) · 0.2 s · 30 tokens/s · ended by eos\n"
        "b = 2\n"
        "turn 2 · 3 tokens (4 reused) · 0.2 s · 30 tokens/s · ended by eos\n"
        "undid turn 2: Set b.\n"
        "brought back turn 2: Set b.\n"
        "kept turn 2: Set b.\n"
        "1  # Set a.\n   a = 1\n\n2  # Set b.\n   b = 2\n"
    )
    assert done.session.program.text == "# Set a.\na = 1\n\n\n# Set b.\nb = 2\n\n\n"
    assert engine.prompts[1] == engine.prompts[2] == "# Set a.\na = 1\n\n\n# Set b.\n"
    assert engine.samplings[1].seed != engine.samplings[2].seed


def test_the_prompt_shows_turn_model_context_and_speed(chat: Run) -> None:
    done, _ = chat(FakeEngine("a = 1"), "Set a.", "/edit", "", "/q", "")
    first, second, edit, *_ = done.reader.prompts  # type: ignore[attr-defined]
    assert first == "1>  fake Q8_0 · CPU, 1 thread · 0/1000 tokens "
    assert second == "2>  fake Q8_0 · CPU, 1 thread · 6/1000 tokens · 30 tokens/s "
    assert edit.startswith("1> Set a. ")


def test_edit_rewords_the_pending_step(chat: Run) -> None:
    engine = FakeEngine("a = 1", "b = 1", "c = 1")
    done, _ = chat(engine, "A.", "/edit", "B.", "/edit  C //", terminal=True)
    assert done.session.program.steps == ("C //",)
    assert engine.prompts[-1] == "# C //\n"


@pytest.mark.parametrize("answer", ["  ", EOFError(), KeyboardInterrupt()])
def test_an_edit_can_be_left(chat: Run, answer: str | BaseException) -> None:
    done, shown = chat(FakeEngine("a = 1"), "A.", "/edit", answer, "/accept")
    assert "the step stays as it was" in shown
    assert done.session.program.steps == ("A.",)


def test_edit_without_a_terminal_needs_the_step(chat: Run) -> None:
    _, shown = chat(FakeEngine("a = 1"), "A.", "/edit", terminal=False)
    assert "error: /edit needs the new step here → write /edit STEP\n" in shown


def test_a_step_may_begin_with_a_slash(chat: Run) -> None:
    done, _ = chat(FakeEngine("a = 1"), "//tmp is a folder", "/q", "")
    assert done.session.program.steps == ("/tmp is a folder",)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/retyr", 'no command "/retyr" → did you mean /retry?'),
        ("/xyzzy 1", 'no command "/xyzzy" → /help lists them.'),
        ("/", 'no command "/" → /help'),
        ("/drop it", '/drop takes no argument, but got "it"'),
        ("/undo", "there is no turn, so there is nothing to undo → type a step first"),
        ("/redo", "nothing to redo"),
        ("/accept", "no turn is pending"),
        ("/retry", "nothing to retry"),
        ("/edit", "nothing to reword"),
        ("/save", "no file name yet → write /save FILE.py"),
        ("/set temprature 1", 'no setting "temprature" → did you mean temperature?'),
        ("/set temperature=20", "temperature 20 is outside 0…10"),
    ],
)
def test_a_wrong_command_is_one_line_and_no_step(chat: Run, line: str, said: str) -> None:
    engine = FakeEngine()
    _, shown = chat(engine, line)
    assert shown.startswith("error: ")
    assert said in shown
    assert shown.count("\n") == 1
    assert engine.prompts == []


@pytest.mark.parametrize("count", ["0", "-1", "x", "²", "1.5", "3", "99999999999"])
def test_a_wrong_number_of_turns_to_take_back_is_one_line(chat: Run, count: str) -> None:
    done, shown = chat(FakeEngine("a = 1", "b = 1"), "A.", "B.", f"/undo {count}", "/q", "")
    assert (
        f'error: "{count}" is not a number of turns to take back → give a whole number in 1…2\n'
        in shown
    )
    assert done.session.program.steps == ("A.", "B.")


@pytest.mark.parametrize("line", ["/exit", "/q", "/quit", "/QUIT", EOFError()])
def test_ways_to_leave(chat: Run, line: str | BaseException) -> None:
    done, shown = chat(FakeEngine(), line, "/never read")
    assert (shown, done.reader.lines) == ("", ["/never read"])  # type: ignore[attr-defined]


def test_set_shows_and_changes(chat: Run) -> None:
    engine = FakeEngine("a = 1")
    _, shown = chat(engine, "/set", "/set top-p 0.5", "/set max_tokens=7", "/set seed", "A.", "/q")
    lines = [line.split() for line in shown.splitlines()]
    assert lines[0] == ["temperature", "0.2"]
    assert lines[7] == ["stop", "off"]
    assert lines[8:11] == [["top_p", "0.5"], ["max_tokens", "7"], ["seed", "42"]]
    assert (engine.samplings[0].top_p, engine.samplings[0].max_tokens) == (0.5, 7)


def test_a_stop_string_ends_a_turn_and_is_named(chat: Run) -> None:
    engine = FakeEngine("a = 1\nb == 2\nc = 3")
    done, shown = chat(engine, "/set stop b==  'b =='", "/set stop", "A.", "/q", "")
    assert engine.samplings[0].stop == ("b==", "b ==")
    assert shown.startswith('stop           "b==" "b =="\n' * 2)
    assert 'ended by "b =="\n' in shown
    assert "┊ b == 2" in shown
    assert done.session.program.turns[0].code.strip() == "a = 1"


def test_tokens_and_help(chat: Run) -> None:
    _, shown = chat(FakeEngine("a = 1"), "A.", "/tokens", "/help", "/q", "")
    assert "5 of 1000 tokens used · 995 left\n" in shown
    for command in COMMANDS:
        assert f"\n  {command.form} " in shown
        assert command.help
    assert "Leave the chat. Also /exit, /q.\n" in shown


def test_a_file_name_that_hides_a_module_is_said(chat: Run) -> None:
    _, shown = chat(FakeEngine("a = 1"), "A.", "/save numbers.py", "/save a.py", "/q", "")
    hides = 'warning: "numbers.py" hides the module "numbers" from programs in its folder\n'
    assert shown.count("warning:") == shown.count(hides) == 1


def test_help_of_one_command(chat: Run) -> None:
    _, shown = chat(FakeEngine(), "/help /exit", "/help retyr", "/q", "")
    assert shown.startswith("  /quit  Leave the chat. Also /exit, /q.\nerror: ")
    assert 'no command "/retyr" → did you mean /retry?' in shown


def test_warnings_of_a_turn(chat: Run) -> None:
    _, shown = chat(FakeEngine("# at once", "# again", "x = (\n"), "A.", "B.", "/q", "")
    assert "warning: the turn is empty; /edit rewords" in shown
    assert "warning: the program does not parse as Python: '(' was never closed (line 5)" in shown


def test_the_same_code_again_is_said(chat: Run) -> None:
    _, shown = chat(FakeEngine("a = 1", "a = 1"), "A.", "/retry 0.8", "/q", "")
    assert "the same code as before; /retry 1.3 draws more freely\n" in shown


def test_context_full_leaves_the_program_and_speaks_of_set(chat: Run) -> None:
    full = ContextFull("requested 9 tokens, the context has 5", "use --max-tokens 2 or less")
    done, shown = chat(FakeEngine("a = 1", full, "c = 1"), "A.", "B.", "C.", "/q", "")
    assert "error: requested 9 tokens, the context has 5 → use /set max_tokens 2 or less" in shown
    assert done.session.program.steps == ("A.", "C.")


@pytest.mark.parametrize("stop", [("a = \n", KeyboardInterrupt()), KeyboardInterrupt()])
def test_ctrl_c_leaves_nothing_pending(chat: Run, stop: Act) -> None:
    done, shown = chat(FakeEngine(stop), "A.", "/accept")
    assert "· program unchanged, nothing is pending" in shown
    assert "error: no turn is pending" in shown
    assert done.session.program == Program("")
    assert ("a =\n" in shown.replace(" \n", "\n")) == isinstance(stop, tuple)


def test_an_interrupted_retry_keeps_the_answer_before(chat: Run) -> None:
    stop = ("b = ", KeyboardInterrupt())
    engine = FakeEngine("a = 1", stop, "c = 1")
    done, shown = chat(engine, "A.", "/retry", "/retry", "/redo", "/undo", "/redo", "/q", "")
    assert "program unchanged, the answer before it still is pending" in shown
    assert done.session.program.text == "# A.\nc = 1\n\n"
    assert len({sampling.seed for sampling in engine.samplings}) == 3


def test_ctrl_c_in_a_script_ends_it(chat: Run) -> None:
    for engine, lines in [
        (FakeEngine(("a", KeyboardInterrupt())), ["A."]),
        (FakeEngine(KeyboardInterrupt()), ["A."]),
        (FakeEngine(), [KeyboardInterrupt()]),
    ]:
        with pytest.raises(Interrupted):
            chat(engine, *lines, "B.", terminal=False)


def test_ctrl_c_on_an_empty_line_says_how_to_leave(chat: Run) -> None:
    _, shown = chat(FakeEngine(), KeyboardInterrupt(), KeyboardInterrupt())
    assert shown == "Ctrl-D leaves\n" * 2


def test_no_exception_of_a_command_ends_the_chat(
    chat: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    bugs = [ZeroDivisionError("a [bold]bug\n\x1b[2J"), OSError(28, "No space left on device")]
    done, shown = chat(FakeEngine(*bugs, "c = 1"), "A.", "B.", "C.", "/q", "")
    assert shown.startswith(
        "error: unexpected ZeroDivisionError: a [bold]bug ␛[2J → CODEGEN_DEBUG=1 shows the "
        "traceback\nerror: [Errno 28] No space left on device\nc = 1\n"
    )
    assert done.session.program.steps == ("C.",)
    monkeypatch.setenv("CODEGEN_DEBUG", "1")
    _, shown = chat(FakeEngine(ZeroDivisionError()), "A.")
    assert "Traceback (most recent call last)" in shown


def test_a_reader_that_nobody_reads_ends_the_chat(chat: Run) -> None:
    with pytest.raises(BrokenPipeError):
        chat(FakeEngine(BrokenPipeError()), "A.")


def test_a_line_that_is_no_text_is_skipped(chat: Run) -> None:
    done, shown = chat(FakeEngine("a = 1"), UsageError("not UTF-8"), "A.", "/q", "")
    assert shown.startswith("error: not UTF-8\n")
    assert done.session.program.steps == ("A.",)


def test_control_characters_of_the_model_are_shown_not_obeyed(chat: Run) -> None:
    _, shown = chat(FakeEngine('a = "\x1b[31m"'), "A.\x07", "/show", "/q", "")
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert 'a = "␛[31m"' in shown


def test_save_keeps_the_pending_turn(chat: Run, tmp_path: Path) -> None:
    done, shown = chat(FakeEngine("a = 1"), "A.", "/save a b.py", "/q")
    assert (tmp_path / "a b.py").read_text() == "# A.\na = 1\n"
    assert "kept turn 1: A.\nsaved 1 turn to a b.py\n" in shown
    assert done.reader.prompts[-1].startswith("2> ")  # type: ignore[attr-defined]


def test_a_refused_save_keeps_nothing(chat: Run, tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text("old\n")
    done, shown = chat(FakeEngine("a = 1"), "A.", "/save old.py", "/drop", "/save! old.py")
    assert 'error: "old.py" already exists → /save! old.py overwrites it\n' in shown
    assert (tmp_path / "old.py").read_text() == ""
    assert done.session.program.turns == ()


@pytest.mark.parametrize(
    ("answers", "saved"),
    [
        (["a.py"], True),
        ([""], False),
        ([EOFError()], False),
        ([KeyboardInterrupt(), "/save a.py", "/q"], True),
        (["./", "/save a.py"], True),
    ],
)
def test_leaving_offers_to_save(
    chat: Run, tmp_path: Path, answers: list[str | BaseException], saved: bool
) -> None:
    chat(FakeEngine("a = 1"), "A.", EOFError(), *answers)
    assert (tmp_path / "a.py").exists() == saved


@pytest.mark.parametrize(("answer", "saved"), [("y", 2), ("YES", 2), ("", 1), ("n", 1)])
def test_leaving_names_the_file_it_knows(
    chat: Run, tmp_path: Path, answer: str, saved: int
) -> None:
    done, _ = chat(FakeEngine("a = 1", "b = 1"), "A.", "/save a.py", "B.", "/q", answer)
    assert done.reader.prompts[-1] == "save to a.py? [y/N] "  # type: ignore[attr-defined]
    assert (tmp_path / "a.py").read_text().count("= 1") == saved


def test_nothing_is_asked_without_a_terminal(chat: Run) -> None:
    done, _ = chat(FakeEngine("a = 1"), "A.", terminal=False)
    assert all("save" not in prompt for prompt in done.reader.prompts)  # type: ignore[attr-defined]
    assert done.session.program.steps == ("A.",)


def test_the_plain_reader_reads_lines_and_records_them() -> None:
    prompts = io.StringIO()
    reader = PlainReader(
        io.BytesIO("\ufeffé\r\n\x1b[2J\n\xff".encode() + b"\xff\nend"), prompts, attended=False
    )
    assert reader.read(1, str) == "é"
    assert reader.read(2, str) == "\x1b[2J"
    with pytest.raises(UsageError, match="not UTF-8"):
        reader.read(3, str)
    assert reader.read(3, str) == "end"
    with pytest.raises(EOFError):
        reader.read(4, str)
    assert prompts.getvalue() == "1> é\n2> ␛[2J\n3> 3> end\n4> \n"
    assert reader.ask("save? ") == ""


def test_closed_streams_are_an_end_and_a_silence() -> None:
    with pytest.raises(EOFError):
        PlainReader(None, io.StringIO(), attended=False).read(1, str)
    assert PlainReader(io.BytesIO(b"a\n"), None, attended=False).read(1, str) == "a"


def test_run_asks_once_and_shows_what_changed(chat: Run) -> None:
    engine = FakeEngine("a = 1", "b = 2\nprint(a + b)", "print(a)")
    done, shown = chat(engine, "A.", "/run", "y", "B.", "/run", "/drop", "/run", "/q", "")
    assert done.reader.prompts.count("run what the model wrote? [Y/n] ") == 1  # type: ignore[attr-defined]
    first, second, third = shown.split("printed")[1:]
    assert first.startswith(" nothing\nvariables:\n  a: int = 1\nran to its end · 0.00 s\n")
    assert second.startswith(":\n  3\nchanged variables:\n+ b: int = 2\nran to its end")
    assert third.startswith(" nothing\nchanged variables:\n- b\nran to its end")


@pytest.mark.parametrize("answer", ["n", "no", EOFError(), KeyboardInterrupt()])
def test_run_takes_no_for_an_answer(chat: Run, answer: str | BaseException) -> None:
    runner = InProcess()
    running = Running(lambda: runner)
    _, shown = chat(FakeEngine("a = 1"), "A.", "/run", answer, "/q", "", running=running)
    assert "nothing was run\n" in shown and runner.sources == []


def test_without_a_terminal_run_needs_leave_and_asks_nothing(chat: Run) -> None:
    _, refused = chat(FakeEngine("a = 1"), "A.", "/run", terminal=False)
    assert "error: /run needs leave to run programs → start with --execute" in refused
    _, shown = chat(
        FakeEngine("a = 1"), "A.", "/run", terminal=False, running=Running(InProcess, allowed=True)
    )
    assert "a: int = 1" in shown


def test_a_program_that_fails_is_told_by_line_and_step_and_changes_nothing_known(chat: Run) -> None:
    running = Running(InProcess, allowed=True)
    engine = FakeEngine("a = 1", "b = 5\n1 / 0", "c = a")
    _, shown = chat(
        engine, "A.", "/run", "B.", "/run", "/drop", "C.", "/run", "/q", "", running=running
    )
    assert (
        "warning: the program fails: ZeroDivisionError: division by zero in line 6 (step 2: 'B.')\n"
    ) in shown
    assert "changed variables:\n+ c: int = 1\n" in shown and "- b" not in shown


def test_output_of_a_program_cannot_drive_the_terminal(chat: Run) -> None:
    running = Running(InProcess, allowed=True)
    _, shown = chat(FakeEngine('a = "\x1b[2J"\nprint(a)'), "A.", "/run", "/q", "", running=running)
    assert "\x1b" not in shown and "  ␛[2J\n" in shown


def test_the_sandbox_of_a_chat_opens_when_it_is_needed_and_closes() -> None:
    opened: list[InProcess] = []
    running = Running(lambda: opened.append(InProcess()) or opened[-1])
    running.close()
    assert opened == []
    running.run("x = 1", lambda: False)
    running.run("x = 2", lambda: False)
    running.close()
    assert len(opened) == 1 and opened[0].closed


def test_cases_are_checked_whenever_the_program_changes(chat: Run) -> None:
    engine = FakeEngine("v = [4, 8]\n", "print(sum(v))\n", "print(12)\n")
    _, shown = chat(
        engine,
        "/case A=[4, 8] -> 12",
        "Assign [4, 8] to v.",
        "/run",
        "y",
        "/case A=[1] -> 1",
        "Print the sum.",
        "/tokens",
        "/retry",
        "/cases p.jsonl",
        "/cases clear",
        "/cases",
        "/q",
        "",
    )
    grids = [line for line in shown.splitlines() if line.startswith("cases:")]
    assert [line[:18] for line in grids] == [f"cases: {n} of 2 pass" for n in (0, 2, 1)]
    assert "noted; /run once" in shown
    assert "wrote 2 cases to p.jsonl" in shown
    assert "error: there are no cases yet" in shown
    assert '"prompts": ["Assign {A} to v."' in Path("p.jsonl").read_text()


def test_the_first_case_fills_steps_and_the_problem_has_them_as_typed(chat: Run) -> None:
    engine = FakeEngine("v = [1, 2]\n", "w = {1: 1}\n", "print(2)\n", "print(1)\n")
    done, shown = chat(
        engine,
        "/case A=[1, 2], B=1 -> 2",
        "Assign {A} to v.",
        "Map {B} to 1 in {{B}} and {C}.",
        "Print {A[0]}.",
        "/edit 3 Print {B} and {B}.",
        "/cases p.jsonl",
        "/q",
        "",
    )
    assert "with the first case: Assign [1, 2] to v.\n" in shown
    assert "with the first case: Print {A" not in shown
    assert engine.prompts[0].endswith("# Assign [1, 2] to v.\n")
    assert engine.prompts[1].endswith("# Map 1 to 1 in {{B}} and {C}.\n")
    assert done.session.program.steps[2] == "Print 1 and 1."
    record = json.loads(Path("p.jsonl").read_text())
    assert record["prompts"] == [
        "Assign {A} to v.",
        "Map {B} to 1 in {{{{B}}}} and {{C}}.",
        "Print {B} and {B}.",
    ]
    filled = [substitute(step, record["inputs"][0]) for step in record["prompts"]]
    assert tuple(filled) == done.session.program.steps


def test_a_step_that_another_case_filled_is_told_by_its_value(chat: Run) -> None:
    engine = FakeEngine("v = 4\n")
    chat(
        engine,
        *("/case A=4 -> 4", "Set v to {A}.", "/cases clear", "/case X=4 -> 4", "/cases p.jsonl"),
        *("/q", ""),
    )
    assert json.loads(Path("p.jsonl").read_text())["prompts"] == ["Set v to {X}."]


def test_vars_are_those_of_the_last_run(chat: Run) -> None:
    engine = FakeEngine("v = 1\n", "w = 2\n")
    _, shown = chat(engine, "Set v.", "/vars", "/run", "y", "/vars", "Set w.", "/vars", "/q", "")
    assert "error: no program has run to its end yet" in shown
    assert shown.count("\nv: int = 1\n") == 2
    assert shown.count("the program has changed since") == 1
