"""What becomes of a benchmark: table, JSON, CSV, picture."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from codegen_cli.bench import plot
from codegen_cli.bench.records import Limits, Result
from codegen_cli.bench.report import Report, to_csv, to_json
from codegen_cli.bench.rows import rows_of
from codegen_cli.bench.table import cells, notes, number, percent, table_of
from codegen_cli.bench.texts import program_of
from codegen_cli.console import THEME
from codegen_cli.errors import CodegenError, UsageError

LIMITS = Limits(read_bytes=10e9, matmul_flops=100e9)
RESULTS = [
    Result("load", "load", "s", (0.01,), note="6 MB"),
    Result("prompt", "prompt 512", "tokens/s", (900.0, 1000.0), tokens=511, flops_per_unit=1e7),
    Result("decode", "decode × 1", "tokens/s", (90.0, 95.0, 100.0), 1, 0, 2e8, 1e7),
    Result("decode", "decode × 4", "tokens/s", (200.0, 210.0), 4, 0, 5e7, 1e7),
]


@pytest.fixture
def report() -> Report:
    return Report(
        machine={"processor": "A CPU", "cpus": 2, "load_average": 0.5},
        versions={"python": "3"},
        model={"name": "nano", "file_type": "Q8_0"},
        settings={"threads": 2, "placement": "CPU"},
        limits=LIMITS,
        peak_memory_bytes=100_000_000,
        rows=rows_of(RESULTS, LIMITS),
    )


def test_json_holds_the_machine_the_limits_and_every_row(report: Report) -> None:
    data: dict[str, Any] = json.loads(to_json(report))
    assert data["limits"] == {"read_bytes": 10e9, "matmul_flops": 100e9}
    assert [row["measure"] for row in data["rows"]] == [result.name for result in RESULTS]
    assert data["rows"][2]["bandwidth_share"] == pytest.approx(1.9)


def test_csv_has_a_header_and_empty_cells_for_what_says_nothing(report: Report) -> None:
    lines = list(csv.DictReader(io.StringIO(to_csv(report.rows))))
    assert len(lines) == 4
    assert lines[0]["gb_per_s"] == "" and lines[0]["note"] == "6 MB"
    assert float(lines[3]["median"]) == 205 and lines[3]["sequences"] == "4"


def test_the_table_fits_eighty_columns(report: Report) -> None:
    stream = io.StringIO()
    Console(file=stream, width=80, theme=THEME).print(table_of(report))
    text = stream.getvalue()
    assert "…" not in text
    assert "decode × 4" in text and "200–210" in text and "measured matmul peak" in text


def test_cells_leave_out_the_spread_of_a_single_value(report: Report) -> None:
    assert cells(report.rows[0]) == ("load", "0.010", "s", "", "", "", "", "")
    assert cells(report.rows[2])[1:4] == ("95.0", "tokens/s", "90.0–100")


def test_more_than_the_memory_can_read_is_explained(report: Report) -> None:
    assert any("caches" in line for line in notes(report))


def test_figures_have_three_digits() -> None:
    shown = [number(v) for v in (0.0, 0.00123, 0.5, 12.345, 99.96, 12345.6, None)]
    assert shown == ["0.0", "0.0012", "0.500", "12.3", "100.", "12346", ""]
    assert [percent(v) for v in (0.001, 0.05, 1.2)] == ["<1%", "5%", "120%"]


@pytest.mark.parametrize("tokens", [1, 17, 64, 500])
def test_a_program_has_the_wanted_size_and_its_own_beginning(tokens: int) -> None:
    def words(text: str) -> int:
        return len(text.split(" "))

    text = program_of(tokens, "7", words)
    assert words(text) == tokens
    assert text.startswith("# 7"[: len(text)])


def test_a_picture_needs_a_known_ending_and_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="neither .png nor .svg"):
        plot.check_plot(Path("a.jpg"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(CodegenError, match=r"codegen-cli\[bench\]"):
        plot.check_plot(Path("a.svg"))


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_a_picture_is_drawn(report: Report, tmp_path: Path, ending: str) -> None:
    pytest.importorskip("matplotlib")
    path = tmp_path / f"speed.{ending}"
    plot.write_plot(path, report)
    assert path.read_bytes().startswith({"svg": b"<?xml", "png": b"\x89PNG"}[ending])
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_failed_picture_leaves_nothing(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def savefig(self, path: Path, **_: object) -> None:
            path.write_bytes(b"half")
            raise KeyboardInterrupt

    monkeypatch.setattr(plot, "_figure", lambda _: Broken())
    with pytest.raises(KeyboardInterrupt):
        plot.write_plot(tmp_path / "a.png", report)
    assert list(tmp_path.iterdir()) == []
