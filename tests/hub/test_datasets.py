"""`python -m models.data read` from a data set on the Hub, streamed in ranges."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Home
from server import Hub

pytest.importorskip("pyarrow")

import pyarrow
import pyarrow.parquet

ROOT = Path(__file__).resolve().parents[2]
REPO = "owner/code"


@pytest.fixture
def data_set(tmp_path: Path, hub: Hub) -> Path:
    """Serve a data set of three data files and a card."""
    folder = tmp_path / "set"
    folder.mkdir()
    rows = [{"content": f"x = {i}\n", "path": f"a/f{i}.py"} for i in range(500)]
    lines = "".join(json.dumps(row) + "\n" for row in rows[:200]).encode()
    (folder / "part-0.jsonl").write_bytes(lines)
    (folder / "part-1.jsonl.gz").write_bytes(gzip.compress(lines))
    pyarrow.parquet.write_table(
        pyarrow.Table.from_pylist(rows), folder / "part-2.parquet", row_group_size=50
    )
    (folder / "README.md").write_text("---\nlicense: mit\n---\n# Code\n")
    (folder / "config.json").write_text("{}")
    hub.repos[REPO] = folder
    return folder


def read(home: Home, config: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the read stage on a config."""
    path = home.path / "run.toml"
    path.write_text(config)
    return subprocess.run(
        [sys.executable, "-m", "models.data", "read", str(path)],
        cwd=ROOT,
        env={**home.environment, "PYTHONPATH": str(ROOT), **variables},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def documents(home: Home) -> list[dict[str, str]]:
    shards = sorted((home.path / "out/c/read").glob("docs-*.jsonl"))
    return [json.loads(line) for shard in shards for line in shard.read_text().splitlines()]


def config(source: str = f'"hub:{REPO}"') -> str:
    return f'out = "out"\n[corpus.c]\ninputs = [{source}]\n'


def test_every_data_file_is_read_and_nothing_is_kept(home: Home, hub: Hub, data_set: Path) -> None:
    result = read(home, config())
    assert result.returncode == 0, result.stderr
    found = documents(home)
    assert len(found) == 200 + 200 + 500
    assert found[0] == {"text": "x = 0\n", "source": "a/f0.py", "language": "Python"}
    assert hub.sent().keys() == {"part-0.jsonl", "part-1.jsonl.gz", "part-2.parquet"}
    assert not home.hub_cache.exists() or not list(home.hub_cache.rglob("part-*"))
    lines = (home.path / "out/c/read/plan.jsonl").read_text()
    plan = [json.loads(line) for line in lines.splitlines()]
    assert {unit["commit"] for unit in plan} == {hub.commit(REPO)}


def test_a_pattern_chooses_files_and_a_column_the_text(
    home: Home, hub: Hub, data_set: Path
) -> None:
    source = f'{{hub = "{REPO}", files = "*.parquet", column = "path"}}'
    result = read(home, config(source))
    assert result.returncode == 0, result.stderr
    assert {one["text"] for one in documents(home)} == {f"a/f{i}.py" for i in range(500)}
    assert hub.sent().keys() == {"part-2.parquet"}
    assert all(seen.range for seen in hub.requests("storage", "GET"))


def test_a_busy_hub_is_asked_again_and_a_dead_one_is_one_line(
    home: Home, hub: Hub, data_set: Path
) -> None:
    hub.faults.status = {"/api/datasets": [(503, {})], "/part-0": [(500, {})]}
    hub.faults.cut = {"part-2.parquet": [900]}
    assert read(home, config()).returncode == 0
    assert len(documents(home)) == 900
    hub.faults.status = {"/api/datasets": [(503, {})] * 99}
    other = read(home, config().replace('"out"', '"other"'))
    assert other.returncode == 1 and "503" in other.stderr.splitlines()[-1]
    assert "Traceback" not in other.stderr


def test_a_file_that_cannot_be_fetched_is_no_damaged_file(
    home: Home, hub: Hub, data_set: Path
) -> None:
    hub.faults.status = {"/part-1": [(403, {})] * 99}
    result = read(home, config())
    assert result.returncode == 3 and "403" in result.stderr.splitlines()[-1]
    assert not (home.path / "out/c/read/report.json").exists()
    hub.faults.status = {}
    sent = hub.sent()["part-0.jsonl"]
    assert read(home, config()).returncode == 0
    assert len(documents(home)) == 900 and hub.sent()["part-0.jsonl"] == sent


@pytest.mark.parametrize(
    ("source", "problem", "code"),
    [
        ('"hub:owner/nothing"', "the Hub has no owner/nothing", 3),
        ('"hub:nothing/at/all"', '"nothing/at/all" is no Hub id', 3),
        (f'{{hub = "{REPO}", revision = "v9"}}', f"{REPO} has no such revision", 3),
        (f'{{hub = "{REPO}", files = "*.csv"}}', 'no JSONL or Parquet file that fits "*.csv"', 2),
    ],
)
def test_what_is_not_there_is_named(
    home: Home, data_set: Path, source: str, problem: str, code: int
) -> None:
    result = read(home, config(source))
    assert result.returncode == code and problem in result.stderr, result.stderr
    assert "Traceback" not in result.stderr


def test_offline_is_one_line(home: Home, data_set: Path) -> None:
    result = read(home, config(), HF_HUB_OFFLINE="1")
    assert result.returncode == 2 and result.stderr.count("\n") == 1
    assert f"HF_HUB_OFFLINE is set, and {REPO} is on the Hub" in result.stderr
