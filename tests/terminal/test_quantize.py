"""`codegen quantize`, `imatrix` and `quality` as real processes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from process import Run

from codegen_cli.registry.find import find_model

TEXT = "def add(a, b):\n    return a + b\n\nprint(add(1, 2))\n" * 12


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "corpus.py"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_model_becomes_a_smaller_one_that_runs(codegen: Run, tmp_path: Path) -> None:
    result = codegen("quantize", "nano", "-o", "q4.gguf", "-q", "q4_k_m", "--json")
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["file_type"] == "Q4_K_M"
    assert (
        report["size"] == (tmp_path / "q4.gguf").stat().st_size < find_model("nano").stat().st_size
    )
    assert "the source is Q8_0" not in result.stderr
    again = codegen("quantize", "./q4.gguf", "-o", "q8.gguf")
    assert "the source is Q4_K_M" in again.stderr
    answer = codegen("complete", "x = ", "--model", "q4.gguf", "--json", "--max-tokens", "5")
    assert json.loads(answer.stdout)["generated_tokens"] > 0


def test_an_importance_matrix_is_made_and_used(codegen: Run, corpus: Path, tmp_path: Path) -> None:
    made = codegen("imatrix", str(corpus), "-o", "m.gguf", "--chunk", "64", "--json")
    assert made.returncode == 0, made.stderr
    report = json.loads(made.stdout)
    assert (report["matrices"], report["chunks"] * 64) == (25, report["tokens"])
    plain = codegen("quantize", "nano", "-o", "a.gguf", "-q", "Q4_0")
    rounded = codegen("quantize", "nano", "-o", "b.gguf", "-q", "Q4_0", "--imatrix", "m.gguf")
    assert (plain.returncode, rounded.returncode) == (0, 0), rounded.stderr
    assert (tmp_path / "a.gguf").read_bytes() != (tmp_path / "b.gguf").read_bytes()
    quality = codegen("quality", "a.gguf", "b.gguf", "-r", "nano", "-c", str(corpus), "--json")
    without, with_matrix = json.loads(quality.stdout)["models"]
    assert with_matrix["kl_mean"] < without["kl_mean"]


def test_types_are_compared_and_one_is_recommended(
    codegen: Run, corpus: Path, tmp_path: Path
) -> None:
    result = codegen(
        "quality", "--types", "Q8_0,Q2_K", "-r", "nano", "-c", str(corpus), "--budget", "1GB",
        "--json", "--tokens", "200",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    best, worst = report["models"]
    assert report["recommended"] == "Q8_0"
    assert best["kl_mean"] < worst["kl_mean"] and best["same_top"] > worst["same_top"]
    assert best["positions"] == worst["positions"] == 199
    assert {path.name for path in tmp_path.iterdir()} <= {"corpus.py", "home"}
    table = codegen("quality", "nano", "-r", "nano", "-c", str(corpus), COLUMNS="100")
    assert "100.0%" in table.stdout and "ppl" in table.stdout
    assert "the reference's perplexity" in table.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("quality", "-r", "nano", "-c", "corpus.py"), 2, "no model to compare"),
        (("quality", "nano", "-r", "nano", "-c", "none.py"), 2, "cannot read"),
        (("quality", "nano", "-r", "nano", "-c", "corpus.py", "--budget", "big"), 2, "no size"),
        (("quality", "--types", "Q9", "-r", "nano", "-c", "corpus.py"), 2, "unknown type"),
        (("quality", "nano", "-r", "nano", "-c", "corpus.py", "--plot", "x.gif"), 2, ".png"),
        (("imatrix", "corpus.py", "-o", "m.gguf", "--chunk", "2048"), 2, "fewer than one chunk"),
        (("imatrix", "corpus.py", "-o", "none/m.gguf"), 2, "no such folder"),
        (("quantize", "nano", "-o", "o.gguf", "--imatrix", "copy.gguf"), 3, "no importance matrix"),
        (("quantize", "./copy.gguf", "-o", "copy.gguf", "-f"), 2, "the source itself"),
        (("quantize", "nani", "-o", "o.gguf"), 3, "nano"),
    ],
)
def test_what_cannot_work_is_one_line(
    codegen: Run, corpus: Path, tmp_path: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    shutil.copy(find_model("nano"), tmp_path / "copy.gguf")
    before = sorted(path.name for path in tmp_path.iterdir())
    result = codegen(*arguments)
    assert result.returncode == code, result.stderr
    assert message in result.stderr and result.stdout == ""
    assert result.stderr.count("\n") == 1 and "Traceback" not in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "home") == before
