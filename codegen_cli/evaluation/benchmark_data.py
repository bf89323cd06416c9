"""Where the benchmark files are: given, or in the user's data folder with the right checksum."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from codegen_cli import paths
from codegen_cli.errors import UsageError
from codegen_cli.evaluation.humaneval.problem import HumanEvalProblem, parse_problems
from codegen_cli.evaluation.lines import check_regular, naming, read_records, read_text
from codegen_cli.program import Problem, parse_jsonl

BenchmarkName = Literal["humaneval", "mtpb"]

_BLOCK = 1 << 20
#: mtpb.jsonl has 88 kB.
_MOST_MTPB_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Published:
    """A benchmark's file as it was published."""

    file_name: str
    source: str
    sha256: str


PUBLISHED: dict[BenchmarkName, Published] = {
    "humaneval": Published(
        "HumanEval.jsonl.gz",
        "data/HumanEval.jsonl.gz of github.com/openai/human-eval",
        "b796127e635a67f93fb35c04f4cb03cf06f38c8072ee7cee8833d7bee06979ef",
    ),
    "mtpb": Published(
        "mtpb.jsonl",
        "codegen1/benchmark/mtpb.jsonl of github.com/salesforce/CodeGen",
        "3ab79ddb160f484a63491330ba72204930d56cc946f7c0c5fb469622a941f89c",
    ),
}


@dataclass(frozen=True, slots=True)
class DataFile:
    """The file that the problems came from; `published` says whether it is the original."""

    path: Path
    sha256: str
    published: bool


def load_humaneval(data: Path | None) -> tuple[list[HumanEvalProblem], DataFile]:
    """Read HumanEval problems from `data`, or from the user's copy of the published file.

    Raises:
        UsageError: there is no file, or a line of it is wrong.
    """
    file = find("humaneval", data)
    with naming(file.path):
        return parse_problems(read_records(file.path)), file


def load_mtpb(data: Path | None) -> tuple[list[Problem], DataFile]:
    """Read MTPB problems from `data`, or from the user's copy of the published file.

    Raises:
        UsageError: there is no file, or a line of it is wrong.
    """
    file = find("mtpb", data)
    with naming(file.path):
        problems = parse_jsonl(read_text(file.path, _MOST_MTPB_BYTES))
        if not problems:
            raise UsageError("there is no problem in it", "one JSON object a line")
    return problems, file


def find(benchmark: BenchmarkName, data: Path | None) -> DataFile:
    """Return the file to read and its checksum.

    Raises:
        UsageError: no file was given and the user's folder has no true copy.
    """
    published = PUBLISHED[benchmark]
    if data is not None:
        check_regular(data)
        with naming(data):
            sha256 = _sha256(data)
        return DataFile(data, sha256, sha256 == published.sha256)
    path = paths.data_dir() / "benchmarks" / published.file_name
    hint = f"give --data FILE, or put {published.source} there (sha256 {published.sha256})"
    if not path.is_file():
        raise UsageError(f'no benchmark file: "{path}" is not there', hint)
    with naming(path):
        sha256 = _sha256(path)
    if sha256 != published.sha256:
        raise UsageError(f'"{path}" is not the published file: its sha256 is {sha256}', hint)
    return DataFile(path, sha256, True)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
