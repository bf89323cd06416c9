"""A run's folder: what is resumed, what is refused, what a broken file costs."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from codegen_cli.engine.records import ModelInfo
from codegen_cli.errors import CodegenError, UsageError
from codegen_cli.evaluation.benchmark_data import DataFile
from codegen_cli.evaluation.collect import collect, missing
from codegen_cli.evaluation.manifest import AdapterUsed, Asked, differences, manifest
from codegen_cli.evaluation.plan import Draw, Unit
from codegen_cli.evaluation.run_folder import (
    RunFolder,
    check_resumable,
    locked,
    read_manifest,
    remove_run,
    write_manifest,
)
from codegen_cli.evaluation.task import Row, Task, Turn, row_of
from codegen_cli.settings import EngineSettings

TEMPERATURES = (0.2, 0.8)


def task(problem: str, sample: int, temperature: float = 0.2) -> Task:
    return Task("humaneval", problem, 0, sample, "", ("p",), "", 9, temperature, 0.95, 7)


def row(of: Task, text: str = "x") -> Row:
    return row_of(of, [Turn("p", text, 1, "eos", None)])


UNITS = [
    Unit(n, tuple(task(f"T/{n}", s, t) for t in TEMPERATURES for s in range(3))) for n in range(4)
]


def source(units: Iterable[Unit]) -> Iterator[Row]:
    """Draw the samples of each unit, the last first."""
    for unit in units:
        yield from (row(of, f"{of.problem} {of.sample}") for of in reversed(unit.tasks))


@contextmanager
def opened(path: Path) -> Iterator[RunFolder]:
    with RunFolder(path, TEMPERATURES) as folder:
        folder.load()
        yield folder


def finish(path: Path) -> bytes:
    with opened(path) as folder:
        assert collect(folder, UNITS, source, lambda _: None)
        return b"".join(folder.samples(t).read_bytes() for t in TEMPERATURES)


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    (tmp_path / "whole").mkdir()
    return finish(tmp_path / "whole")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    return tmp_path / "run"


def test_samples_lie_in_a_file_a_temperature_in_the_order_of_the_plan(whole: bytes) -> None:
    rows = [json.loads(line) for line in whole.splitlines()]
    assert [r["temperature"] for r in rows] == [0.2] * 12 + [0.8] * 12
    assert [(r["task_id"], r["sample"]) for r in rows[:12]] == [
        (f"T/{n}", s) for n in range(4) for s in range(3)
    ]


@pytest.mark.parametrize("count", [0, 1, 5, 6, 7, 17, 23, 24])
@pytest.mark.parametrize(
    "torn", [b"", b'{"task_id": "T/1", "comp', b"\0" * 40, b"\0\0\0\n", b"{\n"]
)
def test_a_run_that_was_stopped_anywhere_ends_with_the_same_files(
    run: Path, whole: bytes, count: int, torn: bytes
) -> None:
    with opened(run) as folder:
        for drawn in islice(source(UNITS), count):
            folder.add(drawn)
    with folder.samples(0.2).open("ab") as stream:
        stream.write(torn)
    assert finish(run) == whole


def test_only_units_that_are_not_whole_are_drawn_again(run: Path) -> None:
    drawn = list[int]()

    def noting(units: Iterable[Unit]) -> Iterator[Row]:
        for unit in units:
            drawn.append(unit.number)
            yield from source([unit])

    with opened(run) as folder:
        for found in source(UNITS[:2]):
            folder.add(found)
        folder.add(row(UNITS[3].tasks[0], "T/3 0"))
        assert [unit.number for unit in missing(folder, UNITS)] == [2, 3]
    for expected in ([2, 3], []):
        drawn.clear()
        with opened(run) as folder:
            assert collect(folder, UNITS, noting, lambda _: None)
        assert drawn == expected and folder.changed == 0


def test_samples_that_come_out_differently_are_counted_and_not_replaced(run: Path) -> None:
    with opened(run) as folder:
        folder.add(row(UNITS[0].tasks[0], "another machine's"))
        assert collect(folder, UNITS, source, lambda _: None)
    assert folder.changed == 1
    assert b"another machine's" in folder.samples(0.2).read_bytes()


def test_an_engine_that_ends_early_leaves_an_incomplete_run(run: Path) -> None:
    heard = list[int]()
    with opened(run) as folder:
        assert not collect(folder, UNITS, lambda units: source([next(iter(units))]), heard.append)
    assert heard == [1, 2, 3, 4, 5, 6]


def test_what_utf8_cannot_hold_is_kept(run: Path) -> None:
    with opened(run) as folder:
        folder.add(row(UNITS[0].tasks[0], "a\0\udc80\u2028\x1b[2J"))
    text = folder.samples(0.2).read_text(encoding="ascii")
    assert text.count("\n") == 1 and json.loads(text)["completion"] == "a\0\udc80\u2028\x1b[2J"
    with opened(run) as folder:
        assert len(folder.known) == 1


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{}\n", "line 1 is no sample of a run"),
        (b"[1]\n", "line 1 is no sample"),
        (b"nonsense\n", "line 1 is no sample"),
        (b'{"task_id": "T/0", "temperature": 0.6, "sample": 0}\n', "a sample at temperature 0.6"),
    ],
)
def test_a_broken_line_in_the_middle_is_refused(run: Path, line: bytes, message: str) -> None:
    good = json.dumps(row(UNITS[0].tasks[0])).encode() + b"\n"
    (run / "samples-t0.2.jsonl").write_bytes(line + good)
    with pytest.raises(UsageError, match=message), opened(run):
        pass


def test_a_sample_of_another_plan_is_refused(run: Path) -> None:
    with opened(run) as folder:
        folder.add(row(task("T/99", 0)))
    with (
        opened(run) as folder,
        pytest.raises(UsageError, match="not of this run: T/99, case 0, sample 0"),
    ):
        collect(folder, UNITS, source, lambda _: None)


def test_a_full_disk_is_one_line_and_the_run_goes_on_later(run: Path, whole: bytes) -> None:
    """/dev/full takes nothing, like a disk without room."""
    (run / "samples-t0.8.jsonl").symlink_to("/dev/full")
    with (
        RunFolder(run, TEMPERATURES) as folder,
        pytest.raises(CodegenError, match="No space left on device.*goes on from here"),
    ):
        collect(folder, UNITS, source, lambda _: None)
    folder.samples(0.8).unlink()
    assert finish(run) == whole


def test_a_folder_of_something_else_is_refused(run: Path) -> None:
    assert read_manifest(run) is None and read_manifest(run / "new") is None
    (run / "thesis.tex").write_text("years")
    with pytest.raises(UsageError, match="something else than a run: thesis.tex"):
        read_manifest(run)
    with pytest.raises(UsageError, match="something else"):
        read_manifest(run, broken=True)
    with pytest.raises(UsageError, match="is not a folder"):
        read_manifest(run / "thesis.tex")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "[" * 100_000])
def test_a_broken_manifest_is_refused_but_can_be_begun_anew(run: Path, text: str) -> None:
    (run / "run.json").write_text(text)
    with pytest.raises(UsageError, match="run.json"):
        read_manifest(run)
    assert read_manifest(run, broken=True) is None


def test_beginning_anew_removes_a_runs_files_and_nothing_else(run: Path) -> None:
    own = ["run.json", "samples-t0.2.jsonl", "results-t0.2.jsonl", "summary.json"]
    own += ["perplexity.jsonl", "samples-t0.jsonl"]
    for name in [*own, "notes.txt", "samples.jsonl", "report.html"]:
        (run / name).write_text("x")
    remove_run(run)
    assert {file.name for file in run.iterdir()} == {"notes.txt", "samples.jsonl", "report.html"}


ASKED = Asked(
    "mtpb",
    DataFile(Path("mtpb.jsonl"), "d" * 64, True),
    115,
    None,
    Draw(4, (0.2,), 0.95, 42),
    EngineSettings(kv_tokens=8192),
    "m" * 64,
    turns="multi",
)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (replace(ASKED, draw=Draw(5, (0.2,), 0.95, 42)), "samples 4, not 5"),
        (replace(ASKED, draw=Draw(4, (0.2, 0.8), 0.95, 42)), "temperatures 0.2, not 0.2, 0.8"),
        (replace(ASKED, draw=Draw(4, (0.2,), 0.9, 42)), "top p 0.95, not 0.9"),
        (replace(ASKED, draw=Draw(4, (0.2,), 0.95, 1)), "seed 42, not 1"),
        (replace(ASKED, draw=Draw(4, (0.2,), 0.95, 42, 9)), "max tokens unset, not 9"),
        (replace(ASKED, limit=3), "limit unset, not 3"),
        (replace(ASKED, turns="single"), "turns multi, not single"),
        (replace(ASKED, stop_rules="terminals"), "stop rules paper, not terminals"),
        (replace(ASKED, model_sha256="n" * 64), "model.sha256 mmmmmmmmmmmm…, not nnnnnnnnnnnn…"),
        (
            replace(ASKED, adapters=(AdapterUsed("a" * 64, 0.5),)),
            "model.adapters unset, not aaaaaaaaaaaa…×0.5",
        ),
        (replace(ASKED, data=DataFile(Path("x"), "e" * 64, False)), "data.sha256 dddddddddddd…"),
        (
            replace(ASKED, settings=EngineSettings(ctx=512, kv_tokens=8192)),
            "context unset, not 512",
        ),
        (replace(ASKED, settings=EngineSettings(kv_tokens=4096)), "cache 8192, not 4096"),
    ],
)
def test_other_settings_are_refused_by_name(changed: Asked, message: str) -> None:
    old = json.loads(json.dumps(ASKED.to_json()))
    assert differences(old, ASKED.to_json()) == []
    with pytest.raises(UsageError, match="--restart") as caught:
        check_resumable(Path("run"), old, changed.to_json())
    assert message in str(caught.value)


def test_all_differences_are_named() -> None:
    other = replace(ASKED, limit=3, turns="single").to_json()
    assert len(differences(ASKED.to_json(), other)) == 2


def test_where_the_data_lies_and_how_many_threads_compute_make_no_other_run() -> None:
    elsewhere = replace(
        ASKED,
        data=DataFile(Path("elsewhere/copy"), "d" * 64, True),
        settings=EngineSettings(kv_tokens=8192, threads=7, gpu_layers="all"),
    )
    assert differences(ASKED.to_json(), elsewhere.to_json()) == []


def test_a_folder_has_one_writer(run: Path) -> None:
    descriptor = os.open(run, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(UsageError, match="another process is writing"), locked(run):
        pass
    os.close(descriptor)
    with locked(run), pytest.raises(UsageError, match="another process"), locked(run):
        pass
    with locked(run):
        pass


def test_a_folder_that_was_made_for_nothing_goes_again(tmp_path: Path, run: Path) -> None:
    with locked(tmp_path / "new"):
        assert (tmp_path / "new").is_dir()
    assert not (tmp_path / "new").exists()
    with locked(run):
        pass
    assert run.is_dir()
    with locked(tmp_path / "used"):
        write_manifest(tmp_path / "used", {"benchmark": "mtpb"})
    assert read_manifest(tmp_path / "used") == {"benchmark": "mtpb"}


def test_a_folder_that_cannot_be_made_is_refused(run: Path) -> None:
    (run / "file").write_text("x")
    with pytest.raises(UsageError, match="cannot make"), locked(run / "file" / "deeper"):
        pass


def test_a_manifest_tells_the_family_of_the_model_and_the_cases_of_the_data() -> None:
    info = ModelInfo("350M-mono", "m.gguf", "Mono", "F16", 1, 1, 1, 2048, 1)
    found = manifest(replace(ASKED, cases=575), info, "CPU", "now")
    assert found["model"]["family"] == "Mono" and found["data"]["cases"] == 575
    assert "cases" not in replace(ASKED, cases=None).to_json()["data"]
