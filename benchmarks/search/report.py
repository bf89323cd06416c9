"""The tables of a measurement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.search.measure import ALL_CASES, Row
from benchmarks.search.statistics import by_problem, gain, rate, shown
from benchmarks.search.strategies import GREEDY, SINGLE, WIDTH
from benchmarks.search.with_cases import KNOWN, ONE_SAMPLE
from codegen_cli.evaluation.statistics import REPLICATES, Interval

HEAD = """\
# What running candidates is worth

Written by `python -m benchmarks.search`: {model}, {placement}, sandbox {tier}, version {version}; \
{problems} held-out problems of `benchmarks.heldout` ({problems_sha256}), {seeds} seed(s).

- Every case is written by itself; the expected outputs only judge the finished programs, by the \
strict rules of `codegen eval mtpb`.
- "single sample" is the mean of {width} programs; "likeliest" and "commonest" choose among these \
by the mean log-probability of their tokens, or by the largest group that behaves alike; \
"any passes" is what a perfect choice would reach.
- `-n {width}` chooses each step's answer by log-probability, with `--execute` by running it.
- In brackets the 95 % interval of {draws} draws of problems; gains are points, paired by \
problem on the cases that both were measured on.
- "tokens" is what the model sampled for one case; "fails" is the share of finished programs that \
do not run to their end."""

WITH_CASES_HEAD = """\
## With some outputs known

All cases of a problem side by side, as with `--cases`; the search sees the outputs of the first \
{known}, the score is that of the others."""

#: The best of so many answers to each step by likelihood: what needs no sandbox.
LIKELIEST = f"-n {WIDTH}"

#: What the others are compared with, where nobody knows an output and where some are known.
BASES = (GREEDY, SINGLE, LIKELIEST)
BASES_WITH_CASES = (ONE_SAMPLE,)


def summaries(rows: Sequence[Row]) -> dict[str, Any]:
    """Return what was measured without expected outputs, and with some of them."""
    alone = [row for row in rows if row["case"] != ALL_CASES]
    with_cases = [row for row in rows if row["case"] == ALL_CASES]
    return {
        "problems": len({row["problem"] for row in rows}),
        "seeds": len({row["seed"] for row in rows}),
        "alone": _results(alone, BASES),
        "with_cases": _results(with_cases, BASES_WITH_CASES),
    }


def _results(rows: Sequence[Row], bases: tuple[str, ...]) -> list[dict[str, Any]]:
    names = sorted(
        dict.fromkeys((row["temperature"], row["counted"]) for row in rows),
        key=lambda name: name[0],
    )
    parts = {name: [r for r in rows if (r["temperature"], r["counted"]) == name] for name in names}
    return [_result(name, parts, bases) for name in names]


def _result(
    name: tuple[float, str], parts: dict[tuple[float, str], list[Row]], bases: tuple[str, ...]
) -> dict[str, Any]:
    temperature, strategy = name
    mine = parts[name]

    def mean(field: str) -> float:
        return float(sum(row[field] for row in mine) / len(mine))

    gains = {}
    for base in bases:
        other = parts.get((0.0 if base == GREEDY else temperature, base))
        if other and base != strategy:
            gains[base] = asdict(_gain(mine, other))
    return {
        "temperature": temperature,
        "strategy": strategy,
        "passed": asdict(rate(_rates(mine))),
        "gains": gains,
        "failed": 100 * (1 - mean("ran")),
        "tokens": mean("tokens"),
        "cases": len({(row["problem"], row["case"]) for row in mine}),
    }


def _gain(mine: list[Row], other: list[Row]) -> Interval:
    """Compare on the cases that both were measured on."""
    both = {(r["problem"], r["case"]) for r in mine} & {(r["problem"], r["case"]) for r in other}
    one, two = ([r for r in some if (r["problem"], r["case"]) in both] for some in (mine, other))
    return gain(_rates(one), _rates(two))


def _rates(rows: list[Row]) -> dict[str, float]:
    return by_problem((row["problem"], row["passed"]) for row in rows)


def markdown(report: dict[str, Any]) -> str:
    """Return the page: how it was measured, and the tables."""
    head = HEAD.format(**report, width=WIDTH, draws=REPLICATES)
    parts = [head, _table(report["alone"], BASES)]
    if report["with_cases"]:
        parts += [
            WITH_CASES_HEAD.format(known=KNOWN),
            _table(report["with_cases"], BASES_WITH_CASES),
        ]
    return "\n\n".join(parts)


def _table(results: list[dict[str, Any]], bases: tuple[str, ...]) -> str:
    over = " | ".join(f"over {base}" for base in bases)
    lines = [f"| T | strategy | passed, % | {over} | fails, % | tokens | cases |"]
    lines.append("|---" * (6 + len(bases)) + "|")
    for result in results:
        gains = [shown(result["gains"][base]) if base in result["gains"] else "" for base in bases]
        cells = [
            f"{result['temperature']:g}",
            result["strategy"],
            shown(result["passed"]),
            *gains,
            f"{result['failed']:.1f}",
            f"{result['tokens']:.0f}",
            str(result["cases"]),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
