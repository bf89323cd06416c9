"""A model that knows the answers, through the whole command line: drawn, cut, run, counted.

Only the engine is replaced. What it writes goes on after the answer, so the cut matters.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from replayengine import ReplayEngine

from codegen_cli.cli.eval import sample, source
from codegen_cli.cli.main import run_cli
from codegen_cli.engine.base import Prompt
from codegen_cli.settings import PROGRAM_PREFIX

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="no benchmark files beside the checkout")

#: What a model writes when nobody stops it.
RAMBLE = "\n\n# And another thing.\nraise SystemExit\n"

Replay = Callable[[dict[str, str]], ReplayEngine]


@pytest.fixture
def replay(monkeypatch: pytest.MonkeyPatch) -> Replay:
    """Return a function that lets every model be one that knows these answers."""

    def use(answers: dict[str, str]) -> ReplayEngine:
        def answer(prompt: Prompt) -> str:
            return answers[prompt.text] + RAMBLE

        engine = ReplayEngine(answer, places=64)
        for module in (sample, source):
            monkeypatch.setattr(module, "open_engine", lambda *_, **__: engine)
        return engine

    return use


def evaluate(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert run_cli(["eval", *arguments, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.jsonl"))}


def without_times(folder: Path) -> list[dict[str, Any]]:
    rows = [json.loads(row) for name, data in files(folder).items() for row in data.splitlines()]
    return [{k: v for k, v in row.items() if k != "cpu_seconds"} for row in rows]


@needs_data
def test_canonical_solutions_score_one_and_a_second_run_is_the_same(
    replay: Replay, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data = DATA / "HumanEval.jsonl.gz"
    with gzip.open(data, "rt", encoding="utf-8") as lines:
        problems = [json.loads(line) for line in lines]
    engine = replay({p["prompt"]: p["canonical_solution"] for p in problems})
    # A token is a character here.
    base = ("humaneval", "--data", str(data), "-T", "0.2", "-T", "0.8", "--max-tokens", "2000")
    found = evaluate(capsys, *base, "--out", str(tmp_path / "one"))
    assert found["pass_at_k"] == {"1": 1.0} and found["best_temperature"] == {"1": 0.2}
    assert (found["passed"], found["total"]) == (328, 328)
    assert {prompt.text for prompt in engine.asked} == {p["prompt"] for p in problems}
    rows = [json.loads(row) for row in files(tmp_path / "one")["samples-t0.2.jsonl"].splitlines()]
    assert {row["stop_rule"] for row in rows} <= {"comment", "blank-lines"}

    evaluate(capsys, *base, "--out", str(tmp_path / "two"))
    assert without_times(tmp_path / "one") == without_times(tmp_path / "two")
    samples = [
        {n: d for n, d in files(tmp_path / w).items() if "samples" in n} for w in ("one", "two")
    ]
    assert samples[0] == samples[1]


def oracle(problems: list[dict[str, Any]], *, single: bool) -> dict[str, str]:
    """Return what prints the expected values: nothing, until the last turn prints it."""
    answers = {}
    for problem in problems:
        for values, gold in zip(problem["inputs"], problem["outputs"], strict=False):
            steps = [f"# {prompt.format(**values)}\n" for prompt in problem["prompts"]]
            text = PROGRAM_PREFIX + ("".join(steps) if single else steps[0])
            for step in [] if single else steps[1:]:
                answers[text] = ""
                text += "\n\n\n\n" + step
            answers[text] = f"print({gold!r})"
    return answers


@needs_data
@pytest.mark.parametrize("single", [False, True])
def test_the_mtpb_oracle_passes_568_of_575(
    replay: Replay, capsys: pytest.CaptureFixture[str], tmp_path: Path, single: bool
) -> None:
    data = DATA / "mtpb.jsonl"
    problems = [json.loads(line) for line in data.read_text(encoding="utf-8").splitlines()]
    # Problem 1 is problem 26, and problem 10 repeats an input: the same prompts, the same answers.
    replay(oracle(problems, single=single))
    more = ("--single-turn",) if single else ()
    out = tmp_path / "run"
    base = ("mtpb", "--data", str(data), "-T", "0", "--out", str(out), *more)
    found = evaluate(capsys, *base, "--max-tokens", "1000", "--perplexity")
    assert (found["passed"], found["total"]) == (568, 575)
    assert found["context_overflows"] == 0 and found["turns"] == ("single" if single else "multi")
    results = [json.loads(row) for row in files(out)["results-t0.jsonl"].splitlines()]
    failed = [(row["id"], row["case"]) for row in results if not row["passed"]]
    assert failed == [("41", 1), ("41", 4), *(("89", case) for case in range(5))]
    prompts = files(out)["perplexity.jsonl"].splitlines()
    assert len(prompts) == 575 and json.loads(prompts[0])["perplexity"] == pytest.approx(256)


def test_a_run_says_in_which_sandbox_its_programs_ran(
    replay: Replay, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data = tmp_path / "own.jsonl"
    problem = {"id": "1", "prompts": ["Print {A}."], "inputs": [{"A": 7}], "outputs": [7]}
    data.write_text(json.dumps(problem))
    replay({PROGRAM_PREFIX + "# Print 7.\n": "print(7)"})
    out = tmp_path / "run"
    evaluate(capsys, "mtpb", "--data", str(data), "-T", "0", "--out", str(out), "--mode", "strict")
    manifest = json.loads((out / "run.json").read_text())
    assert manifest["sandbox"]["tier"] in ("os-strict", "os", "macos-seatbelt")
    assert manifest["mode"] == "strict"
    found = evaluate(capsys, "mtpb", "--data", str(data), "-T", "0", "--out", str(out))
    assert found["mode"] == json.loads((out / "run.json").read_text())["mode"] == "reference"
    assert run_cli(["eval", "report", str(out), "--out", str(tmp_path / "report")]) == 0
