"""The report for machines; docs/evaluation.md lists the keys."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from codegen_cli import __version__
from codegen_cli.evaluation.report import paper
from codegen_cli.evaluation.report.findings.humaneval import PAPER_K, HumanEval
from codegen_cli.evaluation.report.findings.mtpb import Mtpb
from codegen_cli.evaluation.report.findings.perplexity import Perplexity
from codegen_cli.evaluation.report.findings.report import Report
from codegen_cli.evaluation.report.findings.turns import Pair
from codegen_cli.evaluation.report.paper import Metric, Published, counterpart
from codegen_cli.evaluation.significance import Test
from codegen_cli.evaluation.statistics import LEVEL, REPLICATES, SEED

#: Counts up when a key changes its meaning or goes.
FORMAT = 1


def to_json(report: Report) -> str:
    """Return one JSON object; runs are named by their numbers, from 1."""
    whole = {
        "format": FORMAT,
        "version": __version__,
        "method": {"level": LEVEL, "replicates": REPLICATES, "seed": SEED},
        "certainty": paper.CERTAINTY,
        "runs": [_run(report, number) for number in range(len(report.runs))],
        "humaneval": [_humaneval(report, item) for item in report.humaneval],
        "mtpb": [_mtpb(report, item) for item in report.mtpb],
        "turns": [_pair(report, pair) for pair in report.pairs],
        "perplexity": [_perplexity(report, item) for item in report.perplexity],
        "published": [_published(figure) for figure in paper.published()],
    }
    return json.dumps(whole, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _run(report: Report, number: int) -> dict[str, Any]:
    run = report.runs[number]
    return {
        "run": number + 1,
        "folder": run.folder,
        **asdict(run.manifest),
        "complete": not report.incomplete(number),
        "problems_letter": report.letters[number] or None,
        "remarks": [asdict(remark) for remark in report.remarks[number]],
    }


def _humaneval(report: Report, item: HumanEval) -> dict[str, Any]:
    metrics: dict[int, Metric] = {1: "pass@1", 10: "pass@10", 100: "pass@100"}
    beside = {k: _beside(report, item.run, metrics[k]) for k in PAPER_K}
    return {
        "run": item.run + 1,
        "complete": not report.incomplete(item.run),
        "best": {
            str(k): {
                **asdict(best.interval),
                "temperature": best.temperature,
                "temperatures": len(item.temperatures),
                "complete": best.complete,
            }
            for k, best in item.best.items()
        },
        "by_temperature": {
            f"{found.temperature:g}": {
                **{k: v for k, v in asdict(found).items() if k not in ("temperature", "pass_at_k")},
                "pass_at_k": {str(k): asdict(v) for k, v in found.pass_at_k.items()},
            }
            for found in item.temperatures
        },
        "published": {str(k): figure for k, figure in beside.items() if figure} or None,
    }


def _mtpb(report: Report, item: Mtpb) -> dict[str, Any]:
    facts = report.runs[item.run].manifest
    return {
        "run": item.run + 1,
        "complete": not report.incomplete(item.run),
        "turns": facts.turns,
        "mode": facts.mode,
        "temperature": item.temperature,
        "missing": item.missing,
        **asdict(item.overall),
        "by_category": {name: asdict(rate) for name, rate in item.by_category.items()},
        "by_turns": {str(count): asdict(rate) for count, rate in item.by_turns.items()},
        "published": _beside(report, item.run, "pass rate"),
    }


def _pair(report: Report, pair: Pair) -> dict[str, Any]:
    prompts = {**asdict(pair.prompts), "test": _test(pair.prompts.test)} if pair.prompts else None
    return {
        **asdict(pair),
        "multi": pair.multi + 1,
        "single": pair.single + 1,
        "prompts": prompts,
        "published": {
            "multi": _beside(report, pair.multi, "pass rate"),
            "single": _beside(report, pair.single, "pass rate"),
        },
    }


def _perplexity(report: Report, item: Perplexity) -> dict[str, Any]:
    metrics: tuple[Metric, ...] = ("perplexity", "perplexity solved", "perplexity unsolved")
    beside = {metric: _beside(report, item.run, metric) for metric in metrics}
    return {
        **asdict(item),
        "run": item.run + 1,
        "test": _test(item.test),
        "published": {metric: figure for metric, figure in beside.items() if figure} or None,
    }


def _test(test: Test | None) -> dict[str, float] | None:
    """Leave out t, which is infinite where nothing varies: JSON has no such number."""
    if test is None:
        return None
    return {name: value for name, value in asdict(test).items() if name != "t"}


def _beside(report: Report, number: int, metric: Metric) -> dict[str, Any] | None:
    facts = report.runs[number].manifest
    figure = counterpart(facts.model, facts.benchmark, metric, facts.turns)
    return _published(figure) if figure else None


def _published(figure: Published) -> dict[str, Any]:
    """Return a published figure; rates become shares like ours."""
    rate = not figure.metric.startswith("perplexity")
    value = round(figure.value / 100, 6) if rate else figure.value
    note = None if figure.verified else paper.CERTAINTY[figure.certainty]
    return {**asdict(figure), "value": value, "verified": figure.verified, "note": note}
