"""What a person types and sees in a chat: keys, completion, candidates, cases; a real terminal."""

from __future__ import annotations

import os
import re
import signal
import stat
from pathlib import Path

from chats import CODE_BEGINS, RAMBLE, STEP, Start, write_step
from pty_driver import ALT_ENTER, CTRL_C, ENTER, TAB, paste

CTRL_X_E, CTRL_Z, ESCAPE = "\x18\x05", "\x1a", "\x1b"


def test_a_long_paste_during_an_answer_is_taken_at_once(start: Start) -> None:
    """More than a terminal's buffer holds (4096 bytes) would block whoever types it."""
    chat = start(*RAMBLE)
    chat.send("Print the numbers from 1 to 5." + ENTER)
    chat.expect(CODE_BEGINS)
    chat.send(paste("/start x = '" + "y" * 9000 + "'"))
    chat.send(CTRL_C)
    chat.expect("interrupted after ")
    chat.send(ENTER)
    chat.expect("the next answer begins with")


def test_keys_typed_ahead_do_not_answer_a_question(start: Start, work: Path) -> None:
    (work / "old.py").write_text("# Wait.\nx = 1\n")
    chat = start("old.py", *RAMBLE, prompt="2> ")
    chat.send("Print the numbers from 1 to 5." + ENTER)
    chat.expect(CODE_BEGINS)
    chat.send("/run" + ENTER + "/tokens" + ENTER)
    chat.expect("run what the model wrote? [Y/n]")
    chat.send("n" + ENTER)
    chat.expect("nothing was run\n")
    chat.expect(" of 2048 tokens used")


def test_ctrl_z_during_an_answer_and_back(start: Start) -> None:
    chat = start(*RAMBLE)
    chat.send("Print the numbers from 1 to 5." + ENTER)
    chat.expect(CODE_BEGINS)
    # An orphaned process group ignores Ctrl-Z, so the signals themselves are sent.
    os.kill(chat.pid, signal.SIGSTOP)
    os.kill(chat.pid, signal.SIGCONT)
    chat.send("/tokens" + ENTER)
    assert "/tokens" not in chat.expect("turn 1 · 1500 tokens")
    chat.expect(" of 2048 tokens used")


def test_the_editor_opens_on_the_line(start: Start, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "/set seed 11" > "$1"\n')
    editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
    chat = start(EDITOR=str(editor), VISUAL=str(editor))
    chat.send("half a step" + CTRL_X_E)
    chat.expect("/set seed 11")
    chat.send(ENTER)
    chat.expect("seed           11\n")


def test_vi_keys(start: Start) -> None:
    chat = start("--vi")
    chat.send("/set seed 7x" + ESCAPE)
    chat.expect("7x")
    chat.send("xi" + ENTER)
    chat.expect("seed           7\n")


def test_no_history_keeps_nothing(start: Start, env: dict[str, str]) -> None:
    chat = start("--no-history")
    chat.send("/set seed 7" + ENTER)
    chat.expect("seed           7\n")
    chat.send("/quit" + ENTER)
    assert chat.wait() == 0
    assert not (Path(env["XDG_STATE_HOME"]) / "codegen" / "chat-history").exists()


def test_tab_completes_a_name_of_the_program(start: Start) -> None:
    chat = start()
    assert "one step in plain words" in chat.raw
    write_step(chat)
    chat.send("Print the largest of val" + TAB)
    chat.expect("ues")


def test_candidates_are_run_once_that_is_allowed(start: Start) -> None:
    chat = start("--execute", "--temperature", "1.6")
    chat.send("/n 5" + ENTER)
    chat.expect("5 answers a step\n")
    chat.send(STEP + ENTER)
    chat.expect("── 1")
    chat.expect("2> ")
    chat.send('Sort the list in descending order and store it in "ordered".' + ENTER)
    shown = chat.expect("/pick K takes another one\n")
    assert "→ ordered: list = [" in shown
    assert "+ " in shown
    assert "values: list" not in shown


def test_cases_are_checked_after_each_turn(start: Start) -> None:
    chat = start("--execute")
    write_step(chat)
    chat.send("/case A=[4, 8, 15, 16, 23] -> 66" + ENTER)
    chat.expect("cases: 0 of 1 pass\n")
    chat.send("/case A=[1, 2] -> 3" + ENTER)
    chat.expect("cases: 0 of 2 pass  (nothing was printed)\n")
    chat.send("Print the sum of the list." + ENTER)
    chat.expect("cases: 2 of 2 pass\n")


def test_forty_columns_and_no_colour(start: Start) -> None:
    chat = start("--execute", "--temperature", "1.6", NO_COLOR="1", size=(40, 40))
    chat.send("/n 4" + ENTER)
    chat.expect("4 answers a step\n")
    chat.send('Assign the list [4, 8] to a variable named "values".' + ENTER)
    chat.expect("2> ")
    chat.send('Sort the list in descending order and store it in "ordered".' + ENTER)
    shown = chat.expect("/pick K takes another one\n")
    assert all(line.count("──") < 2 for line in shown.splitlines())
    assert "── 2" in shown
    chat.expect(re.compile(r"\n *\d+/2048 tokens · \d+ tokens/s"))
    assert not re.search(r"\x1b\[[0-9;]*3[1-7]m", chat.raw)


def test_enter_and_alt_enter_change_places(start: Start) -> None:
    chat = start()
    chat.send("/multiline" + ENTER)
    chat.expect("Enter opens a line, Alt-Enter sends\n")
    chat.send(STEP + ENTER + "Sort it." + ALT_ENTER)
    chat.expect("turn 1 · ")
    chat.expect("2> ")
    chat.send("/list" + ENTER)
    chat.expect("Sort it.\n")
    chat.send("/multiline" + ENTER)
    chat.expect("Enter sends\n")
    chat.send("/undo" + ENTER)
    chat.expect("undid turn 1")
