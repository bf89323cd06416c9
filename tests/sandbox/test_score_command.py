"""`codegen eval score` as a real process: figures on stdout, talk on stderr, files whole."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="no benchmark files beside the checkout")

PROBLEM = {
    "task_id": "own/0",
    "prompt": "def one():\n",
    "entry_point": "one",
    "canonical_solution": "    return 1\n",
    "test": "def check(candidate):\n    assert candidate() == 1\n",
}
MTPB = {
    "id": "1",
    "name": "sum",
    "category": "math",
    "prompts": ["Set x to {A}.", "Print x."],
    "inputs": [{"A": 1}, {"A": 2}],
    "outputs": [1, 2],
}


def write(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def sample(completion: str, **more: Any) -> dict[str, Any]:
    return {"task_id": "own/0", "completion": completion, **more}


def program(case: int, text: str) -> dict[str, Any]:
    return {"id": "1", "input": {"A": case + 1}, "gold_output": case + 1, "completions": text}


@pytest.fixture
def files(tmp_path: Path) -> Path:
    write(tmp_path / "own.jsonl", PROBLEM)
    good, bad = sample("    return 1\n"), sample("    return 2\n")
    write(tmp_path / "samples.jsonl", good, bad, bad, good)
    write(tmp_path / "mtpb.jsonl", MTPB)
    late = program(1, "print(2)\n1/0")
    write(tmp_path / "programs.jsonl", program(0, "x = 1"), program(0, "print(1)"), late)
    return tmp_path


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "codegen_cli", "eval", "score", *arguments]


def run(files: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    home = {"HOME": str(files / "home"), "XDG_DATA_HOME": str(files / "data")}
    return subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        timeout=120,
        cwd=files,
        env={**os.environ, **home},
        check=False,
    )


def test_humaneval_as_json(files: Path) -> None:
    result = run(
        files, "humaneval", "samples.jsonl", "--data", "own.jsonl", "--k", "1,2,9", "--json"
    )
    assert result.returncode == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["pass_at_k"] == {"1": 0.5, "2": pytest.approx(5 / 6)}
    assert (found["passed"], found["total"]) == (2, 4)
    assert found["problems"] == [{"task_id": "own/0", "passed": 2, "total": 4}]
    assert found["sandbox"]["tier"] != "none" and len(found["data"]["sha256"]) == 64
    assert "no pass@9" in result.stderr and "sandbox:" in result.stderr


def test_humaneval_as_text_and_for_other_tools(files: Path) -> None:
    result = run(
        files,
        *("humaneval", "samples.jsonl", "--data", "own.jsonl", "--k", "1"),
        *("--write", "evalplus=out.jsonl.gz", "--write", "human-eval-results=results.jsonl"),
    )
    assert result.stdout.splitlines() == [
        "HumanEval: 2 of 4 samples of 1 problem pass (0 timed out)",
        "pass@1      50.00%",
    ]
    rows = gzip.decompress((files / "out.jsonl.gz").read_bytes()).splitlines()
    assert json.loads(rows[0]) == {"task_id": "own/0", "solution": "def one():\n    return 1\n"}
    results = [json.loads(line) for line in (files / "results.jsonl").read_text().splitlines()]
    assert [row["passed"] for row in results] == [True, False, False, True]
    # What was written can be scored in its turn.
    again = run(files, "humaneval", "out.jsonl.gz", "--data", "own.jsonl", "--k", "1")
    assert again.stdout == result.stdout


def test_a_run_folder_gets_its_results(files: Path) -> None:
    folder = files / "run"
    folder.mkdir()
    data = {"path": str(files / "own.jsonl")}
    write(folder / "run.json", {"benchmark": "humaneval", "data": data})
    for temperature, completion in ((0.2, "    return 2\n"), (0.8, "    return 1\n")):
        row = sample(completion, sample=0, temperature=temperature)
        write(folder / f"samples-t{temperature}.jsonl", row)
    result = run(files, "humaneval", "run", "--json", "--k", "1")
    assert result.returncode == 0, result.stderr
    printed = json.loads(result.stdout)
    assert printed["pass_at_k"] == {"1": 1.0} and printed["best_temperature"] == {"1": 0.8}
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["pass_at_k"] == printed["pass_at_k"]
    assert summary["best_temperature"] == printed["best_temperature"]
    assert json.loads((folder / "results-t0.2.jsonl").read_text())["passed"] is False


def test_mtpb_in_both_modes(files: Path) -> None:
    arguments = ("mtpb", "programs.jsonl", "--data", "mtpb.jsonl", "--mode")
    found = json.loads(run(files, *arguments, "both", "--json").stdout)
    assert (found["mode"], found["pass_rate"], found["passed"]) == ("reference", 1.0, 3)
    assert found["strict"]["passed"] == 1
    assert found["differences"] == {
        "exception after the print": {"reference_only": 1, "strict_only": 0},
        "print rewritten": {"reference_only": 1, "strict_only": 0},
    }
    text = run(files, *arguments, "both").stdout
    assert "reference rules: 3 of 3 samples (100.00%)" in text
    assert "strict rules: 1 of 3 samples (33.33%)" in text
    assert json.loads(run(files, *arguments, "strict", "--json").stdout)["passed"] == 1


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("humaneval", "samples.jsonl"), 2, "no benchmark file.*--data FILE.*openai/human-eval"),
        (("mtpb", "programs.jsonl"), 2, "no benchmark file.*salesforce/CodeGen.*sha256 3ab79ddb"),
        (("humaneval", "samples.jsonl", "--data", "own.jsonl", "--k", "0"), 2, '--k "0"'),
        (("humaneval", "samples.jsonl", "--data", "own.jsonl", "--write", "x=y"), 2, "bigcode"),
        (("humaneval", "programs.jsonl", "--data", "own.jsonl"), 2, "sample of MTPB"),
        (("mtpb", "samples.jsonl", "--data", "mtpb.jsonl"), 2, "sample of HumanEval"),
        (("humaneval", "samples.jsonl", "--data", "mtpb.jsonl"), 2, 'mtpb.jsonl.*line 1: "'),
        (("mtpb", "part.jsonl", "--data", "mtpb.jsonl"), 2, "1 of 2 cases.*--incomplete"),
        (("mtpb", "part.jsonl", "--data", "mtpb.jsonl", "--incomplete"), 0, "sandbox"),
        (("humaneval", "samples.jsonl", "--data", "wrong.jsonl"), 5, "1 of 1 canonical"),
    ],
)
def test_what_is_said(files: Path, arguments: tuple[str, ...], code: int, message: str) -> None:
    import re

    write(files / "part.jsonl", program(0, "print(1)"))
    write(files / "wrong.jsonl", {**PROBLEM, "canonical_solution": "    return 2\n"})
    result = run(files, *arguments)
    assert result.returncode == code, result.stderr
    assert re.search(message, result.stderr), result.stderr
    assert "Traceback" not in result.stderr and (code == 0) == bool(result.stdout)


@needs_data
def test_the_example_pair_of_human_eval(files: Path) -> None:
    result = run(
        files,
        *("humaneval", str(DATA / "human_eval_example_samples.jsonl"), "--k", "1,2", "--json"),
        *("--data", str(DATA / "human_eval_example_problem.jsonl")),
    )
    assert json.loads(result.stdout)["pass_at_k"] == {"1": 0.5, "2": pytest.approx(0.8)}


def test_ctrl_c_ends_with_130_and_writes_nothing(files: Path) -> None:
    loop = sample("    while True: pass\n")
    write(files / "slow.jsonl", *[loop] * 50)
    process = subprocess.Popen(
        command("humaneval", "slow.jsonl", "--data", "own.jsonl", "--write", "evalplus=out.jsonl"),
        cwd=files,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert "sandbox" in process.stderr.readline()
    time.sleep(0.5)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130 and out == "" and "interrupted" in err
    assert not (files / "out.jsonl").exists()
