"""A chat whose window changes, that is suspended, interrupted early, pasted into, and not alone."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from chats import CODE, CODE_BEGINS, RAMBLE, STEP, Start, command, replay_last, write_step
from prompt_toolkit.history import FileHistory
from pty_driver import CTRL_C, CTRL_D, ENTER, Terminal, paste

CTRL_Z = "\x1a"
WIDE, NARROW = (30, 100), (30, 40)

#: What the status line says in a window of 100 columns, and what is left of it in one of 40.
WIDE_STATUS = "nano Q8_0 · CPU, 1 thread"
NARROW_STATUS = re.compile(r"(?:\n *|… · )\d+/2048 tokens")


def test_a_window_that_changes_while_typing_loses_nothing(start: Start) -> None:
    chat = start("--max-tokens", "4")
    chat.expect(WIDE_STATUS)
    chat.send("Assign the number one, which is the first of all, ")
    chat.expect("of all,")
    chat.resize(*NARROW)
    chat.expect(re.compile(r"1> Assign the number one.*\n"))
    chat.expect(NARROW_STATUS)
    chat.send("to a variable ")
    chat.expect("to a variable")
    chat.resize(*WIDE)
    chat.expect(WIDE_STATUS)
    chat.send("x." + ENTER)
    chat.expect("turn 1 · ")
    chat.expect("2> ")
    chat.send("/list" + ENTER)
    chat.expect("1?   Assign the number one, which is the first of all, to a variable x.\n")


def test_a_window_that_changes_while_the_model_writes_loses_nothing(start: Start) -> None:
    chat = start(*RAMBLE)
    chat.send("Print the numbers from 1 to 5." + ENTER)
    chat.expect(CODE_BEGINS)
    chat.resize(*NARROW)
    chat.send("/set seed 7")
    chat.resize(*WIDE)
    chat.resize(*NARROW)
    shown = chat.expect("turn 1 · 1500 tokens")
    assert "reading" not in shown
    chat.expect("2> ")
    chat.expect("/set seed 7")
    chat.expect(NARROW_STATUS)
    chat.send(ENTER)
    chat.expect("seed           7\n")
    chat.send("/show" + ENTER)
    chat.expect("1?  # Print the numbers from 1 to 5.\n")
    kept = chat.expect("2> ")
    assert re.sub(r"\s", "", shown)[:400] in re.sub(r"\s", "", kept)


def test_answers_fit_the_window_as_it_is_when_they_are_shown(start: Start) -> None:
    chat = start("--temperature", "1.6")
    chat.send("/n 4" + ENTER)
    chat.expect("4 answers a step\n")
    chat.send("Print the largest of the numbers 4, 8 and 15." + ENTER)
    beside = chat.expect("/pick K takes another one\n")
    assert "── 2" in beside and any(line.count("──") > 1 for line in beside.splitlines())
    chat.expect("2> ")
    chat.resize(*NARROW)
    chat.expect(NARROW_STATUS)
    chat.send("/retry" + ENTER)
    chat.expect("4 answers…")
    under = chat.expect("/pick K takes another one\n")
    assert "── 6" in under and all(line.count("──") < 2 for line in under.splitlines())
    chat.expect("2> ")
    chat.send("/retry" + ENTER)
    chat.expect("4 answers…")
    chat.resize(*WIDE)
    back = chat.expect("/pick K takes another one\n")
    assert any(line.count("──") > 1 for line in back.splitlines())


def test_ctrl_c_stops_the_reading_of_a_long_program(start: Start, work: Path) -> None:
    """Nothing is cached yet, so the whole program is read before the first token."""
    turns = [f"# Set a{i} to {i}.\na{i} = {i} * {i}\n" for i in range(70)]
    (work / "long.py").write_text("\n".join(turns))
    chat = start("long.py", prompt="71> ")
    chat.send("/start b = " + ENTER)
    chat.expect("the next answer begins with")
    chat.expect("71> ")
    # With a dictated beginning nothing is read before to grade the step.
    chat.send("Print a1." + ENTER)
    chat.expect("reading…")
    chat.send(CTRL_C)
    shown = chat.expect("interrupted after 0 tokens · program unchanged, nothing is pending")
    assert "turn 71 ·" not in shown
    chat.expect("71> ")
    chat.send("/start b = " + ENTER)
    chat.expect("71> ")
    chat.send("Print a1." + ENTER)
    chat.expect(re.compile(r"turn 71 · \d+ tokens \("))
    # What was interrupted was the reading: most of the program has to be read now.
    assert int(chat.expect(" reused)")) < 1000


def test_chats_share_a_history_file_without_loss(start: Start, env: dict[str, str]) -> None:
    chats = [start() for _ in range(2)]
    names = ["one", "two"]
    for number in range(25):
        for chat, name in zip(chats, names, strict=True):
            chat.send(f"/branch {name}{number}" + ENTER)
    for chat, name in zip(chats, names, strict=True):
        chat.expect(f'this place is "{name}24"')
        chat.send(CTRL_D)
        assert chat.wait() == 0
    file = Path(env["XDG_STATE_HOME"]) / "codegen" / "chat-history"
    entries = list(FileHistory(str(file)).load_history_strings())[::-1]
    for name in names:
        mine = [entry for entry in entries if entry.startswith(f"/branch {name}")]
        assert mine == [f"/branch {name}{number}" for number in range(25)]
    assert len(entries) == 50


def test_three_hundred_pasted_lines_wait_as_one_step(start: Start) -> None:
    chat = start(*RAMBLE)
    chat.send("Print the numbers from 1 to 5." + ENTER)
    chat.expect(CODE_BEGINS)
    lines = [f"line {number} of the paste, with some words" for number in range(300)]
    chat.send(paste('"""' + "\r\n".join(lines) + '"""'))
    chat.send(CTRL_C)
    chat.expect("interrupted after ")
    chat.expect("line 299 of the paste")
    chat.send(ENTER)
    # It is one step, and all of it is there: too long for the context, which counts it.
    chat.expect("error: the prompt has ")
    assert int(chat.expect(" tokens")) > 3000
    chat.expect("1> ")


def test_keys_wait_in_order_enter_included(start: Start) -> None:
    chat = start(*RAMBLE)
    chat.send("Print the numbers from 1 to 5." + ENTER)
    chat.expect(CODE_BEGINS)
    chat.send("/set seed 7" + ENTER + "/set seed 8" + ENTER + "/set see")
    shown = chat.expect("turn 1 · 1500 tokens")
    assert "/set" not in shown
    chat.expect("seed           7\n")
    chat.expect("seed           8\n")
    chat.expect("/set see")
    chat.send("d 9" + ENTER)
    chat.expect("seed           9\n")


def test_a_shell_suspends_a_chat_that_writes_and_brings_it_back(
    env: dict[str, str], work: Path
) -> None:
    shell = Terminal(["bash", "--norc", "--noprofile", "-i"], {**env, "PS1": "shell$ "}, work, WIDE)
    try:
        shell.expect("shell$ ")
        shell.send(" ".join(command(*RAMBLE)) + ENTER)
        shell.expect("1> ")
        shell.send("Print the numbers from 1 to 5." + ENTER)
        shell.expect(CODE_BEGINS)
        shell.send(CTRL_Z)
        shell.expect("Stopped")
        shell.expect("shell$ ")
        shell.send("echo back in the $((1 + 1))nd" + ENTER)
        shell.expect("back in the 2nd")
        shell.send("fg" + ENTER)
        # The next piece of the answer: by then the chat has its keyboard again.
        shell.expect(re.compile(r"codegen_cli chat .*\n\s*\S"))
        shell.send("/set seed 7" + ENTER)
        shown = shell.expect("turn 1 · 1500 tokens")
        assert "/set" not in shown
        shell.expect("seed           7\n")
        shell.expect("2> ")
        shell.send("/drop" + ENTER)
        shell.expect("dropped turn 1")
        shell.expect("1> ")
        shell.send(CTRL_D)
        shell.expect("shell$ ")
        shell.send("stty -a | tr ' ' '\\n' | grep -x -e echo -e icrnl" + ENTER)
        shell.expect("icrnl\n")
        shell.expect("echo\n")
    finally:
        shell.close()


@pytest.mark.parametrize("terminal", ["xterm-256color", "dumb"])
def test_a_block_goes_on_with_another_prompt(start: Start, terminal: str) -> None:
    chat = start("--max-tokens", "4", TERM=terminal)
    chat.send('"""Set x to 1.' + ENTER)
    chat.expect(" … ")
    chat.send("Use an integer." + ENTER)
    chat.expect(" … ")
    chat.send('"""' + ENTER)
    chat.expect("turn 1 · ")
    chat.expect("2> ")
    chat.send("/list" + ENTER)
    chat.expect("1?   Set x to 1.\n     Use an integer.\n")


