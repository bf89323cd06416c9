"""`codegen eval` as real processes: stopped in every way, resumed, refused, watched."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from process import Run
from pty_driver import Terminal

#: Three units of 256 samples: a problem each.
PROBLEMS = [
    {
        "task_id": f"Own/{number}",
        "prompt": f'def {name}(n):\n    """Return {text}."""\n',
        "entry_point": name,
        "canonical_solution": f"    return {code}\n",
        "test": f"def check(f):\n    assert f(3) == {value}\n",
    }
    for number, (name, text, code, value) in enumerate(
        [
            ("double", "twice n", "2 * n", 6),
            ("square", "n times n", "n * n", 9),
            ("below", "n less one", "n - 1", 2),
        ]
    )
]
STEPS = {
    "id": "own",
    "category": "math",
    "prompts": ["Assign {A} to x.", "Print x."],
    "inputs": [{"A": 1}, {"A": 2}],
    "outputs": [1, 2],
}
DRAW = ("--samples", "128", "-T", "0.6", "-T", "0.9", "--max-tokens", "6", "--no-score")


@pytest.fixture
def command(tmp_path: Path) -> Callable[[str], list[str]]:
    """Return the command that makes a run in a folder."""
    data = tmp_path / "own.jsonl"
    data.write_text("".join(json.dumps(problem) + "\n" for problem in PROBLEMS))

    def make(out: str, *more: str) -> list[str]:
        return ["eval", "humaneval", "--data", str(data), "--out", out, *DRAW, *more]

    return make


def samples(folder: Path) -> bytes:
    files = sorted(folder.glob("samples-*"))
    return b"".join(file.name.encode() + file.read_bytes() for file in files)


def lines(folder: Path) -> int:
    return sum(file.read_bytes().count(b"\n") for file in folder.glob("samples-*"))


@contextmanager
def begun(
    arguments: list[str], environment: dict[str, str], folder: Path, count: int, *shell: str
) -> Iterator[subprocess.Popen[str]]:
    """Start a run and wait until it has written so many samples."""
    with subprocess.Popen(
        [*shell, sys.executable, "-m", "codegen_cli", *arguments],
        cwd=folder.parent,
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        while lines(folder) < count and process.poll() is None:
            time.sleep(0.02)
        yield process


def test_whatever_stops_a_run_it_ends_with_the_same_files(
    codegen: Run, command: Callable[..., list[str]], environment: dict[str, str], tmp_path: Path
) -> None:
    whole = codegen(*command("whole"))
    assert whole.returncode == 0 and whole.stdout == "", whole.stderr
    expected = samples(tmp_path / "whole")
    assert lines(tmp_path / "whole") == 768

    # Killed in the second unit.
    with begun(command("run"), environment, tmp_path / "run", 300) as process:
        process.kill()
    assert 300 <= lines(tmp_path / "run") < 768

    # Interrupted after the second, in the third.
    with begun(command("run"), environment, tmp_path / "run", 600) as process:
        process.send_signal(signal.SIGINT)
        _, told = process.communicate()
    assert process.returncode == 130
    assert "of 768 samples are in run → the same command goes on" in told
    assert 600 <= lines(tmp_path / "run") < 768

    # No room for the rest of it.
    shortest = min(file.stat().st_size for file in (tmp_path / "run").glob("samples-*"))
    limit = ("bash", "-c", f'ulimit -f {shortest // 1024 + 1}; exec "$@"', "-")
    full = subprocess.run(
        [*limit, sys.executable, "-m", "codegen_cli", *command("run")],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert full.returncode == 1 and full.stderr.count("error:") == 1
    assert "File too large" in full.stderr and "goes on from here" in full.stderr

    resumed = codegen(*command("run"))
    assert resumed.returncode == 0, resumed.stderr
    assert "differently" not in resumed.stderr
    assert samples(tmp_path / "run") == expected
    assert sorted(file.name for file in (tmp_path / "run").iterdir()) == [
        "run.json",
        "samples-t0.6.jsonl",
        "samples-t0.9.jsonl",
    ]

    # Finished: nothing is loaded, nothing is drawn.
    again = codegen(*command("run"))
    assert again.returncode == 0 and "nano" not in again.stderr
    assert "768 of 768 samples are in run" in again.stderr

    other = codegen(*command("run", "--seed", "1"))
    assert other.returncode == 2 and "seed 42, not 1" in other.stderr
    anew = codegen(*command("run", "--seed", "1", "--restart", "--limit", "1"))
    assert anew.returncode == 0 and lines(tmp_path / "run") == 256
    assert samples(tmp_path / "run") != expected


def test_two_processes_do_not_share_a_folder(
    codegen: Run, command: Callable[..., list[str]], environment: dict[str, str], tmp_path: Path
) -> None:
    with begun(command("run"), environment, tmp_path / "run", 1) as process:
        second = codegen(*command("run"))
        process.kill()
    assert second.returncode == 2
    assert 'another process is writing a run into "run"' in second.stderr


def test_a_limited_run_has_the_samples_of_the_whole(
    codegen: Run, command: Callable[..., list[str]], tmp_path: Path
) -> None:
    assert codegen(*command("two", "--limit", "2")).returncode == 0
    assert codegen(*command("one", "--limit", "1")).returncode == 0
    for name in ("samples-t0.6.jsonl", "samples-t0.9.jsonl"):
        two = (tmp_path / "two" / name).read_bytes()
        assert two.startswith((tmp_path / "one" / name).read_bytes())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-T", "0", "--samples", "2"), "gives the same answer 2 times"),
        (("-T", "0.12345678"), "too many digits"),
        (("--model", "nani"), "did you mean nano?"),
    ],
)
def test_what_cannot_be_done_is_said_before_a_folder_is_made(
    codegen: Run,
    command: Callable[..., list[str]],
    tmp_path: Path,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    _, _, *base = command("run")
    result = codegen("eval", "humaneval", *base[:4], *arguments)
    assert result.returncode in (2, 3) and message in result.stderr
    assert not (tmp_path / "run").exists()


def test_a_folder_with_something_else_is_left_alone(
    codegen: Run, command: Callable[..., list[str]], tmp_path: Path
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.tex").write_text("years")
    for more in ((), ("--restart",)):
        result = codegen(*command("run", *more))
        assert result.returncode == 2 and "something else than a run: thesis.tex" in result.stderr
    assert [file.name for file in (tmp_path / "run").iterdir()] == ["thesis.tex"]


def test_programs_of_several_turns(codegen: Run, tmp_path: Path) -> None:
    (tmp_path / "own.jsonl").write_text(json.dumps(STEPS) + "\n")
    base = ("eval", "mtpb", "--data", "own.jsonl", "-T", "0", "--no-score", "--perplexity")
    assert codegen(*base, "--out", "multi").returncode == 0
    assert codegen(*base, "--out", "single", "--single-turn").returncode == 0
    (first, second) = [
        json.loads(line) for line in (tmp_path / "multi/samples-t0.jsonl").read_text().splitlines()
    ]
    assert first["prompts_completions"][1:4:2] == ["# Assign 1 to x.\n", "# Print x.\n"]
    assert second["input"] == {"A": 2} and second["gold_output"] == 2
    manifests = [json.loads((tmp_path / n / "run.json").read_text()) for n in ("multi", "single")]
    assert [m["turns"] for m in manifests] == ["multi", "single"]
    assert [m["stop_rules"] for m in manifests] == ["paper", "terminals"]
    for name, turns in (("multi", 2), ("single", 1)):
        rows = (tmp_path / name / "perplexity.jsonl").read_text().splitlines()
        found = [json.loads(row) for row in rows]
        assert [(row["id"], row["case"], row["turns"]) for row in found] == [
            ("own", 0, turns),
            ("own", 1, turns),
        ]
        assert all(row["perplexity"] > 1 and row["tokens"] > 10 for row in found)
    other = codegen("eval", "mtpb", "--data", "own.jsonl", "--out", "multi", "--single-turn")
    assert other.returncode == 2 and "turns multi, not single" in other.stderr


def test_a_terminal_sees_a_bar_with_the_time_left(
    command: Callable[..., list[str]], environment: dict[str, str], tmp_path: Path
) -> None:
    program = [sys.executable, "-m", "codegen_cli", *command("run", "--limit", "1")]
    with closing(Terminal(program, environment, tmp_path, (24, 100))) as terminal:
        terminal.expect("sampling")
        terminal.expect("/256")
        terminal.expect("256 of 256 samples are in run")
