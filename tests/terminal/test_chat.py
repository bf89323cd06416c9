"""`codegen chat` as a person sees it: the real program in a real pseudo-terminal, and in pipes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from chats import CODE, CODE_BEGINS, PREFIX, RAMBLE, STEP, Start, command, pipe, write_step
from pty_driver import (
    ALT_ENTER,
    CLEAR_LINE,
    CTRL_C,
    CTRL_D,
    CTRL_E,
    CTRL_J,
    CTRL_R,
    END,
    ENTER,
    RIGHT,
    TAB,
    TIMEOUT,
    UP,
    Terminal,
    paste,
)


def test_write_retry_undo_redo_save_and_quit(start: Start, work: Path) -> None:
    chat = start("program.py")
    assert "nano Q8_0 · CPU, 1 thread" in chat.text
    assert "program.py: new · /help lists the commands, Ctrl-D leaves\n" in chat.text
    write_step(chat)
    chat.expect("nano Q8_0 · CPU, 1 thread")
    chat.expect("/2048 tokens · ")
    chat.send("/retry 0.5" + ENTER)
    chat.expect("turn 1 · ")
    chat.expect(" reused) · ")
    chat.expect("2> ")
    chat.send("Print the largest of values." + ENTER)
    chat.expect("turn 2 · ")
    chat.expect("3> ")
    chat.send("/undo" + ENTER)
    chat.expect("undid turn 2: Print the largest of values.\n")
    chat.send("/redo" + ENTER)
    chat.expect("brought back turn 2: ")
    chat.send("/undo" + ENTER)
    chat.expect("undid turn 2: ")
    chat.send("/save" + ENTER)
    chat.expect("saved 1 turn to program.py\n")
    chat.send("/quit" + ENTER)
    assert chat.wait() == 0
    assert chat.echoes()
    assert "import numpy" not in chat.text
    assert (work / "program.py").read_text() == f"{PREFIX}# {STEP}\n{CODE}\n"


def test_an_existing_program_goes_on(start: Start, work: Path) -> None:
    (work / "old.py").write_text(f"{PREFIX}# {STEP}\n{CODE}\n")
    chat = start("old.py", prompt="2> ")
    assert "old.py: 1 turn · " in chat.text
    chat.send("/show" + ENTER)
    chat.expect(f"1  # {STEP}\n   {CODE}\n")
    chat.send("/exit" + ENTER)
    assert chat.wait() == 0
    assert "save to" not in chat.text


def test_the_answer_is_coloured_and_written_once(start: Start) -> None:
    chat = start()
    write_step(chat)
    assert "\x1b[33m15\x1b[0m" in chat.raw
    assert chat.text.count(CODE) == 1


def test_ctrl_c_stops_an_answer_and_leaves_the_program(start: Start) -> None:
    chat = start(*RAMBLE)
    chat.send("Print the numbers from 1 to 5." + ENTER)
    chat.expect(CODE_BEGINS)
    chat.send(CTRL_C)
    chat.expect("interrupted after ")
    tokens = int(chat.expect(" tokens · program unchanged, nothing is pending"))
    chat.expect(" · /keep takes what was written, /more goes on\n")
    assert 0 < tokens < 1500
    chat.expect("1> ")
    chat.send("/accept" + ENTER)
    chat.expect("error: no turn is pending")
    chat.send("/set max_tokens 5" + ENTER)
    chat.expect("max_tokens     5\n")
    chat.send("Print 1." + ENTER)
    chat.expect("turn 1 · 5 tokens ")
    chat.expect("ended by length\n")
    chat.expect("warning: cut at 5 tokens")


def test_keys_typed_during_an_answer_wait_for_the_prompt(start: Start) -> None:
    chat = start(*RAMBLE)
    chat.send("Print the numbers from 1 to 5." + ENTER)
    chat.expect(CODE_BEGINS)
    chat.send("/set seed 7" + ENTER)
    shown = chat.expect("turn 1 · 1500 tokens")
    assert "/set" not in shown
    chat.expect("seed           7\n")


def test_ctrl_c_at_the_prompt_clears_the_line(start: Start) -> None:
    chat = start()
    chat.send("half a step" + CTRL_C + "/tokens" + ENTER)
    assert "Ctrl-D" not in chat.expect(" tokens used · ")
    chat.expect("1> ")
    chat.send(CTRL_C)
    chat.expect("Ctrl-D leaves\n")
    chat.expect("1> ")
    chat.send(CTRL_D)
    assert chat.wait() == 0
    assert "turn 1" not in chat.text


def test_ctrl_d_asks_once_where_to_save(start: Start, work: Path) -> None:
    chat = start()
    write_step(chat)
    chat.send(CTRL_D)
    chat.expect("save to which file?")
    chat.send("kept.py" + ENTER)
    chat.expect("saved 1 turn to kept.py\n")
    assert chat.wait() == 0
    assert CODE in (work / "kept.py").read_text()


def test_ctrl_d_twice_leaves_without_saving(start: Start, work: Path) -> None:
    chat = start("program.py")
    write_step(chat)
    chat.send(CTRL_D)
    chat.expect("save to program.py? [y/N]")
    chat.send(CTRL_D)
    assert chat.wait() == 0
    assert list(work.iterdir()) == []


def test_a_paste_of_several_lines_is_one_step(start: Start) -> None:
    chat = start("--max-tokens", "4")
    chat.send(paste("Set x to 1.\r\nUse an integer.") + ENTER)
    chat.expect("turn 1 · ")
    chat.expect("2> ")
    chat.send("/show" + ENTER)
    chat.expect("1?  # Set x to 1.\n    # Use an integer.\n")


def test_run_asks_before_the_first_program_and_shows_what_changed(start: Start) -> None:
    chat = start()
    write_step(chat)
    chat.send("/run" + ENTER)
    chat.expect("sandbox: os")
    chat.expect("run what the model wrote? [Y/n]")
    chat.send(ENTER)
    chat.expect("printed nothing\nvariables:\n  values: list = [4, 8, 15, 16, 23]\nran to its end")
    chat.expect("2> ")
    chat.send('Compute the sum of the list and store it in "total".' + ENTER)
    chat.expect("3> ")
    chat.send("/run" + ENTER)
    assert "[Y/n]" not in chat.expect("changed variables:\n+ total: int = 66\n")
    chat.expect("3> ")


def test_ctrl_c_stops_a_program_and_the_chat_goes_on(start: Start, work: Path) -> None:
    (work / "old.py").write_text("# Wait.\nwhile True:\n    pass\n")
    chat = start("old.py", "--execute", prompt="2> ")
    chat.send("/run" + ENTER)
    chat.expect("running…")
    chat.send(CTRL_C)
    chat.expect("interrupted · the program is unchanged\n")
    chat.expect("2> ")
    assert chat.echoes() is False
    chat.send(CTRL_D)
    assert chat.wait() == 0


def test_keys_open_a_line(start: Start) -> None:
    chat = start("--max-tokens", "4")
    chat.send("Set x to 1." + CTRL_J + "Use an integer." + ALT_ENTER + "Then stop." + ENTER)
    chat.expect("turn 1 · ")
    chat.expect("2> ")
    chat.send("/show" + ENTER)
    chat.expect("1?  # Set x to 1.\n    # Use an integer.\n    # Then stop.\n")


def test_edit_begins_with_the_old_step(start: Start) -> None:
    chat = start("--max-tokens", "4")
    chat.send("Set x to 1" + ENTER)
    chat.expect("2> ")
    chat.send("/edit" + ENTER)
    chat.expect("1> Set x to 1")
    chat.send("23." + ENTER)
    chat.expect("turn 1 · ")
    chat.expect("2> ")
    chat.send("/drop" + ENTER)
    chat.expect("dropped turn 1: Set x to 123.\n")


def test_tab_completes_commands_and_files(start: Start, work: Path) -> None:
    (work / "mine.py").write_text("x = 1\n")
    chat = start()
    chat.send("/tok")
    chat.expect("Show how much of the context each turn takes, as far as it is folded.")
    chat.send(TAB)
    chat.expect("ens")
    chat.send(ENTER)
    chat.expect(" tokens used · ")
    chat.send("/save mi")
    chat.expect("mine.py")
    chat.send(TAB)
    chat.expect("ne.py")
    chat.send(ENTER)
    chat.expect('error: "mine.py" already exists → /save! mine.py overwrites it\n')


def test_history_is_private_and_lives_on(start: Start, env: dict[str, str]) -> None:
    chat = start()
    chat.send("/set seed 7" + ENTER)
    chat.expect("seed           7\n")
    chat.send("/quit" + ENTER)
    assert chat.wait() == 0
    history = Path(env["XDG_STATE_HOME"]) / "codegen" / "chat-history"
    assert history.stat().st_mode & 0o777 == 0o600
    again = start()
    again.send(UP + UP + ENTER)
    again.expect("seed           7\n")
    again.expect("1> ")
    again.send(CTRL_R + "seed" + ENTER + ENTER)
    again.expect("seed           7\n")


def suggested(start: Start) -> Terminal:
    """Return a chat that suggests the rest of its first step for the second."""
    chat = start("--max-tokens", "4")
    chat.send("Assign the number 1 to a variable x." + ENTER)
    chat.expect("2> ")
    chat.send("Assign the n")
    # The rest is shown behind the cursor before a key takes it.
    chat.expect("umber 1 to a variable x.")
    return chat


@pytest.mark.parametrize("key", [RIGHT, END, CTRL_E], ids=["right", "end", "ctrl-e"])
def test_a_step_typed_before_is_suggested_and_taken_by_a_key(start: Start, key: str) -> None:
    chat = suggested(start)
    chat.send(key + " Then print it." + ENTER)
    chat.expect("turn 2 · ")
    chat.expect("3> ")
    chat.send("/list" + ENTER)
    chat.expect("2?   Assign the number 1 to a variable x. Then print it.\n")


def test_a_suggestion_that_no_key_takes_is_not_sent(start: Start) -> None:
    chat = suggested(start)
    chat.send(ENTER)
    chat.expect("turn 2 · ")
    chat.expect("3> ")
    chat.send("/list" + ENTER)
    chat.expect("2?   Assign the n\n")


def test_a_history_that_cannot_be_written_is_no_trouble(start: Start, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    chat = start("--max-tokens", "4", XDG_STATE_HOME=str(tmp_path / "file"))
    chat.send("Set x to 1." + ENTER)
    chat.expect("turn 1 · ")
    chat.expect("2> ")
    chat.send(UP + CLEAR_LINE + "/drop" + ENTER)
    chat.expect("dropped turn 1: ")


def test_a_dumb_terminal_gets_plain_lines(start: Start) -> None:
    chat = start(TERM="dumb")
    chat.send(STEP + "\n")
    chat.expect(f"{CODE}\n")
    chat.expect("2> ")
    chat.send(CTRL_C)
    chat.expect("Ctrl-D leaves\n")
    chat.expect("2> ")
    chat.send(CTRL_D)
    chat.expect(f"import numpy as np\n\n# {STEP}\n{CODE}\n")
    assert chat.wait() == 0
    assert "\x1b" not in chat.raw


def test_a_person_at_a_dumb_terminal_is_asked_and_has_a_shell(start: Start, work: Path) -> None:
    chat = start(TERM="dumb")
    write_step(chat)
    chat.send("/run\n")
    chat.expect("run what the model wrote? [Y/n] ")
    chat.send("y\n")
    chat.expect("values: list = [4, 8, 15, 16, 23]\n")
    chat.expect("2> ")
    chat.send("!touch made\n")
    chat.expect("2> ")
    assert (work / "made").exists()
    chat.send(CTRL_D)
    assert chat.wait() == 0
    assert "\x1b" not in chat.raw


def test_a_script_gives_the_program_on_stdout(env: dict[str, str], work: Path) -> None:
    script = f"{STEP}\n/retyr\n/save copy.py\nPrint hello.\n/undo\n/show\n"
    done = pipe(script, env, work)
    assert done.returncode == 0
    assert done.stdout == f"{PREFIX}# {STEP}\n{CODE}\n"
    assert (work / "copy.py").read_text() == done.stdout
    assert f"1> {STEP}\n{CODE}\nturn 1 · " in done.stderr
    assert re.search(
        r"2> Print hello\.\nthe step is \w+ to the model \(perplexity [\d.]+\)\n", done.stderr
    )
    assert 'error: no command "/retyr" → did you mean /retry?' in done.stderr
    assert "\x1b" not in done.stderr


def test_the_last_turn_of_a_script_is_kept(env: dict[str, str], work: Path) -> None:
    done = pipe(f"{STEP}\n/edit Set x to 1.", env, work, "--prefix", "none", "--max-tokens", "4")
    assert done.returncode == 0
    assert done.stdout.startswith("# Set x to 1.\n")


def test_a_full_context_is_one_line_and_the_script_goes_on(env: dict[str, str], work: Path) -> None:
    script = f"{STEP}\n/set max_tokens 40\n{STEP}\n"
    done = pipe(script, env, work, "--ctx", "100", "--prefix", "none")
    assert done.returncode == 0
    (error,) = re.findall("error: .*", done.stderr)
    assert "the answer may have 128, but the context has 100 → /set max_tokens " in error
    assert done.stdout == f"# {STEP}\n{CODE}\n"


def test_a_script_that_ends_in_a_block_keeps_the_steps_before_and_fails(
    env: dict[str, str], work: Path
) -> None:
    done = pipe(f'{STEP}\n"""Print values.\nAll of them.\n', env, work)
    assert done.returncode == 2
    assert done.stdout == f"{PREFIX}# {STEP}\n{CODE}\n"
    assert done.stderr.splitlines()[-1] == (
        'error: the input ends in the block that begins with \'"""Print values.\': it is no step '
        '→ end it with a line """'
    )
    again = pipe("/list\n", env, work, "--continue")
    assert again.returncode == 0 and again.stdout == done.stdout


def test_ctrl_c_ends_a_script(env: dict[str, str], work: Path) -> None:
    with subprocess.Popen(
        command(*RAMBLE),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=env,
        cwd=work,
    ) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdin.write(b"Print the numbers from 1 to 5.\nPrint 6.\n")
        process.stdin.close()
        shown = b""
        while not shown.partition(b"1> ")[2].partition(b"\n")[2].strip():
            data = os.read(process.stderr.fileno(), 4096)
            assert data, shown
            shown += data
        process.send_signal(signal.SIGINT)
        shown += process.stderr.read()
        assert process.stdout.read() == b""
    assert process.returncode == 130
    assert shown.endswith(b"error: interrupted in turn 1\n")


def test_help_does_not_load_the_editor() -> None:
    code = (
        "import sys; from codegen_cli.cli.main import run_cli; run_cli(['chat', '--help']); "
        "heavy = {'prompt_toolkit', 'llama_cpp', 'numpy'} & set(sys.modules); "
        "sys.exit(str(heavy) if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=TIMEOUT)
