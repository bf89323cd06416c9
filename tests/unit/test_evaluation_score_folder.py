"""A run's folder: samples by temperature in, results and a summary out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from codegen_cli.errors import UsageError
from codegen_cli.evaluation.humaneval.score import HumanEvalScore, Outcome
from codegen_cli.evaluation.score_folder import is_run_folder, open_run, write_scores
from codegen_cli.evaluation.score_input import humaneval_input, mtpb_input
from codegen_cli.sandbox import Verdict

PROBLEMS = [
    {"task_id": name, "prompt": f"def {name}():\n", "entry_point": name, "test": "…"}
    for name in ("a", "b", "c")
]


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Make a run of two problems at two temperatures, its last line torn."""
    data, folder = tmp_path / "problems.jsonl", tmp_path / "run"
    write(data, PROBLEMS)
    folder.mkdir()
    manifest = {"benchmark": "humaneval", "limit": 2, "data": {"path": str(data)}}
    (folder / "run.json").write_text(json.dumps(manifest))
    for temperature in (0.2, 0.8):
        rows = [
            {"task_id": name, "completion": "", "sample": 0, "temperature": temperature}
            for name in ("a", "b")
        ]
        write(folder / f"samples-t{temperature}.jsonl", rows)
    with (folder / "samples-t0.8.jsonl").open("a") as stream:
        stream.write('{"task_id": "a", "compl')
    return folder


def test_a_run_is_read_with_its_limit_and_without_its_torn_line(run: Path) -> None:
    given = humaneval_input(run, None)
    assert [problem.task_id for problem in given.problems] == ["a", "b"]
    assert [s.temperature for s in given.samples] == [0.2, 0.2, 0.8, 0.8]
    assert given.sizes == (2, 2) and given.data.path.name == "problems.jsonl"


def test_results_stand_beside_the_samples_and_in_a_summary(run: Path) -> None:
    given = humaneval_input(run, None)
    outcomes = [
        Outcome(given.problems[0], sample, Verdict(number == 2, "passed" if number == 2 else "x"))
        for number, sample in enumerate(given.samples)
    ]
    assert given.run is not None
    score = HumanEvalScore(given.problems, outcomes, (1,))
    write_scores(given.run, given.sizes, score, {"version": "0"})
    lines = (run / "results-t0.8.jsonl").read_text().splitlines()
    assert [json.loads(line)["passed"] for line in lines] == [True, False]
    assert json.loads(lines[0])["sample"] == 0
    summary = json.loads((run / "summary.json").read_text())
    assert summary["version"] == "0" and summary["total"] == 4
    names = {"run.json", "samples-t0.2.jsonl", "samples-t0.8.jsonl"}
    assert {p.name for p in run.iterdir()} - names == {
        "results-t0.2.jsonl",
        "results-t0.8.jsonl",
        "summary.json",
    }


def test_a_run_is_not_scored_with_other_data(run: Path) -> None:
    manifest = json.loads((run / "run.json").read_text())
    manifest["data"]["sha256"] = "0" * 64
    (run / "run.json").write_text(json.dumps(manifest))
    with pytest.raises(UsageError, match="is not what the run was made from"):
        humaneval_input(run, None)


@pytest.mark.parametrize(
    ("manifest", "message"),
    [("{", "not JSON"), ("[]", "a run of None"), ('{"benchmark": "mtpb"}', "a run of 'mtpb'")],
)
def test_damaged_and_foreign_manifests(run: Path, manifest: str, message: str) -> None:
    (run / "run.json").write_text(manifest)
    with pytest.raises(UsageError, match=message):
        open_run(run, "humaneval")


def test_a_run_without_samples(tmp_path: Path) -> None:
    assert not is_run_folder(tmp_path)
    (tmp_path / "run.json").write_text('{"benchmark": "mtpb"}')
    with pytest.raises(UsageError, match="no samples"):
        mtpb_input(tmp_path, None)
