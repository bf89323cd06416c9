"""What the command line and the TOML file refuse, each in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from data_corpora import run

from codegen_cli.errors import UsageError
from models.data.__main__ import main
from models.data.config import read_config

GOOD = '[corpus.code]\ninputs = ["code"]\n'


def settings(tmp_path: Path, text: str) -> object:
    path = tmp_path / "run.toml"
    path.write_text(text, encoding="utf-8")
    return read_config(path)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the file names no corpus"),
        ("x = ", "cannot read"),
        (GOOD + "[filters]\n", 'the file: unknown key "filters" (did you mean filter?'),
        (GOOD + "filter = {max_lines = 3}\n", 'corpus.code.filter: unknown key "max_lines"'),
        (
            GOOD + 'filter = {max_line = "3"}\n',
            "corpus.code.filter.max_line: '3' is not of type int",
        ),
        (GOOD + "filter = {max_line = true}\n", "max_line: True is not of type int"),
        (GOOD + "filter = {max_line = -1}\n", "max_line: -1 is negative"),
        (GOOD + "[dedup]\nthreshold = 1\n", "dedup.threshold must be in (0, 1)"),
        (GOOD + "[rows]\nrow_length = 1\n", "rows.row_length must be 2 or more"),
        (GOOD + "[rows]\nshuffle_bytes = 0\n", "sizes and counts must be positive"),
        (GOOD + '[read]\ncompression = ".bz2"\n', "read.compression must be"),
        ("workers = 0\n" + GOOD, "workers: 0 is not a positive whole number"),
        ("[corpus.code]\ninputs = []\n", "corpus.code: no inputs"),
        ('[corpus.tokenizer]\ninputs = ["x"]\n', "that is the tokenizer's folder"),
        (GOOD + "[decontaminate]\nwords = 7\n", "decontaminate.words must be 8 or more"),
        ('[corpus."a/b"]\ninputs = ["x"]\n', "corpus.a/b: a name has letters"),
        ("[corpus.c]\ninputs = [{}]\n", "each needs one of `path`, `hub`, `collect`"),
        ('[corpus.c]\ninputs = [{path = "x", hub = "a/b"}]\n', "each needs one of"),
        ('[corpus.c]\ninputs = [{path = "x", languages = ["Pyton"]}]\n', 'the language "Pyton"'),
        ('[corpus.c]\ninputs = [{path = "x", sample = 0}]\n', "sample 0.0 is not in (0, 1]"),
    ],
)
def test_wrong_settings_are_named(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        settings(tmp_path, text)
    assert problem in str(caught.value)


def test_paths_are_relative_to_the_file_and_a_corpus_may_differ(tmp_path: Path) -> None:
    text = '[filter]\nmax_line = 7\n[corpus.a]\ninputs = ["x", "hub:o/n", "collect:nl"]\n'
    found = settings(tmp_path, text + 'filter = {min_bytes = 9}\n[corpus.b]\ninputs = ["/y"]\n')
    a, b = found.corpora  # type: ignore[attr-defined]
    assert (a.filter.max_line, a.filter.min_bytes) == (7, 9) and b.filter.min_bytes == 32
    assert a.inputs[0].path == str(tmp_path / "x") and b.inputs[0].path == "/y"
    assert (a.inputs[1].hub, a.inputs[2].collect) == ("o/n", "nl")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["all", "nowhere.toml"], 'cannot read "nowhere.toml"'),
        (["read", "CONFIG", "--corpus", "other"], 'the file has no corpus "other"'),
        (["read", "CONFIG", "--share", "3/3"], '--share "3/3" is not I/N'),
        (["filter", "CONFIG"], "is not finished"),
        (["read", "CONFIG"], "no such file or folder"),
        (["collect", "--out", "x", "--corpus", "poems"], 'no corpus "poems" can be collected'),
    ],
)
def test_errors_are_one_line_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    arguments: list[str], problem: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "run.toml"
    path.write_text(GOOD)
    code = main([str(path) if one == "CONFIG" else one for one in arguments])
    captured = capsys.readouterr()
    assert code == 2 and captured.out == ""
    assert problem in captured.err and captured.err.count("\n") == 1 and "→" in captured.err


def test_collect_reads_the_corpora_of_this_machine(tmp_path: Path) -> None:
    result = run("collect", "--out", str(tmp_path / "c"), "--sample", "0.01", "--workers", "2")
    assert result.returncode == 0, result.stderr
    for name in ("nl", "multi", "mono"):
        assert list((tmp_path / "c" / name / "read").glob("docs-*.jsonl"))
