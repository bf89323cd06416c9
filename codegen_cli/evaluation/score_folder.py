"""Score a run's folder: its samples by temperature in, results and a summary out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen_cli.errors import UsageError
from codegen_cli.evaluation.benchmark_data import BenchmarkName, DataFile
from codegen_cli.evaluation.formats.read_humaneval import read_rows
from codegen_cli.evaluation.formats.read_mtpb import RowReader
from codegen_cli.evaluation.humaneval.sample import HumanEvalSample
from codegen_cli.evaluation.lines import naming, read_text, write_rows
from codegen_cli.evaluation.mtpb.sample import MtpbSample
from codegen_cli.evaluation.score import HumanEvalScore, MtpbScore
from codegen_cli.files import write_output
from codegen_cli.program import Problem

MANIFEST = "run.json"
SUMMARY = "summary.json"
_SAMPLES, _RESULTS = "samples-", "results-"


@dataclass(frozen=True, slots=True)
class RunFolder:
    """A folder that `codegen eval humaneval|mtpb --out` made, and what its manifest says."""

    path: Path
    manifest: dict[str, Any]

    @property
    def limit(self) -> int | None:
        """Return how many problems the run was limited to."""
        limit = self.manifest.get("limit")
        return limit if isinstance(limit, int) else None

    @property
    def turns(self) -> str | None:
        """Return how MTPB was sampled: "multi" or "single"."""
        turns = self.manifest.get("turns")
        return turns if isinstance(turns, str) else None

    def files(self) -> list[Path]:
        """Return the sample files, one a temperature."""
        return sorted(self.path.glob(f"{_SAMPLES}*.jsonl"))


def is_run_folder(path: Path) -> bool:
    """Say whether a path is a run's folder."""
    return (path / MANIFEST).is_file()


def open_run(path: Path, benchmark: BenchmarkName) -> RunFolder:
    """Read a run's manifest.

    Raises:
        UsageError: it is broken, of another benchmark, or without samples.
    """
    with naming(path / MANIFEST):
        try:
            manifest = json.loads(read_text(path / MANIFEST))
        except (ValueError, RecursionError) as error:
            raise UsageError(f"not JSON: {error}", "the folder is damaged") from error
        found = manifest.get("benchmark") if isinstance(manifest, dict) else None
        if found != benchmark:
            raise UsageError(f"a run of {found!r}", f"codegen eval score {found}")
    run = RunFolder(path, manifest)
    if not run.files():
        raise UsageError(f'no samples in "{path}"', "finish the run first")
    return run


def data_of(run: RunFolder) -> Path | None:
    """Return the data file that the run was made from, if it is still where it was."""
    data = run.manifest.get("data")
    path = data.get("path") if isinstance(data, dict) else None
    return Path(path) if isinstance(path, str) and Path(path).is_file() else None


def check_data(run: RunFolder, data: DataFile) -> None:
    """Refuse to score a run with other data than it was made from.

    Raises:
        UsageError: the checksums differ.
    """
    recorded = run.manifest.get("data")
    sha256 = recorded.get("sha256") if isinstance(recorded, dict) else None
    if isinstance(sha256, str) and sha256 != data.sha256:
        raise UsageError(
            f'"{data.path}" (sha256 {data.sha256}) is not what the run was made from ({sha256})',
            "give that file as --data",
        )


def humaneval_samples(run: RunFolder, _problems: object) -> list[list[HumanEvalSample]]:
    """Read the samples of each file; a torn last line is dropped, as on resuming."""
    files = []
    for path in run.files():
        with naming(path):
            files.append(list(read_rows(path, torn=True)))
    return files


def mtpb_samples(run: RunFolder, problems: Sequence[Problem]) -> list[list[MtpbSample]]:
    """Read the samples of each file; a torn last line is dropped, as on resuming."""
    reader = RowReader(problems)
    files = []
    for path in run.files():
        with naming(path):
            files.append(list(reader.read(path, torn=True)))
    return files


def write_scores(
    run: RunFolder,
    sizes: Sequence[int],
    score: HumanEvalScore | MtpbScore,
    about: Mapping[str, Any],
) -> None:
    """Write `results-*.jsonl` beside the samples, then `summary.json`, each whole.

    `sizes` are the numbers of samples of the files, in their order; `about` goes into the summary.
    """
    rows = iter(score.rows())
    for path, size in zip(run.files(), sizes, strict=True):
        name = path.name.replace(_SAMPLES, _RESULTS, 1)
        write_rows(path.with_name(name), (next(rows) for _ in range(size)))
    text = json.dumps({**about, **score.to_json()}, ensure_ascii=False, indent=2) + "\n"
    write_output(run.path / SUMMARY, text)
