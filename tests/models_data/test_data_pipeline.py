"""Whole runs in processes of their own: the same bytes however made, and after any kill."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tokenizers")
pytest.importorskip("datasketch")
pytest.importorskip("pyarrow")

from data_corpora import hashes, run, start, write_config, write_folder

from models.data.tokenizer.load import load


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an undisturbed run with one worker."""
    folder = tmp_path_factory.mktemp("clean")
    config = configured(folder)
    result = run("all", str(config))
    assert result.returncode == 0, result.stderr
    return folder


def configured(folder: Path) -> Path:
    write_folder(folder / "code", 120)
    benchmark = {"id": 1, "prompts": ["Add {n} to the total. Return the queue of the window now."]}
    (folder / "m.jsonl").write_text(json.dumps(benchmark) + "\n")
    return write_config(folder, [{"path": "code"}], decontaminate={"benchmarks": ["m.jsonl"]})


def units(out: Path) -> int:
    return sum(1 for _ in out.rglob("unit-*.json"))


def products(folder: Path) -> dict[str, str]:
    """Return the hashes of a run's products but the plan, which holds the place of the input."""
    found = hashes(folder / "out")
    del found["code/read/plan.jsonl"]
    return found


def test_rows_are_documents_shuffled_and_cut(clean: Path) -> None:
    rows = clean / "out/code/rows"
    manifest = json.loads((rows / "manifest.json").read_text())
    array = np.concatenate([np.load(rows / shard["rows"]) for shard in manifest["shards"]])
    tokenizer = load(clean / "out/tokenizer")
    assert array.shape == (manifest["rows"], manifest["row_length"]) == (manifest["rows"], 128)
    assert array.dtype == manifest["dtype"] == "uint16" and len(manifest["shards"]) > 3
    assert manifest["tokens"] == array.size and manifest["vocab_size"] == tokenizer.size
    assert manifest["eos_id"] == tokenizer.end_of_text
    assert manifest["tokenizer_sha256"] == tokenizer.sha256
    text = tokenizer.encoder.decode(array.reshape(-1).tolist(), skip_special_tokens=False)
    documents = text.split("<|endoftext|>")[:-1]
    sources = {path.read_text() for path in (clean / "code").rglob("*.py")}
    assert len(documents) >= 80 and set(documents) <= sources
    assert len(set(documents)) == len(documents)
    in_order = [path.read_text() for path in sorted((clean / "code").rglob("*.py"))]
    assert [one for one in in_order if one in set(documents)] != documents
    for shard in manifest["shards"]:
        assert shard["weights"] is None
        assert hashes(rows)[shard["rows"]] == shard["sha256"]


def test_reports_add_up(clean: Path) -> None:
    out = clean / "out/code"
    stages = ("read", "filter", "dedup/documents", "decontaminate", "tokens")
    reports = [json.loads((out / name / "report.json").read_text()) for name in stages]
    before = 120
    for report in reports:
        assert report["kept"] + sum(report["dropped"].values()) == before
        assert report["peak_bytes"] > 10**6 and report["mb_per_cpu_second"] > 0
        before = report["kept"]
    assert reports[2]["dropped"] == {"exact duplicate": 12, "near duplicate": 12}


@pytest.mark.parametrize("workers", ["2", "3"])
def test_workers_give_the_bytes_of_one(clean: Path, tmp_path: Path, workers: str) -> None:
    config = configured(tmp_path)
    result = run("all", str(config), "--workers", workers)
    assert result.returncode == 0, result.stderr
    assert products(tmp_path) == products(clean)


def test_machines_that_share_the_units_give_the_bytes_of_one(clean: Path, tmp_path: Path) -> None:
    config = configured(tmp_path)
    for stage in ("read", "filter"):
        for share in ("0/3", "2/3", "1/3"):
            result = run(stage, str(config), "--share", share)
            assert result.returncode == 0, result.stderr
    early = run("dedup", str(config), "--share", "0/2")
    assert early.returncode == 0 and "part 0 of 2 is done" in early.stderr
    late = run("decontaminate", str(config))
    assert late.returncode == 2 and "is not finished" in late.stderr
    assert run("all", str(config)).returncode == 0
    assert products(tmp_path) == products(clean)


def killed(config: Path, out: Path, more: int, *options: str) -> bool:
    """Run until so many more units are done, then kill -9; say whether it was still running."""
    before = units(out)
    process = start("all", str(config), *options)
    try:
        while process.poll() is None and units(out) < before + more:
            time.sleep(0.002)
        alive = process.poll() is None
        children = list(workers_of(process.pid)) if alive else []
    finally:
        process.kill()
        process.communicate(timeout=60)
    for child in children:
        wait_for_end(child)
    return alive


def workers_of(parent: int) -> Iterator[int]:
    path = Path(f"/proc/{parent}/task/{parent}/children")
    if path.exists():
        yield from map(int, path.read_text().split())


