"""`codegen perplexity` as a real process."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from process import Run

PROGRAM = "# Print the number 5.\nprint(5)\n"


def test_a_text_is_scored_from_a_file_and_from_a_pipe(codegen: Run, tmp_path: Path) -> None:
    (tmp_path / "p.py").write_text(PROGRAM)
    found = json.loads(codegen("perplexity", "p.py", "--json").stdout)
    assert found["perplexity"] == pytest.approx(math.exp(found["nll"] / found["tokens"]))
    assert found["windows"] == 1 and found["model"]["name"] == "nano"
    piped = codegen("perplexity", "-", stdin=PROGRAM)
    assert piped.stdout == (
        f"perplexity {found['perplexity']:.4f} "
        f"({found['tokens']} tokens, {found['nll']:.2f} nats)\n"
    )
    shuffled = json.loads(codegen("perplexity", "-", "--json", stdin=PROGRAM[::-1]).stdout)
    assert shuffled["perplexity"] > 10 * found["perplexity"]


def test_a_prefix_conditions_and_is_not_scored(codegen: Run, tmp_path: Path) -> None:
    comment, code = PROGRAM.splitlines(keepends=True)
    (tmp_path / "before.py").write_text(comment)
    alone = json.loads(codegen("perplexity", "-", "--json", stdin=code).stdout)
    after = json.loads(
        codegen("perplexity", "-", "--prefix", "before.py", "--json", stdin=code).stdout
    )
    assert after["tokens"] == alone["tokens"] and after["nll"] < alone["nll"] / 2


def test_lines_add_up_to_the_whole(codegen: Run) -> None:
    found = json.loads(codegen("perplexity", "-", "--lines", "--json", stdin=PROGRAM).stdout)
    assert [line["line"] for line in found["lines"]] == [1, 2]
    assert sum(line["nll"] for line in found["lines"]) == pytest.approx(found["nll"])
    shown = codegen("perplexity", "-", "--lines", stdin=PROGRAM).stdout.splitlines()
    assert shown[0].split() == ["perplexity", "tokens", "line"]
    assert shown[1].endswith("  # Print the number 5.") and shown[2].endswith("  print(5)")


def test_a_text_beyond_the_context_is_scored_in_windows(codegen: Run) -> None:
    arguments = ("perplexity", "-", "--json")
    whole = json.loads(codegen(*arguments, stdin=PROGRAM * 30).stdout)
    found = json.loads(codegen(*arguments, "--ctx", "64", stdin=PROGRAM * 30).stdout)
    assert found["tokens"] == whole["tokens"] and whole["windows"] == 1
    assert found["windows"] > 5 and found["context"] == 64
    assert 0.5 < found["perplexity"] / whole["perplexity"] < 2


@pytest.mark.parametrize(
    ("arguments", "stdin", "message"),
    [
        (("-",), "", "nothing to score"),
        (("-", "--prefix", "-"), "x", "both the text and --prefix"),
        (("absent.py",), "", 'cannot read "absent.py"'),
    ],
)
def test_what_cannot_be_scored(
    codegen: Run, arguments: tuple[str, ...], stdin: str, message: str
) -> None:
    result = codegen("perplexity", *arguments, stdin=stdin)
    assert result.returncode == 2 and message in result.stderr and result.stdout == ""
