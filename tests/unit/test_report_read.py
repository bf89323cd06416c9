"""Running folders that are whole, unfinished, broken or hostile."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from eval_runs import Fake, manifest, mtpb, write_json, write_rows, write_run

from codegen_cli.errors import UsageError
from codegen_cli.evaluation.report.document.build import build_document
from codegen_cli.evaluation.report.document.words import label
from codegen_cli.evaluation.report.findings.report import build
from codegen_cli.evaluation.report.formats.markdown import to_markdown
from codegen_cli.evaluation.report.read.folder import read_run, read_runs
from codegen_cli.evaluation.report.run import Adapter

SMALL = Fake(problems=4, samples=3, temperatures=(0.2, 0.8))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_run(tmp_path / "run", SMALL)


def change(path: Path, **values: Any) -> None:
    write_json(path, {**json.loads(path.read_text()), **values})


def test_a_whole_run(folder: Path) -> None:
    run = read_run(folder)
    assert run.manifest.model.name == "codegen-350M-mono" and run.manifest.seed == 42
    assert sorted(run.tallies) == [0.2, 0.8]
    assert [tally.total for tally in run.tallies[0.2].values()] == [3, 3, 3, 3]
    assert run.unscored == {0.2: 0, 0.8: 0}
    assert run.summary.counts == run.counts
    assert len(run.prompts) == 4


def test_adapters_of_a_run_are_read_shown_and_told_apart(folder: Path) -> None:
    plain = read_run(folder)
    model = json.loads((folder / "run.json").read_text())["model"]
    added = {"adapters": [{"sha256": "ab" * 32, "scale": 0.5}]}
    change(folder / "run.json", model={**model, **added})
    run = read_run(folder)
    assert run.manifest.model.adapters == (Adapter("ab" * 32, 0.5),)
    assert label(run) == f"{label(plain)} +abababababab"
    text = to_markdown(build_document(build([run])), {})
    assert "adapter × 0.5" in text and "ab" * 32 in text
    for wrong in ([{"scale": 1.0}], [{"sha256": "a", "scale": "1"}], "ab"):
        change(folder / "run.json", model={**model, "adapters": wrong})
        with pytest.raises(UsageError, match="adapters"):
            read_run(folder)


def test_mtpb_knows_cases_categories_and_turns(tmp_path: Path) -> None:
    run = read_run(write_run(tmp_path / "run", mtpb(problems=3, samples=2)))
    assert {(tally.total, tally.cases) for tally in run.tallies[0.2].values()} == {(10, 5)}
    assert run.summary.kinds["1"].category == "array" and run.summary.kinds["1"].turns >= 3


def test_a_run_that_was_never_scored(folder: Path) -> None:
    for name in ("results-t0.2.jsonl", "results-t0.8.jsonl", "summary.json", "perplexity.jsonl"):
        (folder / name).unlink()
    run = read_run(folder)
    assert run.tallies == {} and run.unscored == {0.2: 12, 0.8: 12}


def test_samples_that_came_after_the_scoring_are_counted(folder: Path) -> None:
    with (folder / "samples-t0.2.jsonl").open("a") as stream:
        stream.write('{"task_id": "HumanEval/4", "sample": 0}\n{"torn')
    assert read_run(folder).unscored[0.2] == 1


def test_scoring_knows_its_sandbox_and_rules(folder: Path) -> None:
    change(folder / "run.json", sandbox=None)
    change(folder / "summary.json", sandbox={"tier": "os"})
    assert read_run(folder).manifest.sandbox == "os"


def test_a_folder_that_is_named_twice_counts_once(folder: Path) -> None:
    assert len(read_runs([folder, folder / ".." / "run"])) == 1


def test_what_is_no_running_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder"):
        read_run(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r'no file ".*run.json"'):
        read_run(tmp_path)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("benchmark", "mbpp", '"benchmark" is none of'),
        ("benchmark", None, '"benchmark" is not a string'),
        ("samples", 0, '"samples" is not a whole number'),
        ("samples", True, '"samples" is not a whole number'),
        ("samples", 10**400, '"samples" is not a whole number'),
        ("temperatures", [], '"temperatures" is not a list'),
        ("temperatures", ["0.2"], '"temperatures" is not a number'),
        ("temperatures", [1e999], '"temperatures" is not a number'),
        ("temperatures", [10**400], '"temperatures" is not a number'),
        ("data", [], '"data" is not an object'),
        ("data", {}, 'data: "problems" is missing'),
        ("model", {"name": ""}, 'model: "name" is not a string of 1 to 200'),
        ("limit", -1, '"limit" is not a whole number'),
    ],
)
def test_a_broken_manifest_is_named_in_one_line(
    folder: Path, name: str, value: object, message: str
) -> None:
    change(folder / "run.json", **{name: value})
    with pytest.raises(UsageError) as caught:
        read_run(folder)
    assert message in caught.value.message and "run.json" in caught.value.message
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"a": ' * 100_000, "\xff", '{"benchmark": NaN}', "9" * 5000]
)
def test_a_manifest_that_is_no_object(folder: Path, text: str) -> None:
    (folder / "run.json").write_text(text, encoding="latin-1")
    with pytest.raises(UsageError, match=r"run\.json"):
        read_run(folder)


ROW = {"task_id": "HumanEval/0", "sample": 0, "temperature": 0.2, "passed": True}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{**ROW, "passed": None}], '"passed" is neither true nor false'),
        ([{**ROW, "passed": 1}], '"passed" is neither true nor false'),
        ([ROW, ROW], '"sample" 0 of HumanEval/0 is there twice'),
        ([{**ROW, "sample": -1}], '"sample" is not a whole number'),
        ([{**ROW, "task_id": 7}], '"task_id" is not a string'),
        ([{**ROW, "task_id": "x" * 1000}], '"task_id" is not a string of 1 to 200'),
    ],
)
def test_a_broken_row_is_named_by_its_line(
    folder: Path, rows: list[dict[str, Any]], message: str
) -> None:
    write_rows(folder / "results-t0.2.jsonl", rows)
    with pytest.raises(UsageError) as caught:
        read_run(folder)
    assert message in caught.value.message
    assert f"line {len(rows)}" in caught.value.message


def test_results_that_end_within_a_line_are_refused(folder: Path) -> None:
    path = folder / "results-t0.2.jsonl"
    path.write_text(path.read_text()[:-10])
    with pytest.raises(UsageError, match="line 12: not JSON"):
        read_run(folder)


@pytest.mark.parametrize(("tokens", "nll"), [(1, -0.5), (1, 1e6), (-1, 1.0), (3, None), (2, 1e999)])
def test_impossible_perplexities_are_refused(folder: Path, tokens: int, nll: float) -> None:
    write_rows(folder / "perplexity.jsonl", [{"task_id": "a", "tokens": tokens, "nll": nll}])
    with pytest.raises(UsageError, match=r"perplexity\.jsonl.*line 1"):
        read_run(folder)


def test_a_prompt_without_a_token_has_no_perplexity(folder: Path) -> None:
    write_rows(folder / "perplexity.jsonl", [{"task_id": "a", "tokens": 0, "nll": 0}])
    assert read_run(folder).prompts == ()


def test_half_a_surrogate_pair_becomes_a_question_mark(folder: Path) -> None:
    model = {**manifest(SMALL)["model"], "name": "a\ud800", "family": "b\udfff"}
    change(folder / "run.json", model=model)
    found = read_run(folder).manifest.model
    assert (found.name, found.family) == ("a?", "b?")


def test_temperatures_that_python_writes_with_an_exponent(folder: Path) -> None:
    change(folder / "run.json", temperatures=[1e-05])
    (folder / "results-t0.2.jsonl").rename(folder / "results-t1e-05.jsonl")
    assert 1e-05 in read_run(folder).tallies


def test_evalplus_figures_come_from_the_summary(folder: Path) -> None:
    plus = {"pass_at_k": {"1": 0.25, "<b>": 1}}
    change(folder / "summary.json", plus=plus)
    assert read_run(folder).summary.plus == {"1": 0.25}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", ["run.json", "results-t0.2.jsonl", "summary.json"])
def test_a_pipe_in_a_folder_does_not_hang(folder: Path, name: str) -> None:
    (folder / name).unlink()
    os.mkfifo(folder / name)
    with pytest.raises(UsageError, match="no file"):
        read_run(folder)
