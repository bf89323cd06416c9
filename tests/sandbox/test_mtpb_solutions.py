"""Right programs for MTPB pass everywhere but where the published file is known to be wrong."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from checkpoints import shared
from mtpb_solutions import UNSOLVED, rows

from codegen_cli.evaluation.benchmark_data import load_mtpb
from codegen_cli.evaluation.mtpb.known_bad import known_bad
from codegen_cli.program import Problem, Program, Turn, truncate

#: What a solution imports that this package does not need.
NEEDS = {"6": "pandas", "14": "sklearn"}

#: A right program is refused here by the rules alone, and passes the strict ones.
REFUSED = {"41#1", "41#4", "89#0", "89#1", "89#3", "89#4"}
#: Expected outputs that a right program does not print.
WRONG = {
    *("9#2", "22#4", "31#0", "45#2", "55#2", "56#3", "66#0", "66#1", "66#4", "70#2", "71#0"),
    *("77#2", "81#0", "81#1", "81#2", "81#3", "81#4", "87#0", "89#2", "91#3", "91#4", "94#1"),
}


@pytest.fixture(scope="module")
def problems() -> list[Problem]:
    folder = shared("data")
    if folder is None:
        pytest.skip("the optional folder shared/data is absent")
    return list(load_mtpb(folder / "mtpb.jsonl")[0])


def failures(samples: Iterable[dict[str, Any]], mode: str, folder: Path) -> tuple[set[str], int]:
    """Score samples with the command; return the failing cases and how many were scored."""
    path = folder / "samples.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in samples))
    data = shared("data")
    assert data is not None
    command = [sys.executable, "-m", "codegen_cli", "eval", "score", "mtpb", str(path)]
    options = ["--data", str(data / "mtpb.jsonl"), "--mode", mode, "--incomplete", "--json"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=True)
    score = json.loads(done.stdout)
    failed = {
        f"{problem['id']}#{case['case']}"
        for problem in score["problems"]
        for case in problem["cases"]
        if case["passed"] < case["total"]
    }
    assert len(failed) == score["total"] - score["passed"]
    return failed, score["total"]


def test_every_turn_is_one_that_the_protocol_lets_a_model_write(problems: list[Problem]) -> None:
    solved = list(rows(problems))
    assert {p.id for p in problems} - {row["id"] for row in solved} == set(UNSOLVED)
    assert len(solved) == 560
    for row in solved:
        prefix, *pieces = row["prompts_completions"]
        program = Program(prefix)
        for step, code in zip(pieces[::2], pieces[1::2], strict=True):
            assert truncate(code).rule is None, f"problem {row['id']}: {code!r}"
            program = program.add(Turn(step, code))
        assert row["completions"] == program.text


@pytest.mark.parametrize(("mode", "expected"), [("reference", WRONG | REFUSED), ("strict", WRONG)])
def test_solutions_fail_exactly_the_known_bad_cases(
    problems: list[Problem], mode: str, expected: set[str], tmp_path: Path
) -> None:
    samples = [row for row in rows(problems) if row["id"] not in NEEDS]
    assert failures(samples, mode, tmp_path) == (expected, 550)


@pytest.mark.parametrize(("problem", "module"), NEEDS.items())
def test_solutions_that_need_another_package(
    problems: list[Problem], problem: str, module: str, tmp_path: Path
) -> None:
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed")
    samples = [row for row in rows(problems) if row["id"] == problem]
    assert failures(samples, "reference", tmp_path) == (set(), 5)


def test_known_bad_cases_are_those_that_solutions_fail(problems: list[Problem]) -> None:
    listed = {f"{id}#{case}" for id, case in known_bad(problems) if id not in UNSOLVED}
    assert listed == WRONG | REFUSED
