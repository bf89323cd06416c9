"""A stage: units of work over shards, each written whole, remembered, and summed up in a report.

A stage has a folder. `stage.json` says what it was asked for; `unit-00000.json` says that a unit is
done, and is written after the unit's files; `report.json` says that the stage is done. After a
`kill -9` the units that are done stay, the others are done again: each depends on its input and the
settings alone, so the bytes are the same, whatever was killed and however many workers there are.
"""

from __future__ import annotations

import functools
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from codegen_cli.errors import CodegenError, UsageError
from codegen_cli.files import write_output
from codegen_cli.registry.fingerprint import sha256
from models.data.memory import peak_bytes
from models.data.tally import Tally, from_record
from models.data.workers import run_jobs

T = TypeVar("T")

#: Raised when a stage makes other bytes of the same input and settings.
FORMAT = 1

Json = dict[str, Any]

#: Does a unit: writes files named after its number into a folder, and returns their names.
Work = Callable[[Path, int, T], tuple[list[str], Tally]]


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a stage's units that this machine does: those of number `index` modulo `of`."""

    index: int = 0
    of: int = 1


@dataclass(frozen=True, slots=True)
class Stage:
    """The folder of a stage, what it was asked for, and the identity of what it reads."""

    name: str
    folder: Path
    settings: Json
    inputs: str

    def open(self) -> Json | None:
        """Make the folder ready and return the report where the stage is done already.

        Raises:
            UsageError: the folder holds what was made with other settings or of other input.
        """
        wanted = {"stage": self.name, "format": FORMAT, "inputs": self.inputs, **self.settings}
        wanted = json.loads(json.dumps(wanted))
        path = self.folder / "stage.json"
        self.folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            write_output(path, shown(wanted))
        found = load(path)
        other = [key for key in {**wanted, **found} if wanted.get(key) != found.get(key)]
        if other:
            key = other[0]
            what = "other input" if key == "inputs" else f"{key} {found.get(key)!r}"
            now = "" if key == "inputs" else f", now it is {wanted.get(key)!r}"
            raise UsageError(
                f'"{self.folder}" was made with {what}{now}',
                "remove it and the folders of later stages, or give another `out`",
            )
        report = self.folder / "report.json"
        return load(report) if report.exists() else None

    def run(
        self,
        work: Work[T],
        units: Iterable[T],
        total: int,
        workers: int,
        share: Share,
        on_unit: Callable[[int, int], None],
    ) -> Json | None:
        """Do the units that are not done, and return the report, None where others' are missing.

        Raises:
            CodegenError: what the work raises; a worker was killed.
        """
        began = time.monotonic()
        self._tidy(share)
        do = functools.partial(_do, work, self.folder)
        done = sum(1 for number in range(total) if self._is_done(number))
        on_unit(done, total)
        try:
            for _ in run_jobs(do, self._open_units(units, share), workers):
                done += 1
                on_unit(done, total)
        finally:
            self._tidy(share)
        if any(not self._is_done(number) for number in range(total)):
            return None
        report = self._report(total, workers, time.monotonic() - began)
        write_output(self.folder / "report.json", shown(report))
        return report

    def _open_units(self, units: Iterable[T], share: Share) -> Iterator[tuple[int, T]]:
        for number, unit in enumerate(units):
            if number % share.of == share.index and not self._is_done(number):
                yield number, unit

    def _is_done(self, number: int) -> bool:
        path = unit_path(self.folder, number)
        if not path.exists():
            return False
        files = load(path)["files"]
        sizes = {entry["name"]: entry["bytes"] for entry in files}
        with suppress(OSError):
            return all((self.folder / name).stat().st_size == n for name, n in sizes.items())
        return False

    def _tidy(self, share: Share) -> None:
        """Remove what a killed run or worker left half-written; others may be at work beside."""
        if share.of > 1:
            return
        for path in self.folder.glob(".*.part"):
            path.unlink(missing_ok=True)

    def _report(self, total: int, workers: int, wall: float) -> Json:
        tally, files, peak, seconds = Tally(), [], peak_bytes(), 0.0
        for number in range(total):
            unit = load(unit_path(self.folder, number))
            tally.add(from_record(unit["tally"]))
            files += unit["files"]
            peak = max(peak, unit["peak_bytes"])
            seconds += unit["cpu_seconds"]
        return {
            "stage": self.name,
            **tally.record(),
            "units": total,
            "workers": workers,
            "wall_seconds": round(wall, 3),
            "cpu_seconds": round(seconds, 3),
            "mb_per_cpu_second": round(tally.bytes_in / 1e6 / max(seconds, 1e-6), 3),
            "peak_bytes": peak,
            "sha256": identity(files),
            "files": files,
        }


def _do(work: Work[T], folder: Path, job: tuple[int, T]) -> int:
    number, unit = job
    began = time.process_time()
    names, tally = work(folder, number, unit)
    files = [
        {"name": n, "bytes": (folder / n).stat().st_size, "sha256": sha256(folder / n)}
        for n in names
    ]
    record = {
        "files": files,
        "tally": tally.record(),
        "cpu_seconds": round(time.process_time() - began, 4),
        "peak_bytes": peak_bytes(),
    }
    write_output(unit_path(folder, number), shown(record))
    return number


def unit_path(folder: Path, number: int) -> Path:
    """Return the file that says that a unit is done."""
    return folder / f"unit-{number:05d}.json"


def outputs(folder: Path) -> list[Path]:
    """Return the files that a finished stage made, in their order.

    Raises:
        UsageError: it is not finished.
    """
    return [folder / entry["name"] for entry in finished(folder)["files"]]


def documents_in(folder: Path) -> list[Path]:
    """Return the shards of documents that a finished stage made.

    Raises:
        UsageError: it is not finished.
    """
    return [path for path in outputs(folder) if path.name.startswith("docs-")]


def finished(folder: Path) -> Json:
    """Return the report of a finished stage.

    Raises:
        UsageError: it is not finished.
    """
    path = folder / "report.json"
    if not path.exists():
        raise UsageError(f'the stage in "{folder}" is not finished', "run it first")
    return load(path)


def identity(files: list[Json]) -> str:
    """Return the hash of the names and hashes of files."""
    text = "".join(f"{entry['sha256']}  {entry['name']}\n" for entry in files)
    return hashlib.sha256(text.encode()).hexdigest()


def load(path: Path) -> Json:
    """Read a JSON object of our own.

    Raises:
        CodegenError: it is damaged.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(data, dict):
            return data
        problem = "no JSON object"
    except (OSError, ValueError) as error:
        problem = str(error)
    raise CodegenError(f'cannot read "{path}": {problem}', "remove this file and run again")


def shown(record: Json) -> str:
    """Return a record as text for a file."""
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"
