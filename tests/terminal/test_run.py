"""`codegen run` as a real process: streams, exit codes, files, signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from process import Run
from pty_driver import Terminal

STEPS = """Assign the list of numbers [4, 8, 15, 16, 23] to a variable named "values".
Compute the sum of the list and store it in "total".
Print the total.
"""


def test_steps_in_a_pipe_become_a_program_that_runs(codegen: Run, tmp_path: Path) -> None:
    result = codegen("run", "-", stdin=STEPS)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(
        "# Import libraries.\n\nimport numpy as np\n\n# Assign the list"
    )
    program = tmp_path / "p.py"
    program.write_text(result.stdout)
    output = subprocess.run([sys.executable, program], capture_output=True, text=True, check=True)
    assert output.stdout == "66\n"


def test_only_the_program_is_on_stdout_and_the_placement_on_stderr(codegen: Run) -> None:
    result = codegen("run", "-", stdin=STEPS)
    compile(result.stdout, "program", "exec")
    assert "CPU, 1 thread, kernels:" in result.stderr
    assert "\x1b" not in result.stdout + result.stderr


def test_the_json_record_has_every_promised_key(codegen: Run) -> None:
    record = json.loads(codegen("run", "-", "--json", "--seed", "7", stdin=STEPS).stdout)
    assert {"program", "turns", "model", "seed", "settings"} <= set(record)
    assert record["seed"] == 7 and record["settings"]["temperature"] == 0.2
    assert len(record["model"]["sha256"]) == 64
    turn = record["turns"][1]
    assert turn["step"] == 'Compute the sum of the list and store it in "total".'
    assert turn["code"].rstrip("\n") == "total = sum(values)"
    assert turn["reused_tokens"] > 0.5 * turn["prompt_tokens"]
    assert turn["generated_tokens"] > 0 and turn["seconds"] > 0
    assert turn["finish_reason"] in ("stop", "eos") and turn["stop_rule"]


def test_the_same_seed_gives_the_same_program(codegen: Run) -> None:
    hot = ("run", "-", "--temperature", "3", "--top-p", "1", "--max-tokens", "40")
    first, again, other = (
        codegen(*hot, "--seed", seed, stdin=STEPS).stdout for seed in ("1", "1", "2")
    )
    assert first == again
    assert first != other


def test_a_dry_run_shows_the_exact_first_prompt_and_loads_no_model(codegen: Run) -> None:
    result = codegen("run", "-", "--dry-run", "--json", "--model", "no-such", stdin="Print one.\n")
    assert result.returncode == 0
    expected = "# Import libraries.\n\nimport numpy as np\n\n# Print one.\n"
    assert json.loads(result.stdout)["prompts"] == [expected]


def test_variables_fill_the_steps(codegen: Run) -> None:
    step = 'Assign the string "{word}" to a variable named "text".\n'
    result = codegen("run", "-", "--var", "word=abc", stdin=step)
    assert 'text = "abc"' in result.stdout
    missing = codegen("run", "-", "--var", "other=1", stdin=step)
    assert missing.returncode == 2 and "word" in missing.stderr and "--var" in missing.stderr


def test_the_comments_of_a_python_file_are_its_steps(codegen: Run, tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text("# Print the number 5.\nprint(4)\n")
    result = codegen("run", "old.py", "--prefix", "none", "--dry-run", "--json")
    assert json.loads(result.stdout)["prompts"] == ["# Print the number 5.\n"]


def test_candidates_are_ranked_and_one_is_chosen(codegen: Run) -> None:
    step = 'Compute the number of words and store it in "count".\n'
    hot = ("--temperature", "2.5", "--max-tokens", "30")
    result = codegen("run", "-", "-n", "8", "--json", *hot, stdin=step)
    assert result.returncode == 0, result.stderr
    (turn,) = json.loads(result.stdout)["turns"]
    candidates = turn["candidates"]
    assert 1 < len(candidates) <= 8
    assert [c["chosen"] for c in candidates] == [True] + [False] * (len(candidates) - 1)
    assert candidates[0]["text"] == turn["code"]
    assert {"text", "mean_logprob", "finish_reason", "chosen"} <= set(candidates[0])
    likely = [c["mean_logprob"] for c in candidates if c["parses"] and c["text"].strip()]
    assert likely == sorted(likely, reverse=True)


def test_speculation_gives_the_same_program_and_says_how_it_went(
    codegen: Run, tmp_path: Path
) -> None:
    (tmp_path / "old.py").write_text("values = [4, 8, 15, 16, 23]\ntotal = sum(values)\n")
    plain = codegen("run", "-", stdin=STEPS).stdout
    for options in (("--speculate",), ("--context-file", "old.py"), ("--draft", "nano")):
        result = codegen("run", "-", *options, stdin=STEPS)
        assert result.returncode == 0, result.stderr
        assert result.stdout == plain
    assert "guesses right" in result.stderr
    missing = codegen("run", "-", "--draft", "nanoo", stdin=STEPS)
    assert missing.returncode == 3 and "did you mean nano" in missing.stderr


def test_an_output_file_is_written_whole(codegen: Run, tmp_path: Path) -> None:
    result = codegen("run", "-", "-o", "out.py", stdin=STEPS)
    assert result.returncode == 0 and result.stdout == ""
    assert (tmp_path / "out.py").read_text().endswith("print(total)\n")
    assert not list(tmp_path.glob(".*part"))


def test_an_empty_step_result_is_reported(codegen: Run) -> None:
    result = codegen("run", "-", "--max-tokens", "1", "--temperature", "0", stdin=STEPS)
    assert "cut at --max-tokens" in result.stderr or "gave no code" in result.stderr


def test_bad_input_is_one_line_with_the_value_and_the_exit_code(
    codegen: Run, tmp_path: Path
) -> None:
    (tmp_path / "latin.txt").write_bytes(b"Print caf\xe9.\n")
    (tmp_path / "empty.txt").write_text("# only a comment\n\n")
    (tmp_path / "broken.gguf").write_bytes(b"GGUF" + bytes(40))
    cases = [
        (("run", "nowhere.txt"), 2, "nowhere.txt"),
        (("run", "latin.txt"), 2, "0xe9"),
        (("run", "empty.txt"), 2, "no steps"),
        (("run", "-", "--temperature", "99"), 2, "--temperature"),
        (("run", "-", "--gpu-layers", "many"), 2, '"many"'),
        (("run", "-", "--ctx", "99999"), 2, "99999"),
        (("run", "-", "--model", "nanoo"), 3, "did you mean nano"),
        (("run", "-", "--model", "broken.gguf"), 3, "broken.gguf"),
        (("run", "-", "--max-tokens", "2048"), 4, "2048"),
        (("runn",), 2, "runn"),
    ]
    for arguments, code, fragment in cases:
        result = codegen(*arguments, stdin=STEPS)
        error = [line for line in result.stderr.splitlines() if line.startswith("error:")]
        assert result.returncode == code, (arguments, result.stderr)
        assert len(error) == 1 and fragment in error[0], (arguments, result.stderr)
        assert "Traceback" not in result.stderr and result.stdout == ""


def test_debug_shows_the_traceback(codegen: Run) -> None:
    assert "Traceback" in codegen("run", "nowhere.txt", CODEGEN_DEBUG="1").stderr


def test_a_closed_pipe_ends_quietly(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "steps.txt").write_text(STEPS)
    program = f"{sys.executable} -m codegen_cli run steps.txt --json"
    command = f"{program} 2>err | true; echo ${{PIPESTATUS[0]}}"
    result = subprocess.run(
        ["bash", "-c", command],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert result.stdout.strip() == "141"
    noise = (tmp_path / "err").read_text()
    assert "Traceback" not in noise and "Broken" not in noise and "error" not in noise


def interrupted(
    environment: dict[str, str], folder: Path, *options: str
) -> subprocess.CompletedProcess[str]:
    """Start a long run, press Ctrl-C in its second step, and return how it ended."""
    rambling = "".join(f'Assign the string "{i}" to "s{i}".\n' for i in range(60))
    (folder / "steps.txt").write_text(rambling)
    process = subprocess.Popen(
        [sys.executable, "-m", "codegen_cli", "run", "steps.txt", "-T", "0.9", *options],
        env=environment,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    started = process.stderr.readline()
    assert "CPU" in started
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    return subprocess.CompletedProcess([], process.returncode, out, err)


def test_ctrl_c_leaves_with_130_and_an_empty_stdout(
    environment: dict[str, str], tmp_path: Path
) -> None:
    result = interrupted(environment, tmp_path)
    assert result.returncode == 130, result.stderr
    assert result.stdout == ""
    assert "interrupted in step" in result.stderr and "of 60 steps were done" in result.stderr
    assert "Traceback" not in result.stderr


def test_partial_prints_the_finished_turns_after_ctrl_c(
    environment: dict[str, str], tmp_path: Path
) -> None:
    result = interrupted(environment, tmp_path, "--partial")
    assert result.returncode == 130
    assert result.stdout.startswith("# Import libraries.")


def test_a_pipe_as_output_is_written_to_and_not_replaced(codegen: Run, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE, text=True)
    try:
        result = codegen("run", "-", "-o", "pipe", stdin=STEPS)
        assert result.returncode == 0, result.stderr
        assert reader.communicate(timeout=30)[0].endswith("print(total)\n")
    finally:
        reader.kill()
    assert pipe.is_fifo()
    refused = codegen("convert", ".", "-o", "pipe", "--force")
    assert refused.returncode == 2 and "pipe" in refused.stderr


def test_a_closed_stdin_and_an_endless_file_are_usage_errors(
    codegen: Run, environment: dict[str, str], tmp_path: Path
) -> None:
    endless = codegen("run", "/dev/zero")
    assert endless.returncode == 2 and "16 MiB" in endless.stderr
    closed = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m codegen_cli run - <&-"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert closed.returncode == 2 and "stdin is closed" in closed.stderr


def test_a_closed_stdout_is_one_line_before_any_work(
    environment: dict[str, str], tmp_path: Path
) -> None:
    command = f"echo 'Print 1.' | {sys.executable} -m codegen_cli run - >&-"
    result = subprocess.run(
        ["bash", "-c", command],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 1 and "stdout is closed" in result.stderr
    assert "internal error" not in result.stderr and "CPU" not in result.stderr


def test_an_output_that_cannot_be_written_is_refused_before_the_work(codegen: Run) -> None:
    result = codegen("run", "-", "-o", "nowhere/x.py", stdin=STEPS)
    assert result.returncode == 2 and '"nowhere"' in result.stderr
    assert "CPU" not in result.stderr


@pytest.mark.parametrize("streams", [True, False])
def test_at_a_terminal_the_program_streams_in_colour_or_comes_whole_and_plain(
    environment: dict[str, str], tmp_path: Path, streams: bool
) -> None:
    (tmp_path / "steps.txt").write_text('Assign the list [1, 2] to a variable named "xs".\n')
    more = [] if streams else ["--no-stream"]
    program = [sys.executable, "-m", "codegen_cli", "run", "steps.txt", *more]
    variables = {**environment, "TERM": "xterm-256color"}
    with closing(Terminal(program, variables, tmp_path, (24, 100))) as terminal:
        assert terminal.wait() == 0
        whole = '# Assign the list [1, 2] to a variable named "xs".\r\nxs = [1, 2]\r\n'
        assert (whole in terminal.raw) is not streams
        assert "xs = [1, 2]" in terminal.text
