"""A running folder: run.json, the results, what scoring and perplexity left."""

from __future__ import annotations

import re
from pathlib import Path

from codegen_cli.errors import UsageError
from codegen_cli.evaluation.report.read.fields import Fields, read_object
from codegen_cli.evaluation.report.read.manifest import read_manifest
from codegen_cli.evaluation.report.read.rows import (
    IDENTIFIERS,
    count_rows,
    prompt_scores,
    tallies,
)
from codegen_cli.evaluation.report.run import Kind, Run, Tally

_NAME = re.compile(r"(samples|results)-t([0-9.]+)\.jsonl")

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
    manifest = read_manifest(folder / "run.json")
    identifier = IDENTIFIERS[manifest.benchmark]
    scored: Tallies = {}
    unscored: dict[float, int] = {}
    for (stem, temperature), path in sorted(_files(folder).items()):
        if stem == "results":
            scored[temperature] = tallies(path, identifier)
        else:
            unscored[temperature] = count_rows(path)
    for temperature, problems in scored.items():
        rows = sum(tally.total for tally in problems.values())
        unscored[temperature] = max(0, unscored.get(temperature, 0) - rows)
    prompts = folder / "perplexity.jsonl"
    summary = folder / "summary.json"
    facts = read_object(summary) if summary.exists() else None
    return Run(
        folder=folder.resolve().name,
        manifest=manifest,
        tallies=scored,
        unscored=unscored,
        prompts=prompt_scores(prompts, identifier) if prompts.exists() else (),
        kinds=_kinds(facts) if facts else {},
        stale=facts is not None and _disagrees(facts, scored),
    )


def _files(folder: Path) -> dict[tuple[str, float], Path]:
    found = {}
    for path in folder.iterdir():
        match = _NAME.fullmatch(path.name)
        if match:
            try:
                found[match[1], float(match[2])] = path
            except ValueError:
                raise UsageError(f'"{path}": no temperature in its name', "rename it") from None
    return found


def _kinds(summary: Fields) -> dict[str, Kind]:
    """Return category and number of turns of the MTPB problems that summary.json lists."""
    return {
        problem.key("id"): Kind(problem.text("category", "") or "none", problem.count("turns"))
        for problem in summary.objects("problems")
        if "turns" in problem.values
    }


def _disagrees(summary: Fields, scored: Tallies) -> bool:
    """Say whether summary.json counts other samples or passes than the results do."""
    every = [tally for problems in scored.values() for tally in problems.values()]
    return (summary.count("passed"), summary.count("total")) != (
        sum(tally.passed for tally in every),
        sum(tally.total for tally in every),
    )
