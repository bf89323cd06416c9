"""Growing a program on a tree of turns: the real program, and every answer drawn again after."""

from __future__ import annotations

import base64
import re
from pathlib import Path

from chats import CODE, RAMBLE, STEP, Start, pipe, replay_last, write_step
from pty_driver import CTRL_C, ENTER


def test_every_answer_of_a_chat_with_forks_can_be_drawn_again(
    env: dict[str, str], work: Path
) -> None:
    script = [
        *(STEP, "/retry 0.8", "/n 3", "Print the largest of values.", "/n 1", "/branch big"),
        *("/start total = ", "Compute the sum of the list.", "/more"),
        *("/edit 1 Assign the list of numbers [1, 2, 3] to a variable.", "/goto big"),
        *('"""Print the sum', 'of values."""', "/undo 2", "/redo", "/model nano", "Print values."),
    ]
    done = pipe("\n".join(script) + "\n", env, work)
    assert done.returncode == 0
    assert "error" not in done.stderr
    assert "turn 1 is new; turns 2…3 follow as they were" in done.stderr
    assert done.stdout.startswith(f"# Import libraries.\n\nimport numpy as np\n\n# {STEP}\n{CODE}")
    assert re.findall("^# .*", done.stdout, re.MULTILINE)[2:] == [
        "# Print the largest of values.",
        "# Print the sum",
        "# of values.",
        "# Print values.",
    ]
    again = replay_last(env, work)
    assert again.returncode == 0, again.stdout + again.stderr
    resumed = pipe("/tree\n", env, work, "--continue")
    assert resumed.stdout == done.stdout
    assert "Print the largest of values. (big)\n" in resumed.stderr


def test_branches_shell_and_clipboard_at_a_terminal(start: Start) -> None:
    chat = start()
    write_step(chat)
    chat.send("/branch first" + ENTER)
    chat.expect('this place is "first"; /goto first comes back here\n')
    chat.send("Print the largest of values." + ENTER)
    chat.expect("3> ")
    chat.send("/goto first" + ENTER)
    chat.expect("the program has 1 turn now\n")
    chat.expect("2> ")
    chat.send("!stty -a | tr ' ' '\\n' | grep -x -e echo -e icrnl" + ENTER)
    chat.expect("icrnl\n")
    chat.expect("echo\n")
    chat.expect("2> ")
    chat.send("/copy 1" + ENTER)
    chat.expect("copied 2 lines · by the terminal, if it allows that (OSC 52)\n")
    (copied,) = re.findall(r"\x1b\]52;c;([^\x07]*)\x07", chat.raw)
    assert base64.b64decode(copied).decode() == f"# {STEP}\n{CODE}\n"


def test_partial_text_is_kept_when_asked_for(start: Start) -> None:
    chat = start(*RAMBLE)
    chat.send("Print the numbers from 1 to 5." + ENTER)
    chat.expect(re.compile(r"reading…\s*[^\s⠀-⣿]"))
    chat.send(CTRL_C)
    chat.expect("program unchanged, nothing is pending · /keep takes what was written")
    chat.expect("1> ")
    chat.send("/keep" + ENTER)
    chat.expect("pending turn 1: Print the numbers from 1 to 5.\n")
    chat.expect("2> ")
    chat.send("/drop" + ENTER)
    chat.expect("dropped turn 1: ")


def test_a_model_that_is_not_there_leaves_the_old_one(start: Start) -> None:
    chat = start("--max-tokens", "6")
    chat.send("/model nanoo" + ENTER)
    chat.expect("error: ")
    chat.expect("1> ")
    chat.send("/model nano" + ENTER)
    chat.expect("nano Q8_0 · CPU, 1 thread")
    chat.expect("1> ")
    chat.send("Print 1." + ENTER)
    chat.expect("turn 1 · ")


def test_how_much_of_a_long_program_is_read_is_said(start: Start, work: Path) -> None:
    (work / "long.py").write_text("".join(f"# Set {n}.\nx{n} = [{n}, {n}]\n\n" for n in range(70)))
    chat = start("long.py", prompt="71> ")
    chat.send("Print x1." + ENTER)
    chat.expect(re.compile(r"reading… \d+ tokens"))
    chat.expect("turn 71 · ")
