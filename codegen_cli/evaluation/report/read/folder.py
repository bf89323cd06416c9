"""A running folder: run.json, the results, what scoring and perplexity left."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from codegen_cli.errors import UsageError
from codegen_cli.evaluation.lines import naming
from codegen_cli.evaluation.report.read.fields import whole_text
from codegen_cli.evaluation.report.read.manifest import read_manifest
from codegen_cli.evaluation.report.read.rows import (
    IDENTIFIERS,
    count_lines,
    prompt_scores,
    tallies,
)
from codegen_cli.evaluation.report.read.summary import SILENT, read_summary
from codegen_cli.evaluation.report.run import Manifest, Run, Summary, Tally
from codegen_cli.evaluation.score_folder import MANIFEST, SUMMARY

_NAME = re.compile(r"(samples|results)-t(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\.jsonl")

Tallies = dict[float, dict[str, Tally]]


def read_runs(folders: list[Path]) -> list[Run]:
    """Read running folders; one that is named twice counts once.

    Raises:
        UsageError: a folder is none, or a file in it is missing or broken.
    """
    return [
        read_run(folder) for folder in {folder.resolve(): folder for folder in folders}.values()
    ]


def read_run(folder: Path) -> Run:
    """Read one running folder; results and perplexities may be missing, run.json may not.

    Raises:
        UsageError: it is no folder, or a file in it is broken.
    """
    if not folder.is_dir():
        raise UsageError(f'no folder "{folder}"', "name folders that codegen eval … --out wrote")
    manifest = read_manifest(folder / MANIFEST)
    identifier = IDENTIFIERS[manifest.benchmark]
    scored: Tallies = {}
    sampled: dict[float, int] = {}
    with naming(folder):
        names = sorted(folder.iterdir())
    for path in names:
        match = _NAME.fullmatch(path.name)
        if match and match[1] == "results":
            scored[float(match[2])] = tallies(path, identifier)
        elif match:
            sampled[float(match[2])] = count_lines(path)
    prompts, summary = folder / "perplexity.jsonl", folder / SUMMARY
    found = read_summary(summary) if summary.exists() else SILENT
    return Run(
        folder=whole_text(folder.resolve().name),
        manifest=_completed(manifest, found),
        tallies=scored,
        unscored={t: max(0, count - _count(scored.get(t, {}))) for t, count in sampled.items()},
        prompts=prompt_scores(prompts, identifier) if prompts.exists() else (),
        summary=found,
    )


def _completed(manifest: Manifest, summary: Summary) -> Manifest:
    """Take from the summary what only scoring knows: its rules and its sandbox."""
    return replace(
        manifest, mode=summary.mode or manifest.mode, sandbox=summary.sandbox or manifest.sandbox
    )


def _count(problems: dict[str, Tally]) -> int:
    return sum(tally.total for tally in problems.values())
