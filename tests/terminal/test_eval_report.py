"""`codegen eval report` as a real process, over made-up runs."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from eval_runs import Fake, mtpb, write_run
from process import Run


@pytest.fixture
def runs(tmp_path: Path) -> list[str]:
    fakes = [Fake(problems=10, samples=3), mtpb(problems=6, samples=1)]
    return [str(write_run(tmp_path / f"run{n}", fake)) for n, fake in enumerate(fakes)]


def test_the_page_is_named_on_stdout_and_all_else_on_stderr(
    codegen: Run, runs: list[str], tmp_path: Path
) -> None:
    result = codegen("eval", "report", *runs)
    assert result.returncode == 0, result.stderr
    assert result.stdout == "report/report.html\n"
    assert "wrote report.md" in result.stderr
    files = {path.name for path in (tmp_path / "report").iterdir()}
    assert {"report.md", "report.html", "report.json"} <= files


def test_json_prints_the_report_and_writes_only_where_told(
    codegen: Run, runs: list[str], tmp_path: Path
) -> None:
    result = codegen("eval", "report", *runs, "--json")
    assert len(json.loads(result.stdout)["runs"]) == 2
    assert not (tmp_path / "report").exists()
    again = codegen("eval", "report", *runs, "--json", "--out", "there")
    assert again.stdout == result.stdout == (tmp_path / "there" / "report.json").read_text()


def test_an_earlier_report_is_replaced(codegen: Run, runs: list[str], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    plots = tmp_path / "report" / "plots"
    codegen("eval", "report", *runs)
    assert any(plot.name.startswith("mtpb-") for plot in plots.iterdir())
    (plots / "mine.svg").write_text("kept")
    codegen("eval", "report", runs[0])
    assert 'id="mtpb"' not in (tmp_path / "report" / "report.html").read_text()
    assert not any(plot.name.startswith("mtpb-") for plot in plots.iterdir())
    assert (plots / "mine.svg").read_text() == "kept"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], 'no folder "nowhere"'),
        (["."], "run.json"),
        ([], "Missing argument"),
    ],
)
def test_what_is_no_run_is_one_line_and_writes_nothing(
    codegen: Run, tmp_path: Path, arguments: list[str], message: str
) -> None:
    result = codegen("eval", "report", *arguments)
    assert result.returncode == 2 and result.stdout == ""
    assert message in result.stderr and len(result.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "report").exists()


def test_one_broken_run_among_good_ones_is_named(
    codegen: Run, runs: list[str], tmp_path: Path
) -> None:
    (tmp_path / "run1" / "results-t0.2.jsonl").write_text('{"id": "1"}\n')
    result = codegen("eval", "report", *runs)
    assert result.returncode == 2
    assert 'run1/results-t0.2.jsonl": line 1: "sample" is missing' in result.stderr
    assert not (tmp_path / "report").exists()


def test_a_folder_that_cannot_be_made_is_refused(
    codegen: Run, runs: list[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("mine")
    for out in ("file", "no/such/place"):
        result = codegen("eval", "report", *runs, "--out", out)
        assert result.returncode == 2 and "cannot make folder" in result.stderr
    assert (tmp_path / "file").read_text() == "mine"


def test_without_matplotlib_there_are_tables_and_a_way_to_the_plots(
    codegen: Run, runs: list[str], tmp_path: Path
) -> None:
    # A module that hides the real one, as in an installation without the extra.
    block = tmp_path / "sitecustomize.py"
    block.write_text(
        "import importlib.util as u\nfind = u.find_spec\n"
        "u.find_spec = lambda n, *a: None if n == 'matplotlib' else find(n, *a)\n"
    )
    path = f"{tmp_path}:{':'.join(p for p in sys.path if p)}"
    result = codegen("eval", "report", *runs, PYTHONPATH=path)
    assert result.returncode == 0, result.stderr
    assert "pip install 'codegen-cli[report]'" in result.stderr
    assert "No plots" in (tmp_path / "report" / "report.md").read_text()
    assert not (tmp_path / "report" / "plots").exists()
