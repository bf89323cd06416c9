"""summary.json: what only scoring knows. The counts are taken from the results themselves."""

from __future__ import annotations

import re
from pathlib import Path

from codegen_cli.evaluation.lines import naming
from codegen_cli.evaluation.report.read.fields import Fields, read_object
from codegen_cli.evaluation.report.read.rows import check_file
from codegen_cli.evaluation.report.run import Kind, Summary

_K = re.compile(r"[1-9][0-9]{0,5}")

#: Of a run that was never scored.
SILENT = Summary("", "", None, {}, {}, None, 0)


def read_summary(path: Path) -> Summary:
    """Return what a report takes from summary.json.

    Raises:
        UsageError: it cannot be read, or a field is wrong.
    """
    check_file(path)
    with naming(path):
        fields = read_object(path)
        strict = fields.inner("strict")
        return Summary(
            mode=fields.text("mode", ""),
            sandbox=fields.inner("sandbox").text("tier", ""),
            counts=(fields.count("passed"), fields.count("total")),
            kinds=_kinds(fields),
            plus=_plus(fields.inner("plus").inner("pass_at_k")),
            strict=strict.number("pass_rate") if strict.values else None,
            overflows=fields.optional_count("context_overflows") or 0,
        )


def _kinds(summary: Fields) -> dict[str, Kind]:
    """Return category and number of turns of each MTPB problem."""
    return {
        problem.key("id"): Kind(problem.text("category", "") or "none", problem.count("turns"))
        for problem in summary.objects("problems")
        if "turns" in problem.values
    }


def _plus(fields: Fields) -> dict[str, float]:
    return {k: fields.number(k) for k in fields.values if _K.fullmatch(k)}
