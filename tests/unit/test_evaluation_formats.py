"""Samples in and out of other harnesses' files: told apart by content, and the same afterwards."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from codegen_cli.errors import UsageError
from codegen_cli.evaluation.benchmark_data import DataFile, find
from codegen_cli.evaluation.formats.read_humaneval import read_humaneval
from codegen_cli.evaluation.formats.read_mtpb import read_mtpb
from codegen_cli.evaluation.formats.write_humaneval import FORMATS
from codegen_cli.evaluation.formats.write_mtpb import FORMATS as MTPB_FORMATS
from codegen_cli.evaluation.humaneval.problem import HumanEvalProblem
from codegen_cli.evaluation.humaneval.sample import HumanEvalSample, program_of
from codegen_cli.evaluation.humaneval.score import HumanEvalScore, Outcome
from codegen_cli.evaluation.mtpb.judge import Judgement
from codegen_cli.evaluation.mtpb.score import MtpbOutcome, MtpbScore
from codegen_cli.program import Problem
from codegen_cli.sandbox import Verdict

PROBLEMS = [
    HumanEvalProblem("Own/0", "\ndef a():\n", "a", "…", "    return 1\n"),
    HumanEvalProblem("Own/1", "def b():\n", "b", "…", "    return 1\n"),
]
BY_ID = {problem.task_id: problem for problem in PROBLEMS}
COMPLETIONS = [("Own/1", "    return 1\n"), ("Own/0", "    return 2\n"), ("Own/0", "    'é\u2028'")]
MTPB = [
    Problem("1", ("p",), ({"A": 1}, {"A": 2}), (3, [4])),
    Problem("10", ("p",), ({"A": 1}, {"A": 1}), (5, 5, "surplus")),
]


@pytest.fixture
def data(tmp_path: Path) -> DataFile:
    path = tmp_path / "problems.jsonl"
    path.write_text('{"the": "problems"}\n')
    return DataFile(path, "abc", False)


@pytest.fixture
def score(tmp_path: Path) -> HumanEvalScore:
    path = tmp_path / "given.jsonl"
    write(path, [{"task_id": t, "completion": c} for t, c in COMPLETIONS])
    verdicts = [Verdict(True, "passed"), Verdict(False, "failed: "), Verdict(False, "timed out")]
    outcomes = [
        Outcome(BY_ID[sample.task_id], sample, verdict)
        for sample, verdict in zip(read_humaneval(path, PROBLEMS), verdicts, strict=True)
    ]
    return HumanEvalScore(PROBLEMS, outcomes, (1, 2))


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def programs(path: Path) -> list[tuple[str, str]]:
    """Return (task, program) of what is read from a path, in the order of the tasks."""
    samples = read_humaneval(path, PROBLEMS)
    found = [(s.task_id, program_of(s, BY_ID[s.task_id])) for s in samples]
    return sorted(found, key=lambda pair: pair[0])


EXPECTED = [
    ("Own/0", "\ndef a():\n    return 2\n"),
    ("Own/0", "\ndef a():\n    'é\u2028'"),
    ("Own/1", "def b():\n    return 1\n"),
]


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - {"bigcode-metrics"}))
def test_every_format_of_samples_comes_back(
    name: str, score: HumanEvalScore, data: DataFile, tmp_path: Path
) -> None:
    path = tmp_path / "written"
    FORMATS[name](path, score, data)
    assert programs(path) == EXPECTED


@pytest.mark.parametrize("name", ["human-eval", "evalplus"])
def test_a_name_that_ends_in_gz_is_gzipped(
    name: str, score: HumanEvalScore, data: DataFile, tmp_path: Path
) -> None:
    path = tmp_path / "samples.jsonl.gz"
    FORMATS[name](path, score, data)
    assert gzip.decompress(path.read_bytes()).count(b"\n") == 3
    assert programs(path) == EXPECTED


def test_human_eval_results(score: HumanEvalScore, data: DataFile, tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    FORMATS["human-eval-results"](path, score, data)
    first = json.loads(path.read_text().splitlines()[0])
    completion = "    return 1\n"
    assert first == {
        "task_id": "Own/1",
        "completion": completion,
        "result": "passed",
        "passed": True,
    }


def test_evalplus_results(score: HumanEvalScore, data: DataFile, tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    FORMATS["evalplus-results"](path, score, data)
    found = json.loads(path.read_text())
    assert [r["base_status"] for r in found["eval"]["Own/0"]] == ["fail", "timeout"]
    assert found["eval"]["Own/1"][0] == {
        "task_id": "Own/1",
        "solution": "def b():\n    return 1\n",
        "base_status": "pass",
        "plus_status": None,
        "base_fail_tests": [],
        "plus_fail_tests": [],
    }
    assert found["pass_at_k"] == {"base": {"pass@1": 0.5}}
    assert len(found["hash"]) == 32 and found["date"]


def test_evalplus_folder(score: HumanEvalScore, data: DataFile, tmp_path: Path) -> None:
    path = tmp_path / "folder"
    FORMATS["evalplus-folder"](path, score, data)
    names = sorted(p.relative_to(path).as_posix() for p in path.rglob("*.py"))
    assert names == ["Own_0/0.py", "Own_0/1.py", "Own_1/0.py"]
    with pytest.raises(UsageError, match="is there already"):
        FORMATS["evalplus-folder"](path, score, data)
    assert not [p for p in tmp_path.iterdir() if p.name.endswith(".part")]


def test_a_task_cannot_name_a_folder_elsewhere(data: DataFile, tmp_path: Path) -> None:
    problem = HumanEvalProblem("..", "", "a", "…")
    sample = HumanEvalSample("..", "x = 1")
    score = HumanEvalScore([problem], [Outcome(problem, sample, Verdict(True, "passed"))], (1,))
    with pytest.raises(UsageError, match="no name of a folder"):
        FORMATS["evalplus-folder"](tmp_path / "folder", score, data)
    assert [p.name for p in tmp_path.iterdir()] == ["problems.jsonl"]


def test_a_folder_is_read_in_the_order_of_its_numbers(tmp_path: Path) -> None:
    (tmp_path / "Own_0").mkdir()
    for number in (10, 9, 0):
        (tmp_path / "Own_0" / f"{number}.py").write_text(str(number))
    assert [s.text for s in read_humaneval(tmp_path, PROBLEMS)] == ["0", "9", "10"]


def test_bigcode(score: HumanEvalScore, data: DataFile, tmp_path: Path) -> None:
    generations, metrics = tmp_path / "g.json", tmp_path / "m.json"
    FORMATS["bigcode"](generations, score, data)
    assert list(map(len, json.loads(generations.read_text()))) == [2, 1]
    FORMATS["bigcode-metrics"](metrics, score, data)
    found = json.loads(metrics.read_text())
    assert found["humaneval"] == {"pass@1": 0.5} and found["config"]["data_sha256"] == "abc"


def test_programs_that_no_completion_can_be_are_refused_by_name(
    data: DataFile, tmp_path: Path
) -> None:
    path = tmp_path / "whole.jsonl"
    write(path, [{"task_id": "Own/1", "solution": "b = len", "completion": "ignored"}])
    (sample,) = read_humaneval(path, PROBLEMS)
    outcome = Outcome(BY_ID["Own/1"], sample, Verdict(False, "failed: "))
    score = HumanEvalScore(PROBLEMS[1:], [outcome], (1,))
    with pytest.raises(UsageError, match="Own/1 does not start with the prompt"):
        FORMATS["human-eval"](tmp_path / "out.jsonl", score, data)
    assert not (tmp_path / "out.jsonl").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there is no sample in it"),
        ('{"task_id": "Own/0"}', 'line 1: "completion": the field is missing'),
        ('{"completion": "x"}', 'line 1: "task_id": the field is missing'),
        ('{"task_id": "Own/0", "completion": 1}', 'line 1: "completion": not a string'),
        ('{"task_id": "Own/0", "completion": "", "temperature": "x"}', '"temperature": not a num'),
        ('{"id": "1", "completions": ""}', "this is a sample of MTPB"),
        ('{"humaneval": {"pass@1": 1}, "config": {}}', "these are metrics"),
        ('{"eval": []}', '"eval": not an object'),
        ('{"eval": {"Own/0": [{}]}}', 'Own/0: a result without a "solution"'),
        ("[1]", "what stands for Own/0 is not a list of programs"),
        ("[[1]]", "what stands for Own/0 is not a list of programs"),
        ("[[], [], []]", "3 lists of programs for 2 problems"),
        ("[[]]", "there is no sample in it"),
        ("[[", "not JSON"),
    ],
)
def test_files_that_hold_no_samples(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text(text)
    with pytest.raises(UsageError, match=message) as caught:
        read_humaneval(path, PROBLEMS)
    assert str(path) in caught.value.message


def test_a_pipe_or_device_is_refused() -> None:
    with pytest.raises(UsageError, match="is a pipe or a device"):
        read_humaneval(Path("/dev/zero"), PROBLEMS)
    with pytest.raises(UsageError, match="is a pipe or a device"):
        find("mtpb", Path("/dev/zero"))


def test_a_folder_without_samples(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no samples in the folder"):
        read_humaneval(tmp_path, PROBLEMS)


def mtpb_row(**changes: Any) -> dict[str, Any]:
    row = {"id": "1", "input": {"A": 2}, "gold_output": [4], "completions": "print([4])"}
    return {**row, **changes}


def test_released_rows_find_their_case_by_the_input(tmp_path: Path) -> None:
    same = mtpb_row(id="10", input={"A": 1}, gold_output=5)
    path = tmp_path / "rows.jsonl"
    write(path, [mtpb_row(), same, same, same])
    cases = [(s.id, s.case) for s in read_mtpb(path, MTPB)]
    # Where two cases have the same input, they take turns.
    assert cases == [("1", 1), ("10", 0), ("10", 1), ("10", 0)]


def test_our_rows_say_their_case_and_whether_the_context_was_too_small(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    write(path, [mtpb_row(id="10", case=1, gold_output=5, context_overflow=True)])
    (sample,) = read_mtpb(path, MTPB)
    assert (sample.id, sample.case, sample.context_overflow) == ("10", 1, True)


def test_a_folder_of_released_files(tmp_path: Path) -> None:
    write(tmp_path / "1.jsonl", [mtpb_row()])
    write(tmp_path / "2.jsonl", [mtpb_row(input={"A": 1}, gold_output=3)])
    assert [s.case for s in read_mtpb(tmp_path, MTPB)] == [1, 0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "2"}, "\"id\": no problem '2'"),
        ({"id": True}, '"id"'),
        ({"input": {"A": 3}}, '"input": problem 1 has no such input'),
        ({"gold_output": [5]}, '"gold_output": not what the data file expects'),
        ({"case": 2}, '"case": problem 1 has no case 2'),
        ({"case": True}, '"case"'),
        ({"completions": None}, '"completions": not a string'),
    ],
)
def test_rows_that_do_not_fit_the_data(
    changes: dict[str, Any], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "rows.jsonl"
    write(path, [mtpb_row(), mtpb_row(**changes)])
    with pytest.raises(UsageError, match=f"line 2: {message}"):
        read_mtpb(path, MTPB)


def test_samples_of_the_other_benchmark_are_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    write(path, [{"task_id": "Own/0", "completion": ""}])
    with pytest.raises(UsageError, match="this is a sample of HumanEval"):
        read_mtpb(path, MTPB)
    path.write_text("[[]]")
    with pytest.raises(UsageError, match="no samples of MTPB"):
        read_mtpb(path, MTPB)


def test_mtpb_rows_come_back_with_all_that_the_release_reads(
    data: DataFile, tmp_path: Path
) -> None:
    given, out = tmp_path / "given.jsonl", tmp_path / "out.jsonl"
    parts = ["prefix", "# p\n", "print([4])\n\n"]
    write(given, [mtpb_row(prompts_completions=parts, seed=1)])
    (sample,) = read_mtpb(given, MTPB)
    score = MtpbScore(MTPB, [MtpbOutcome(sample, Judgement(True, "passed"))], "reference")
    MTPB_FORMATS["mtpb"](out, score, data)
    assert json.loads(out.read_text()) == mtpb_row(prompts_completions=parts)
    assert [s.program for s in read_mtpb(out, MTPB)] == ["print([4])"]
    MTPB_FORMATS["mtpb-results"](out, score, data)
    assert json.loads(out.read_text())["result"] == "passed"


def test_a_broken_file_is_named_once(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("no JSON\n")
    with pytest.raises(UsageError) as caught:
        read_humaneval(path, PROBLEMS)
    assert caught.value.message.count(str(path)) == 1