def test_finished_answers_are_picked_after_ctrl_c_and_can_be_drawn_again(
    start: Start, env: dict[str, str], work: Path
) -> None:
    chat = start("--temperature", "1.6", "--max-tokens", "600")
    chat.send("/n 8" + ENTER)
    chat.expect("8 answers a step\n")
    chat.send("Write a long class with many methods." + ENTER)
    chat.expect(re.compile(r"[2-7] done · \d+ tokens"))
    chat.send(CTRL_C)
    chat.expect("interrupted after ")
    chat.expect(re.compile(r"\d answers were finished: /keep takes the best, /pick K another\n"))
    chat.expect("1> ")
    chat.send("/pick 2" + ENTER)
    chat.expect("answer 2 of ")
    chat.expect("2> ")
    chat.send("/quit" + ENTER)
    chat.expect("save to which file?")
    chat.send(ENTER)
    assert chat.wait() == 0
    again = replay_last(env, work)
    assert again.returncode == 0, again.stdout + again.stderr


def test_copy_by_a_tool(start: Start, work: Path, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "xclip").write_text(f"#!/bin/sh\ncat > {tmp_path}/copied\n")
    (tools / "xclip").chmod(0o700)
    chat = start(PATH=f"{tools}:{os.environ['PATH']}", DISPLAY=":0")
    write_step(chat)
    chat.send("/copy 1" + ENTER)
    chat.expect("copied 2 lines · by xclip\n")
    assert (tmp_path / "copied").read_text() == f"# {STEP}\n{CODE}\n"
