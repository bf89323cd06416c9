"""`codegen run --execute`, `--cases` and `--search` as real processes, with the real sandbox."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from process import Run

STEPS = """Assign the list of numbers [4, 8, 15, 16, 23] to a variable named "values".
Compute the sum of the list and store it in "total".
Print the total.
"""
TEMPLATE = """Assign the list of numbers {A} to a variable named "values".
Compute the sum of the list and store it in "total".
Print the total.
"""
CASES = {"inputs": [{"A": [4, 8, 15, 16]}, {"A": [1, 2, 3]}], "outputs": [43, 6]}
HOT = ("--temperature", "1.2")


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    path = tmp_path / "cases.jsonl"
    path.write_text(json.dumps(CASES) + "\n")
    return path


def test_the_program_alone_is_on_stdout_and_what_it_did_on_stderr(codegen: Run) -> None:
    plain = codegen("run", "-", stdin=STEPS)
    result = codegen("run", "-", "--execute", stdin=STEPS)
    assert result.returncode == 0, result.stderr
    assert result.stdout == plain.stdout
    shown = result.stderr[result.stderr.index("the program ran") :].splitlines()
    assert shown[1:] == [
        "printed:",
        "  66",
        "variables:",
        "  values: list = [4, 8, 15, 16, 23]",
        "  total: int = 66",
    ]
    assert "sandbox: os" in result.stderr
    assert "\x1b" not in result.stdout + result.stderr


def test_nothing_runs_unless_it_was_asked_for(codegen: Run, tmp_path: Path) -> None:
    (tmp_path / "prefix.py").write_text("raise ValueError('ran')\n")
    result = codegen("run", "-", "--prefix", "prefix.py", "--json", "-n", "4", stdin=STEPS)
    assert result.returncode == 0, result.stderr
    record = json.loads(result.stdout)
    assert "sandbox" not in result.stderr
    assert "execution" not in record and "execution" not in record["turns"][0]


def test_a_program_that_raises_is_delivered_with_exit_code_5(codegen: Run) -> None:
    steps = STEPS + 'Print the variable "nothing".\n'
    result = codegen("run", "-", "--execute", stdin=steps)
    assert result.returncode == 5
    assert result.stdout.endswith("print(nothing)\n")
    assert "  66\n" in result.stderr
    assert result.stderr.splitlines()[-1].startswith(
        "error: the program fails: NameError: name 'nothing' is not defined "
        "in line 15 (step 4: 'Print the variable \"nothing\".')"
    )


def test_a_program_that_never_ends_is_stopped(codegen: Run, tmp_path: Path) -> None:
    (tmp_path / "prefix.py").write_text("while True:\n    pass\n")
    step = "Print the number 5.\n"
    result = codegen("run", "-", "--execute", "--prefix", "prefix.py", stdin=step)
    assert result.returncode == 5
    assert "error: the program fails: " in result.stderr and "CPU time" in result.stderr
    assert result.stdout.startswith("while True:")


def test_the_record_says_what_each_candidate_did(codegen: Run) -> None:
    result = codegen("run", "-", "--execute", "-n", "8", "--json", *HOT, stdin=STEPS)
    record = json.loads(result.stdout)
    execution = record["execution"]
    assert execution["tier"] in ("os-strict", "os") and execution["status"] == "ok"
    assert execution["stdout"] == "66\n"
    assert {"name": "total", "type": "int", "value": "66"} in execution["variables"]
    for turn in record["turns"]:
        assert turn["execution"]["status"] == "ok"
        groups = [c["execution"]["group"] for c in turn["candidates"]]
        assert groups[0] == 1 and sum(c["votes"] for c in turn["candidates"]) == 8
        failed = [c["execution"]["status"] != "ok" for c in turn["candidates"]]
        assert failed == sorted(failed)
        assert [group == 0 for group in groups] == failed


def test_cases_are_passed_and_shown(codegen: Run, cases: Path) -> None:
    result = codegen("run", "-", "--cases", str(cases), "-n", "2", "--json", stdin=TEMPLATE)
    assert result.returncode == 0, result.stderr
    record = json.loads(result.stdout)
    assert record["cases"]["case"] == 1 and record["cases"]["passed"] == 2
    assert record["cases"]["candidates"][0]["passed"] == [True, True]
    assert "all candidates: " in result.stderr and "search" not in result.stderr
    assert "values = [4, 8, 15, 16]" in record["program"]
    assert " 1  ✓✓     2/2     100%\n" in result.stderr


def test_the_program_of_another_case_can_be_asked_for(codegen: Run, cases: Path) -> None:
    result = codegen("run", "-", "--cases", str(cases), "--input", "2", stdin=TEMPLATE)
    assert result.returncode == 0 and "values = [1, 2, 3]" in result.stdout
    missing = codegen("run", "-", "--cases", str(cases), "--input", "3", stdin=TEMPLATE)
    assert missing.returncode == 2 and "no case 3" in missing.stderr


def test_no_passing_candidate_is_exit_code_5(codegen: Run, tmp_path: Path) -> None:
    wrong = {**CASES, "outputs": ["no", "never"]}
    (tmp_path / "wrong.jsonl").write_text(json.dumps(wrong))
    result = codegen("run", "-", "--cases", "wrong.jsonl", stdin=TEMPLATE)
    assert result.returncode == 5
    assert "error: no candidate passes any of the 2 cases" in result.stderr
    assert result.stdout.endswith("print(total)\n")


def test_the_program_is_one_that_passes(codegen: Run, tmp_path: Path) -> None:
    half = {**CASES, "outputs": ["no", 6]}
    (tmp_path / "half.jsonl").write_text(json.dumps(half))
    result = codegen("run", "-", "--cases", "half.jsonl", stdin=TEMPLATE)
    assert result.returncode == 0, result.stderr
    assert "values = [1, 2, 3]" in result.stdout and "for case 2" in result.stderr
    first = codegen("run", "-", "--cases", "half.jsonl", "--input", "1", stdin=TEMPLATE)
    assert first.returncode == 5
    assert "the program fails case 1 → --input may be 2" in first.stderr


def test_a_dry_run_shows_the_steps_of_a_case(codegen: Run, cases: Path) -> None:
    dry = ("--dry-run", "--json", "--cases", str(cases))
    first = json.loads(codegen("run", "-", *dry, stdin=TEMPLATE).stdout)["prompts"][0]
    other = json.loads(codegen("run", "-", *dry, "--input", "2", stdin=TEMPLATE).stdout)
    assert "[4, 8, 15, 16]" in first and "[1, 2, 3]" in other["prompts"][0]


def searched(codegen: Run, *options: str) -> dict[str, Any]:
    options = ("--search", "beam=3,n=2", "--json", *HOT, *options)
    result = codegen("run", "-", *options, stdin=STEPS)
    assert result.returncode == 0, result.stderr
    record: dict[str, Any] = json.loads(result.stdout)
    return record


def test_a_search_records_what_it_did(codegen: Run) -> None:
    record = searched(codegen)
    search = record["search"]
    assert (search["beam"], search["n"], len(search["turns"])) == (3, 2, 3)
    for turn in search["turns"]:
        assert turn["written"] in (2, 4, 6) and len(turn["candidates"]) == turn["written"]
        assert (
            sum(turn[fate] for fate in ("failed", "merged", "crowded", "kept")) == turn["written"]
        )
        assert 1 <= turn["kept"] <= 3
    assert search["tokens"] == sum(turn["tokens"] for turn in search["turns"])
    best = search["turns"][-1]["candidates"][0]
    assert best["fate"] == "kept" and best["text"] == record["turns"][-1]["code"]
    assert record["execution"]["stdout"] == "66\n"


def test_the_same_seed_searches_the_same_way(codegen: Run) -> None:
    assert searched(codegen)["search"] == searched(codegen)["search"]
    assert searched(codegen)["search"] != searched(codegen, "--seed", "7")["search"]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--search", "beam=2"), "beam=2"),
        (("--search", "beam=2,n=2", "-n", "3"), "-n"),
        (("--unsafe-no-sandbox",), "--execute"),
        (("--cases", "no-such.jsonl"), "no-such.jsonl"),
    ],
)
def test_wrong_options_are_refused_before_anything_loads(
    codegen: Run, options: tuple[str, ...], named: str
) -> None:
    result = codegen("run", "-", *options, "--model", "no-such", stdin=STEPS)
    assert result.returncode == 2 and named in result.stderr and result.stdout == ""


def test_ctrl_c_in_a_search_keeps_the_finished_steps(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "steps.txt").write_text(STEPS * 20)
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "codegen_cli", "run", "steps.txt"),
            *("--search", "beam=8,n=2", "--partial", *HOT),
        ],
        env=environment,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    while not process.stderr.readline().startswith("step 2 of 60"):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert out.startswith("# Import libraries.") and out.count("# Assign the list") >= 1
    assert "of 60 steps were done" in err and "Traceback" not in err


def test_a_chat_in_a_pipe_runs_with_leave_only(codegen: Run) -> None:
    script = "Print the number 5.\n/run\n"
    refused = codegen("chat", stdin=script)
    assert "error: /run needs leave to run programs → start with --execute" in refused.stderr
    result = codegen("chat", "--execute", stdin=script)
    assert result.returncode == 0
    assert "printed:\n  5\n" in result.stderr and "ran to its end" in result.stderr
    assert result.stdout.endswith("# Print the number 5.\nprint(5)\n")
