"""Scored HumanEval samples in the formats of other harnesses."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from codegen_cli.errors import UsageError
from codegen_cli.evaluation.benchmark_data import DataFile
from codegen_cli.evaluation.humaneval.sample import completion_of, program_of
from codegen_cli.evaluation.humaneval.score import HumanEvalScore, Outcome
from codegen_cli.evaluation.lines import read_text, write_rows
from codegen_cli.files import temporary_beside, write_output
from codegen_cli.sandbox import Verdict

Writer = Callable[[Path, HumanEvalScore, DataFile], None]


def samples(path: Path, score: HumanEvalScore, _data: DataFile) -> None:
    """Write openai/human-eval's samples: {"task_id", "completion"}."""
    write_rows(path, (_completion(outcome) for outcome in score.outcomes))


def results(path: Path, score: HumanEvalScore, _data: DataFile) -> None:
    """Write openai/human-eval's results: the samples with "result" and "passed"."""
    write_rows(
        path,
        (
            {
                **_completion(outcome),
                "result": outcome.base.result,
                "passed": outcome.base.passed,
            }
            for outcome in score.outcomes
        ),
    )


def evalplus_samples(path: Path, score: HumanEvalScore, _data: DataFile) -> None:
    """Write EvalPlus' samples: {"task_id", "solution"}."""
    write_rows(path, _programs(score))


def evalplus_folder(path: Path, score: HumanEvalScore, _data: DataFile) -> None:
    """Write EvalPlus' folder: `HumanEval_0/0.py`, `HumanEval_0/1.py`, …

    Raises:
        UsageError: something is there already, or a task cannot name a folder.
    """
    if path.exists():
        raise UsageError(f'"{path}" is there already', "name a new folder")
    counts: dict[str, int] = {}
    with temporary_beside(path) as temporary:
        try:
            for row in _programs(score):
                folder = temporary / _folder_name(row["task_id"])
                folder.mkdir(parents=True, exist_ok=True)
                number = counts.setdefault(row["task_id"], 0)
                counts[row["task_id"]] += 1
                program = row["solution"].encode("utf-8", "replace")
                (folder / f"{number}.py").write_bytes(program)
            temporary.replace(path)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def evalplus_results(path: Path, score: HumanEvalScore, data: DataFile) -> None:
    """Write EvalPlus' `.eval_results.json`; which inputs failed is not known, so none are named."""
    by_task: dict[str, list[dict[str, Any]]] = {p.task_id: [] for p in score.problems}
    for outcome, row in zip(score.outcomes, _programs(score), strict=True):
        by_task[row["task_id"]].append({**row, **_statuses(outcome)})
    pass_at_k = {"base": _pass_at_k(score)}
    if score.has_plus:
        pass_at_k["plus"] = _pass_at_k(score, plus=True)
    found = {
        "date": datetime.now().strftime("%Y-%m-%d %H:%M"),
        "hash": _md5(data.path),
        "eval": by_task,
        "pass_at_k": pass_at_k,
    }
    write_output(path, json.dumps(found))


def bigcode_generations(path: Path, score: HumanEvalScore, _data: DataFile) -> None:
    """Write bigcode's `generations_humaneval.json`: a list of programs for each problem."""
    by_task: dict[str, list[str]] = {problem.task_id: [] for problem in score.problems}
    for row in _programs(score):
        by_task[row["task_id"]].append(row["solution"])
    write_output(path, json.dumps(list(by_task.values())))


def bigcode_metrics(path: Path, score: HumanEvalScore, data: DataFile) -> None:
    """Write bigcode's metrics: pass@k by task, and the settings that are known."""
    config = {
        "tasks": "humaneval",
        "temperature": [t for t in score.temperatures if t is not None],
        "n_samples": len(score.outcomes) // len(score.problems),
        "data_sha256": data.sha256,
    }
    write_output(path, json.dumps({"humaneval": _pass_at_k(score), "config": config}, indent=2))


FORMATS: dict[str, Writer] = {
    "human-eval": samples,
    "human-eval-results": results,
    "evalplus": evalplus_samples,
    "evalplus-folder": evalplus_folder,
    "evalplus-results": evalplus_results,
    "bigcode": bigcode_generations,
    "bigcode-metrics": bigcode_metrics,
}


def _folder_name(task_id: str) -> str:
    name = task_id.replace("/", "_")
    if not name or name.startswith(".") or "\0" in name:
        raise UsageError(
            f"the task_id {task_id!r} is no name of a folder", "write evalplus instead"
        )
    return name


def _completion(outcome: Outcome) -> dict[str, Any]:
    completion = completion_of(outcome.sample, outcome.problem)
    return {"task_id": outcome.problem.task_id, "completion": completion}


def _programs(score: HumanEvalScore) -> Iterator[dict[str, str]]:
    for outcome in score.outcomes:
        program = program_of(outcome.sample, outcome.problem)
        yield {"task_id": outcome.problem.task_id, "solution": program}


def _statuses(outcome: Outcome) -> dict[str, Any]:
    return {
        "base_status": _status(outcome.base),
        "plus_status": _status(outcome.plus) if outcome.plus else None,
        "base_fail_tests": [],
        "plus_fail_tests": [],
    }


def _status(verdict: Verdict) -> str:
    if verdict.passed:
        return "pass"
    return "timeout" if verdict.result == "timed out" else "fail"


def _pass_at_k(score: HumanEvalScore, *, plus: bool = False) -> dict[str, float]:
    return {f"pass@{k}": value for k, (value, _) in score.best(plus=plus).items()}


def _md5(path: Path) -> str:
    """Return what EvalPlus calls a data set's hash: the MD5 of its unpacked text."""
    text = read_text(path).encode("utf-8")
    return hashlib.md5(text, usedforsecurity=False).hexdigest()