def wait_for_end(process: int) -> None:
    for _ in range(1000):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        if Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return
        time.sleep(0.01)
    raise AssertionError(f"the worker {process} outlives the run")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_after_kill_9_at_many_points_the_bytes_are_the_same(
    clean: Path, tmp_path: Path, workers: str
) -> None:
    config = configured(tmp_path)
    total = units(clean / "out")
    kills = 0
    while killed(config, tmp_path / "out", total // 7, "--workers", workers):
        kills += 1
    assert kills >= 5
    assert run("all", str(config)).returncode == 0
    assert products(tmp_path) == products(clean)
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds the workers in /proc")
def test_a_killed_worker_is_one_line_and_the_run_goes_on(clean: Path, tmp_path: Path) -> None:
    config = configured(tmp_path)
    process = start("all", str(config), "--workers", "2")
    workers: list[int] = []
    while process.poll() is None and not workers:
        workers = [one for one in workers_of(process.pid) if b"spawn_main" in command_of(one)]
        time.sleep(0.002)
    os.kill(workers[0], signal.SIGKILL)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1 and "error: a worker was killed → give it more memory" in err
    assert "Traceback" not in err
    assert run("all", str(config)).returncode == 0
    assert products(tmp_path) == products(clean)


def command_of(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def test_half_written_and_shortened_files_are_made_again(clean: Path, tmp_path: Path) -> None:
    shutil.copytree(clean, tmp_path, dirs_exist_ok=True)
    filtered = tmp_path / "out/code/filter"
    (filtered / ".docs-00000-0000.jsonl.1.part").write_bytes(b"half")
    first = sorted(filtered.glob("docs-*"))[0]
    first.write_bytes(first.read_bytes()[:-5])
    (filtered / "report.json").unlink()
    result = run("filter", str(tmp_path / "run.toml"))
    assert result.returncode == 0, result.stderr
    assert products(tmp_path) == products(clean)


def test_ctrl_c_ends_with_130_and_the_run_goes_on(clean: Path, tmp_path: Path) -> None:
    config = configured(tmp_path)
    out = tmp_path / "out"
    process = start("all", str(config), "--workers", "2")
    while units(out) < 4 and process.poll() is None:
        time.sleep(0.002)
    # A terminal sends it to the workers too.
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and "error: interrupted" in err and "Traceback" not in err
    assert not list(tmp_path.rglob("*.part"))
    assert run("all", str(config)).returncode == 0
    assert products(tmp_path) == products(clean)


def test_a_finished_run_does_nothing_and_other_settings_are_refused(clean: Path) -> None:
    config = clean / "run.toml"
    before = hashes(clean / "out")
    again = run("all", str(config))
    assert again.returncode == 0 and again.stderr.count("done before") == 11
    text = config.read_text()
    config.write_text(text + "dedup = {threshold = 0.8}\n")
    other = run("all", str(config))
    config.write_text(text)
    assert other.returncode == 2
    assert "was made with threshold 0.85, now it is 0.8" in other.stderr
    assert hashes(clean / "out") == before


def test_shards_of_finished_stages_may_go(tmp_path: Path) -> None:
    config = configured(tmp_path)
    assert run("all", str(config)).returncode == 0
    out = tmp_path / "out"
    for path in [*out.rglob("docs-*"), *out.rglob("*.npy")]:
        if path.parent.name != "rows":
            path.unlink()
    again = run("all", str(config))
    assert again.returncode == 0 and again.stderr.count("done before") == 11


def test_the_report_is_a_table_on_stdout(clean: Path) -> None:
    result = run("report", str(clean / "run.toml"))
    lines = result.stdout.splitlines()
    assert result.returncode == 0 and lines[0].startswith("| stage | kept | dropped |")
    assert [line.split(" | ")[0] for line in lines[2:4]] == ["| code/read", "| code/filter"]
    assert "exact duplicate 12, near duplicate 12" in result.stdout


@pytest.mark.parametrize("compression", ["", ".gz", ".zst"])
def test_weighted_documents_become_weighted_rows(tmp_path: Path, compression: str) -> None:
    lines = []
    for i in range(60):
        comment, code = f"# Add {i} to the total.\n", f"total = total + {i}\nprint(total)\n\n"
        spans = [[0, len(comment), 0.25]]
        lines.append({"text": comment + code, "source": f"p{i}", "weights": spans})
    (tmp_path / "docs.jsonl").write_text("\n".join(map(json.dumps, lines)))
    config = write_config(
        tmp_path,
        ["docs.jsonl"],
        tokenizer={"vocab_size": 262},
        read={"compression": compression},
        dedup={"near": False},
        rows={"row_length": 64, "pad_last": True},
    )
    result = run("all", str(config))
    assert result.returncode == 0, result.stderr
    rows = tmp_path / "out/code/rows"
    shard = json.loads((rows / "manifest.json").read_text())["shards"][0]
    weights = np.load(rows / shard["weights"]).reshape(-1)
    ids = np.load(rows / shard["rows"]).reshape(-1)
    encoder = load(tmp_path / "out/tokenizer").encoder
    light = encoder.decode(ids[weights == 64].tolist(), skip_special_tokens=False)
    assert sorted(light.splitlines()) == sorted(f"# Add {i} to the total." for i in range(60))
    assert set(weights.tolist()) == {0, 64, 255} and weights[-1] == 0
