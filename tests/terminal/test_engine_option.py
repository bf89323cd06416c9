"""`--engine transformers` where its packages are missing, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from process import Run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that looks like a model, with weights that nobody reads."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": "gpt_neo"}))
    (folder / "model.safetensors").write_bytes(b"\0" * 8)
    return folder


@pytest.mark.parametrize("package", ["torch", "transformers", "safetensors"])
def test_a_missing_package_is_named_with_the_command_that_installs_it(
    codegen: Run, tmp_path: Path, folder: Path, package: str
) -> None:
    absent = tmp_path / "absent"
    absent.mkdir()
    for name in ("torch", "transformers", "safetensors"):
        missing = f"raise ImportError('no', name={name!r})" if name == package else ""
        (absent / f"{name}.py").write_text(missing)
    path = f"{absent}:{Path(__file__).parents[2]}"
    result = codegen(
        "complete", "x", "--engine", "transformers", "-m", str(folder), PYTHONPATH=path
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert f"needs {package}" in result.stderr
    assert "pip install 'codegen-cli[hf]'" in result.stderr


def test_a_name_that_is_no_folder_is_refused_before_anything_is_loaded(codegen: Run) -> None:
    result = codegen("complete", "x", "--engine", "transformers", "-m", "nano")
    assert (result.returncode, result.stdout) == (3, "")
    assert 'no such folder: "nano"' in result.stderr and "hf download" in result.stderr


def test_a_folder_without_the_option_is_told_of_it(codegen: Run, folder: Path) -> None:
    result = codegen("complete", "x", "-m", str(folder))
    assert result.returncode == 3 and "--engine transformers" in result.stderr


def test_speculation_is_refused(codegen: Run, folder: Path) -> None:
    (folder.parent / "steps.txt").write_text("Print 1.\n")
    arguments = ("run", "steps.txt", "--engine", "transformers", "-m", str(folder), "--speculate")
    result = codegen(*arguments)
    assert (result.returncode, result.stdout) == (2, "") and "--speculate" in result.stderr
