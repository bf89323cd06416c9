"""What there is to score: problems, samples and where they came from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from codegen_cli.evaluation.benchmark_data import (
    BenchmarkName,
    DataFile,
    load_humaneval,
    load_mtpb,
)
from codegen_cli.evaluation.formats.read_humaneval import read_humaneval
from codegen_cli.evaluation.formats.read_mtpb import read_mtpb
from codegen_cli.evaluation.humaneval.problem import HumanEvalProblem
from codegen_cli.evaluation.humaneval.sample import HumanEvalSample
from codegen_cli.evaluation.mtpb.sample import MtpbSample
from codegen_cli.evaluation.score_folder import (
    RunFolder,
    check_data,
    data_of,
    humaneval_samples,
    is_run_folder,
    mtpb_samples,
    open_run,
)
from codegen_cli.program import Problem

P = TypeVar("P")
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class ScoreInput(Generic[P, S]):
    """Problems and the samples to score; `run` is set when they are a run's.

    `sizes` are the numbers of samples in the run's files.
    """

    problems: Sequence[P]
    samples: Sequence[S]
    data: DataFile
    run: RunFolder | None = None
    sizes: tuple[int, ...] = ()


def humaneval_input(path: Path, data: Path | None) -> ScoreInput[HumanEvalProblem, HumanEvalSample]:
    """Read HumanEval problems and samples, from a run's folder or any format.

    Raises:
        UsageError: one of the files is broken or not what it should be.
    """
    return _read(path, data, "humaneval", load_humaneval, read_humaneval, humaneval_samples)


def mtpb_input(path: Path, data: Path | None) -> ScoreInput[Problem, MtpbSample]:
    """Read MTPB problems and samples, from a run's folder or the release's rows.

    Raises:
        UsageError: one of the files is broken or not what it should be.
    """
    return _read(path, data, "mtpb", load_mtpb, read_mtpb, mtpb_samples)


def _read(
    path: Path,
    data: Path | None,
    benchmark: BenchmarkName,
    load: Callable[[Path | None], tuple[list[P], DataFile]],
    read: Callable[[Path, Sequence[P]], list[S]],
    read_run: Callable[[RunFolder, Sequence[P]], list[list[S]]],
) -> ScoreInput[P, S]:
    if not is_run_folder(path):
        problems, file = load(data)
        return ScoreInput(problems, read(path, problems), file)
    run = open_run(path, benchmark)
    problems, file = load(data or data_of(run))
    check_data(run, file)
    problems = problems[: run.limit]
    files = read_run(run, problems)
    samples: list[Any] = [sample for samples in files for sample in samples]
    return ScoreInput(problems, samples, file, run, tuple(map(len, files)))
