"""`codegen run` and `codegen complete` on a Hugging Face folder, as real processes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from hf_folders import write_model

from codegen_cli.registry.fingerprint import model_sha256

AVERAGE = Path(__file__).parents[2] / "examples" / "average.txt"


def codegen(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "codegen_cli", *arguments, "--threads", "1"]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)


def test_the_trained_checkpoint_writes_the_program_of_the_packaged_model(nano: Path) -> None:
    greedy = ("run", str(AVERAGE), "--temperature", "0")
    theirs = codegen(*greedy, "--engine", "transformers", "-m", str(nano), "--json")
    record = json.loads(theirs.stdout)
    assert record["program"] == codegen(*greedy).stdout
    assert record["model"]["sha256"] == model_sha256(nano)
    assert record["model"]["family"] == "codegen"
    assert "computing in F32" in record["placement"] and "computing in F32" in theirs.stderr
    # Only our own two lines: no bars and no warnings of the libraries.
    assert len(theirs.stderr.splitlines()) == 2


def test_a_gpt_neo_folder_completes_text(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "gpt_neo", "gpt_neo")
    result = codegen(
        "complete", "def f(", "--engine", "transformers", "-m", str(folder), "--max-tokens", "8"
    )
    assert result.returncode == 0 and result.stdout
    assert len(result.stderr.splitlines()) == 1
