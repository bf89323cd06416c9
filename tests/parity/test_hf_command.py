"""`codegen run` and `codegen complete` on a Hugging Face folder, as real processes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hf import converted
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


def test_both_engines_draw_the_same_samples_of_a_benchmark(tmp_path: Path, nano: Path) -> None:
    """Greedy, from the checkpoint and from our F32 conversion of it, byte for byte."""
    prompts = ("def square(x):\n", "def is_even(n):\n", 'def add(a, b):\n    """Add."""\n', "x = ")
    problems = tmp_path / "own.jsonl"
    problems.write_text(
        "".join(
            json.dumps({"task_id": f"Own/{i}", "prompt": p, "entry_point": "f", "test": ""}) + "\n"
            for i, p in enumerate(prompts)
        )
    )
    gguf = converted(nano, tmp_path / "m.gguf")
    draw = ("eval", "humaneval", "--data", str(problems), "-T", "0", "--max-tokens", "32")
    files = []
    for out, model in (("gguf", (str(gguf),)), ("hf", (str(nano), "--engine", "transformers"))):
        folder = tmp_path / out
        result = codegen(*draw, "--no-score", "--out", str(folder), "-m", *model)
        assert result.returncode == 0, result.stderr
        files.append((folder / "samples-t0.jsonl").read_bytes())
        manifest = json.loads((folder / "run.json").read_text())
    assert files[0] == files[1] and files[0].count(b"\n") == len(prompts)
    assert (manifest["engine"], manifest["model"]["family"]) == ("transformers", "codegen")
    assert manifest["model"]["sha256"] == model_sha256(nano)


def test_a_chat_on_transformers_replays(
    tmp_path: Path, nano: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    chat = [sys.executable, "-m", "codegen_cli", "chat", "--engine", "transformers"]
    subprocess.run(
        [*chat, "-m", str(nano), "--threads", "1", "--max-tokens", "24"],
        input="Print 6.\n/retry 0.8\n/n 2\nPrint 7.\n/n 1\n/start print(\nPrint 8.\n",
        text=True,
        capture_output=True,
        timeout=200,
        check=True,
    )
    result = codegen("replay", "last", "--verify", "--json")
    assert result.returncode == 0, result.stderr
    record = json.loads(result.stdout)
    assert record["drawn"] == record["same"] >= 4
    assert record["models"][0]["same_model"] and record["models"][0]["same_build"]
    assert "transformers" in record["models"][0]["build"]
