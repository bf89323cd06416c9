"""Another model in the middle of a chat: the one before is closed first, and comes back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from process import Run
from tinygguf import write_tiny_gguf

STEP = 'Assign the list of numbers [4, 8, 15, 16, 23] to a variable named "values".'
CODE = "values = [4, 8, 15, 16, 23]\n"


@pytest.fixture
def tiny(tmp_path: Path) -> str:
    return write_tiny_gguf(tmp_path / "tiny.gguf", context=256).name


def test_a_file_that_is_no_model_is_refused_before_anything_is_closed(
    codegen: Run, tmp_path: Path
) -> None:
    (tmp_path / "broken.gguf").write_bytes(b"GGUF" + bytes(99))
    write_tiny_gguf(tmp_path / "other.gguf", metadata={"phi2.context_length": None})
    done = codegen("chat", stdin=f"/model broken.gguf\n/model other.gguf\n/model\n{STEP}\n")
    assert 'error: "broken.gguf"' in done.stderr
    assert 'error: "other.gguf"' in done.stderr
    assert done.stderr.count("nano Q8_0") == 2, "it was not loaded again"
    assert done.stdout.endswith(CODE)


def test_the_model_before_comes_back_where_the_new_one_does_not_load(
    codegen: Run, tiny: str
) -> None:
    done = codegen("chat", "--ctx", "512", stdin=f"{STEP}\n/model {tiny}\n/retry 0.5\n/model\n")
    assert "the model before goes on\n" in done.stderr
    assert "error: --ctx 512 is outside 8…256" in done.stderr
    assert done.stderr.count("nano Q8_0") == 3
    replayed = codegen("replay", "last", "--verify", "--ctx", "512")
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
    assert "2 of 2 turns" in replayed.stdout


def test_a_chat_goes_on_with_another_model_and_both_replay(codegen: Run, tiny: str) -> None:
    lines = f"Print 6.\n/model {tiny}\nPrint 7.\n/model nano\n/retry 0.5\n"
    done = codegen("chat", "--max-tokens", "40", stdin=lines)
    assert "error" not in done.stderr
    record = json.loads(codegen("replay", "last", "--json").stdout)
    assert [model["name"] for model in record["models"]] == ["nano", "tiny"]
    assert [turn["verdict"] for turn in record["turns"]] == ["same"] * 3


def test_a_draft_with_another_vocabulary_is_off_and_that_is_said(codegen: Run, tiny: str) -> None:
    done = codegen("chat", "--draft", "nano", stdin=f"/model nano\n/model {tiny}\n")
    said = [line for line in done.stderr.splitlines() if line.startswith("nothing is guessed")]
    assert len(said) == 1 and "another vocabulary" in said[0]
