"""HumanEval problems: what is accepted, and what each error names."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codegen_cli.errors import UsageError
from codegen_cli.evaluation.benchmark_data import PUBLISHED, find, load_humaneval, load_mtpb
from codegen_cli.evaluation.humaneval.checks import Checker
from codegen_cli.evaluation.humaneval.problem import HumanEvalProblem, parse_problems
from codegen_cli.evaluation.humaneval.sample import HumanEvalSample, completion_of, program_of
from codegen_cli.program.json_lines import parse_record
from codegen_cli.program.truncate import truncate

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
GOOD = {
    "task_id": "own/0",
    "prompt": "def one():\n",
    "entry_point": "one",
    "canonical_solution": "    return 1\n",
    "test": "def check(candidate):\n    assert candidate() == 1\n",
    "unknown": 1,
}
STOPS = ["\nclass", "\ndef", "\n#", "\n@", "\nif", "\nprint", "\n```", "<file_sep>"]
PLUS = {
    **{key: GOOD[key] for key in ("task_id", "prompt", "entry_point", "canonical_solution")},
    "base_input": [[]],
    "plus_input": [[], []],
    "atol": 0,
    "contract": "",
}


def read(record: dict[str, object]) -> HumanEvalProblem:
    return parse_problems([parse_record(json.dumps(record), 3)])[0]


def test_a_record() -> None:
    problem = read(GOOD)
    assert problem.prompt == "def one():\n" and problem.inputs is None
    (check,) = Checker(problem).checks("def one(): return 1")
    # The prompt alone is no program, so it has a body for the test.
    assert (check.program, check.trusted) == ("def one(): return 1", "def one():\n    return 1\n")
    assert (check.entry_point, check.test) == ("one", GOOD["test"])


def test_a_test_may_use_what_the_prompt_defines_and_no_more() -> None:
    prompt = 'def two(): return 2\ndef one():\n    """One."""\n'
    assert Checker(read({**GOOD, "prompt": prompt})).checks("")[0].trusted == prompt
    broken = read({**GOOD, "prompt": "def one(", "canonical_solution": ""})
    assert Checker(broken).checks("")[0].trusted == "" and Checker(broken).canonical() == []


def test_a_record_of_evalplus_becomes_two_checks_beside_the_canonical_solution() -> None:
    problem = read(PLUS)
    assert problem.inputs is not None and problem.inputs.plus == ([], [])
    checker = Checker(problem)
    assert [check.limits.cpu_seconds for check in checker.canonical()] == [60, 60]
    checker.learn([0.1, 99.0])
    base, plus = checker.checks("")
    assert base.trusted == plus.trusted == "" and base.test != plus.test
    assert "def one():" in base.test and "return 1" in plus.test
    assert base.limits.cpu_seconds == pytest.approx(4.4) and plus.limits.cpu_seconds == 60


def without(record: dict[str, object], field: str) -> dict[str, object]:
    return {key: value for key, value in record.items() if key != field}


@pytest.mark.parametrize("field", ["task_id", "prompt", "entry_point", "test"])
def test_required_fields(field: str) -> None:
    with pytest.raises(UsageError, match=f'line 3: "{field}": the field is missing'):
        read(without(GOOD, field))


@pytest.mark.parametrize("field", ["canonical_solution", "plus_input"])
def test_fields_that_evalplus_records_need(field: str) -> None:
    with pytest.raises(UsageError, match=f'line 3: "{field}": the field is missing'):
        read(without(PLUS, field))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("task_id", 1),
        ("prompt", None),
        ("entry_point", "one()"),
        ("entry_point", ""),
        ("test", []),
        ("canonical_solution", 1),
    ],
)
def test_wrong_fields(field: str, value: object) -> None:
    with pytest.raises(UsageError, match=f'line 3: "{field}"'):
        read({**GOOD, field: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [("base_input", []), ("base_input", [1]), ("plus_input", {}), ("atol", "0"), ("atol", True)],
)
def test_wrong_fields_of_evalplus(field: str, value: object) -> None:
    with pytest.raises(UsageError, match=f'line 3: "{field}"'):
        read({**PLUS, field: value})


def test_a_task_may_come_once_and_there_must_be_one() -> None:
    twice = [parse_record(json.dumps(GOOD), line) for line in (1, 2)]
    with pytest.raises(UsageError, match="line 2: \"task_id\": 'own/0' was used"):
        parse_problems(twice)
    with pytest.raises(UsageError, match="no problem"):
        parse_problems([])


def test_programs_and_completions() -> None:
    problem = read({**GOOD, "prompt": "\ndef one():\n"})
    completion = HumanEvalSample("own/0", "    return 1")
    assert program_of(completion, problem) == "\ndef one():\n    return 1"
    for start in ("\ndef one():\n", "def one():"):
        whole = HumanEvalSample("own/0", start + "\n    return 1", whole=True)
        assert program_of(whole, problem) == whole.text
        assert completion_of(whole, problem) == "\n    return 1"
    with pytest.raises(UsageError, match="own/0 does not start with the prompt"):
        completion_of(HumanEvalSample("own/0", "one = lambda: 1", whole=True), problem)


def test_data_is_looked_for_in_the_users_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with pytest.raises(UsageError) as caught:
        load_humaneval(None)
    published = PUBLISHED["humaneval"]
    assert "openai/human-eval" in caught.value.hint and published.sha256 in caught.value.hint
    copy = tmp_path / "codegen" / "benchmarks" / published.file_name
    copy.parent.mkdir(parents=True)
    copy.write_text(json.dumps(GOOD))
    with pytest.raises(UsageError, match="is not the published file: its sha256 is"):
        load_humaneval(None)
    problems, file = load_humaneval(copy)
    assert [p.task_id for p in problems] == ["own/0"] and not file.published


def test_the_file_of_an_error_is_named(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_text("{}\n")
    with pytest.raises(UsageError, match='own.jsonl": line 1: "entry_point"'):
        load_humaneval(path)
    with pytest.raises(UsageError, match='own.jsonl": line 1: "inputs"'):
        load_mtpb(path)
    with pytest.raises(UsageError, match="No such file"):
        find("mtpb", tmp_path / "none")


@pytest.mark.skipif(not DATA.exists(), reason="no benchmark files beside the checkout")
def test_the_published_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "codegen").mkdir()
    (tmp_path / "codegen" / "benchmarks").symlink_to(DATA)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    problems, file = load_humaneval(None)
    assert (len(problems), file.published) == (164, True)
    for problem in problems:
        # No rule that ends an answer would cut a right one: ours, Codex', bigcode's.
        assert truncate(problem.canonical_solution).rule is None
        assert not any(stop in problem.canonical_solution for stop in STOPS)
    assert len(load_mtpb(None)[0]) == 115
