"""The GPU check, as far as it goes without a GPU."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from itertools import count
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from codegen_cli.engine.bindings import llama
from codegen_cli.engine.device import GIB, Device
from codegen_cli.registry.find import find_model

ROOT = Path(__file__).resolve().parents[2]
CPU = Device("CPU", "processor", "cpu", 8 * GIB, 8 * GIB)
CARD = Device("CUDA0", "card", "gpu", 8 * GIB, 8 * GIB)


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Import from the clone: benchmarks are no part of the package."""
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks import cuda_judge

    return cuda_judge


@pytest.fixture
def measure(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT))
    from benchmarks import cuda_measure

    return cuda_measure


def good(judge: ModuleType) -> object:
    return judge.Parity(
        model="m",
        gpu_layers="all",
        placement="7/7 layers on CUDA0",
        placed_layers=7,
        kl=1e-5,
        relative_error=0.001,
        max_difference=0.01,
        same_argmax=1.0,
        greedy_tokens=64,
        equal_tokens=64,
    )


def test_parity_passes_when_logits_and_text_agree(judge: ModuleType) -> None:
    assert good(judge).problem == ""  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"kl": 0.02}, "KL"),
        ({"kl": float("nan")}, "KL"),
        ({"relative_error": 0.06}, "relative error"),
        ({"relative_error": float("nan")}, "relative error"),
        ({"equal_tokens": 10, "margin": 0.03}, "differs from token 10"),
        ({"placed_layers": 0}, "no layer was on a GPU"),
    ],
)
def test_parity_fails(judge: ModuleType, change: dict[str, float], problem: str) -> None:
    assert problem in replace(good(judge), **change).problem  # type: ignore[type-var]


def test_a_close_race_may_end_otherwise(judge: ModuleType) -> None:
    assert replace(good(judge), equal_tokens=10, margin=0.02).problem == ""  # type: ignore[type-var]


def placed(judge: ModuleType, **changes: object) -> object:
    values = {
        "model": "m",
        "plan": "7 of 7 layers on CUDA0",
        "planned_layers": 7,
        "placement": "7/7 layers on CUDA0",
        "placed_layers": 7,
        "planned_bytes": GIB,
        "taken_bytes": GIB,
        "reserve_bytes": GIB,
    }
    return judge.Placed(**values | changes)


def test_a_placement_is_checked_against_its_plan_and_memory(judge: ModuleType) -> None:
    assert placed(judge).problem == ""  # type: ignore[attr-defined]
    assert "7 layers were planned, 0 are" in placed(judge, placed_layers=0).problem  # type: ignore[attr-defined]
    assert "it took 2.50 GiB" in placed(judge, taken_bytes=5 * GIB // 2).problem  # type: ignore[attr-defined]


def test_the_exit_code_follows_the_problems(judge: ModuleType) -> None:
    report = judge.Report("machine", ["CUDA0"])
    assert report.exit_code == 1
    report.parity.append(good(judge))
    assert report.exit_code == 0 and report.problems == []
    report.placed.append(placed(judge, placed_layers=2))
    assert report.exit_code == 1 and report.problems[0].startswith("m: 7 layers")


def test_the_report_is_a_page_and_json(judge: ModuleType) -> None:
    report = judge.Report("machine", ["CUDA0 (card)"])
    report.parity += [good(judge), replace(good(judge), kl=1.0)]  # type: ignore[type-var]
    report.speed.append(judge.Speed("m", "decode 16", 100.0, 1250.0))
    report.placed.append(placed(judge))
    page = judge.to_markdown(report)
    assert "| m | decode 16 | 100 | 1250 | 12.5 |" in page
    assert "64/64 | ok |" in page and "KL 1.00e+00 is above 0.01 |" in page
    tables = [line for line in page.splitlines() if line.startswith("|")]
    assert len(tables) == 4 + 3 + 3
    values = json.loads(judge.to_json(report))
    assert values["passed"] is False and len(values["problems"]) == 1
    assert values["speed"][0]["gpu"] == 1250.0


def test_a_missing_gpu_is_explained(judge: ModuleType) -> None:
    assert judge.missing_gpu([CPU, CARD], build_has_gpu=True, driver=True) == ""
    no_backend = judge.missing_gpu([CPU], build_has_gpu=False, driver=True)
    assert "-DGGML_CUDA=on" in no_backend and "cannot use the NVIDIA GPU" in no_backend
    no_card = judge.missing_gpu([CPU], build_has_gpu=False, driver=False)
    assert "No GPU device is here" in no_card and "CPU (processor" in no_card


def test_equal_prefix_ends_at_the_first_difference(judge: ModuleType) -> None:
    assert judge.equal_prefix([1, 2], [1, 2]) == 2
    assert judge.equal_prefix([1, 2], [3, 2]) == 0
    assert judge.equal_prefix([1, 2, 3], [1, 2]) == 2


def test_the_cpu_agrees_with_itself(measure: ModuleType) -> None:
    parity = measure.measure_parity("nano", find_model("nano"), [1, 5, 9, 30], "0")
    assert parity.kl < 1e-9 and parity.max_difference == 0
    assert parity.equal_tokens == parity.greedy_tokens == 64
    assert parity.problem == "no layer was on a GPU"


def test_the_greedy_text_is_the_engines(measure: ModuleType) -> None:
    from codegen_cli.engine.llama_engine import LlamaEngine
    from codegen_cli.program import NoStop
    from codegen_cli.settings import EngineSettings, Sampling

    prompt = "# Print the number 5.\n"
    with LlamaEngine(find_model("nano"), EngineSettings(threads=1, gpu_layers="0")) as engine:
        tokens = engine.vocabulary.tokenize(prompt)
        sampling = Sampling(temperature=0, max_tokens=6)
        *_, last = engine.generate(prompt, sampling, NoStop())
    with measure.opened(find_model("nano"), "0") as (_, context):
        found, margins = measure.greedy(context, tokens, 6)
    # The engine ends at the end of the text; the check goes on.
    expected = list(last.tokens)  # type: ignore[union-attr]
    assert expected and found[: len(expected)] == expected
    assert len(margins) == 6 and all(margin >= 0 for margin in margins)


def test_speeds_are_tokens_over_the_seconds_they_took(
    measure: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a clock that goes on by half a second each time it is looked at."""
    clock = SimpleNamespace(perf_counter=(n / 2 for n in count()).__next__)
    monkeypatch.setattr(measure, "time", clock)
    with measure.opened(find_model("nano"), "0") as (_, context):
        speeds = measure.speeds(context, repeats=1, steps=2)
    # Two steps of each sequence in half a second.
    decoded = {"decode 1": 4.0, "decode 16": 64.0, "decode 64": 256.0}
    assert speeds == {"prompt of 512": 1024.0, **decoded}


def test_the_plan_is_compared_with_the_truth(measure: ModuleType) -> None:
    if llama().llama_supports_gpu_offload():
        pytest.skip("this build has a GPU")
    found = measure.measure_placed("nano", find_model("nano"))
    assert found.planned_layers == found.placed_layers == 0
    assert found.planned_bytes == found.taken_bytes == 0 and found.problem == ""


def test_without_a_gpu_the_program_says_so_and_ends_with_3() -> None:
    if llama().llama_supports_gpu_offload():
        pytest.skip("this build has a GPU")
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks.cuda_check"],
        cwd=ROOT,
        env={**os.environ, "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 3 and result.stdout == ""
    assert "No GPU device is here" in result.stderr and "-DGGML_CUDA=on" in result.stderr
