"""`codegen complete --infill` as a real process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from checkpoints import write_checkpoint
from process import Run


@pytest.fixture
def model(codegen: Run, tmp_path: Path) -> str:
    folder = write_checkpoint(
        tmp_path / "codegen2-tiny",
        n_layer=2,
        n_embd=64,
        n_head=8,
        rotary_dim=4,
        vocab_size=512,
        seed=7,
    )
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "head_dim": 8}))
    added = {"<mask_1>": 505, "<sep>": 507, "<eom>": 508}
    (folder / "added_tokens.json").write_text(json.dumps(added))
    made = codegen("convert", str(folder), "-o", "gaps.gguf", "-q", "F16")
    assert made.returncode == 0, made.stderr
    return "./gaps.gguf"


def test_a_gap_is_filled_and_shown_in_its_place(codegen: Run, model: str) -> None:
    text = "def f(n):<FILL>    return m\n"
    arguments = ("complete", "--infill", "-m", model, "--max-tokens", "6", text)
    record = json.loads(codegen(*arguments, "--json").stdout)
    assert (record["prompt"], record["suffix"]) == ("def f(n):", "    return m\n")
    assert record["generated_tokens"] > 0
    assert codegen(*arguments).stdout == record["text"]
    shown = codegen(*arguments, "--echo").stdout
    assert shown == f"def f(n):{record['text']}    return m\n"


def test_another_marker_can_be_chosen(codegen: Run, model: str) -> None:
    result = codegen(
        "complete", "--infill", "--marker", "@@", "-m", model, "--json", "--max-tokens", "2", "a@@b"
    )
    assert json.loads(result.stdout)["suffix"] == "b"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a",), "0 times, not once"),
        (("<FILL>a<FILL>",), "2 times, not once"),
        (("--marker", "", "a"), "0 times, not once"),
        (("a<FILL>b",), "this model fills no gaps"),
        (("a<FILL>b", "--engine", "transformers"), "--infill needs a GGUF model"),
    ],
)
def test_what_cannot_be_filled_is_one_line(
    codegen: Run, arguments: tuple[str, ...], message: str
) -> None:
    result = codegen("complete", "--infill", *arguments)
    assert result.returncode == 2 and message in result.stderr, result.stderr
    assert result.stdout == "" and "Traceback" not in result.stderr
