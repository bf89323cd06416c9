"""`codegen bench` as a real process, on the packaged model."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from process import Run


def test_quick_json_measures_everything(codegen: Run) -> None:
    result = codegen("bench", "--quick", "--json")
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["model"]["name"] == "nano" and report["settings"]["threads"] == 1
    assert report["limits"]["read_bytes"] > 1e8 and report["limits"]["matmul_flops"] > 1e8
    assert report["peak_memory_bytes"] > report["model"]["size"]
    rows = {row["measure"]: row for row in report["rows"]}
    groups = {row["group"] for row in report["rows"]}
    assert groups == {"load", "prompt", "decode", "candidates", "turn", "speculation"}
    assert all(0 < row["low"] <= row["median"] <= row["high"] for row in report["rows"])
    assert {"decode × 1", "decode × 4", "decode × 16", "decode × 64"} <= set(rows)
    assert rows["next turn"]["tokens"] < 40 < 400 < rows["first turn"]["tokens"]
    assert rows["decode × 4"]["gb_per_s"] and rows["decode × 4"]["peak_share"]


def test_csv_is_a_table_on_stdout_alone(codegen: Run) -> None:
    result = codegen("bench", "--quick", "--csv")
    lines = list(csv.DictReader(io.StringIO(result.stdout)))
    assert {line["unit"] for line in lines} >= {"s", "tokens/s", "answers/s"}
    assert "nano" in result.stderr


def test_contradictions_are_refused_before_anything_is_measured(codegen: Run) -> None:
    both = codegen("bench", "--json", "--csv")
    assert both.returncode == 2 and "exclude each other" in both.stderr
    ending = codegen("bench", "--plot", "speed.jpg")
    assert ending.returncode == 2 and ending.stdout == ""


def test_ctrl_c_ends_with_130_and_leaves_nothing(
    environment: dict[str, str], tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "codegen_cli", "bench"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert "nano" in process.stderr.readline()
    time.sleep(0.5)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130 and out == ""
    assert "interrupted" in err
