"""The tables of a measurement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.search.measure import ALL_CASES, Row
from benchmarks.search.statistics import Interval, bootstrap, by_problem, gain
from benchmarks.search.strategies import SINGLE, WIDTH
from benchmarks.search.with_cases import ONE_SAMPLE

#: The best of so many answers to each step by likelihood: what needs no sandbox.
LIKELIEST = f"-n {WIDTH}"


def summaries(rows: Sequence[Row]) -> dict[str, Any]:
    """Return what was measured without expected outputs, and with some of them."""
    alone = [row for row in rows if row["case"] != ALL_CASES]
    with_cases = [row for row in rows if row["case"] == ALL_CASES]
    return {
        "problems": len({row["problem"] for row in rows}),
        "cases": len({(row["problem"], row["case"]) for row in alone}),
        "seeds": len({row["seed"] for row in rows}),
        "alone": _by_temperature(alone, (SINGLE, LIKELIEST)),
        "with_cases": _by_temperature(with_cases, (ONE_SAMPLE,)),
    }


def _by_temperature(rows: Sequence[Row], bases: tuple[str, ...]) -> list[dict[str, Any]]:
    temperatures = sorted({row["temperature"] for row in rows})
    return [
        result
        for temperature in temperatures
        for result in _results([r for r in rows if r["temperature"] == temperature], bases)
    ]


def _results(rows: Sequence[Row], bases: tuple[str, ...]) -> list[dict[str, Any]]:
    names = list(dict.fromkeys(row["counted"] for row in rows))
    rates = {
        name: by_problem((r["problem"], r["passed"]) for r in rows if r["counted"] == name)
        for name in names
    }
    return [
        _result(name, [row for row in rows if row["counted"] == name], rates, bases)
        for name in names
    ]


def _result(
    name: str, mine: list[Row], rates: dict[str, dict[str, float]], bases: tuple[str, ...]
) -> dict[str, Any]:
    def mean(field: str) -> float:
        return float(sum(row[field] for row in mine) / len(mine))

    gains = {base: _record(gain(rates[name], rates[base])) for base in bases if base in rates}
    return {
        "temperature": mine[0]["temperature"],
        "strategy": name,
        "passed": _record(bootstrap(list(rates[name].values()))),
        "gains": gains,
        "failed": 100 * (1 - mean("ran")),
        "tokens": mean("tokens"),
    }


def _record(interval: Interval) -> dict[str, float]:
    return {"mean": interval.mean, "low": interval.low, "high": interval.high}


def markdown(report: dict[str, Any]) -> str:
    """Return the tables as Markdown."""
    parts = [_table(report["alone"], (SINGLE, LIKELIEST))]
    if report["with_cases"]:
        parts.append(_table(report["with_cases"], (ONE_SAMPLE,)))
    return "\n\n".join(parts)


def _table(results: list[dict[str, Any]], bases: tuple[str, ...]) -> str:
    over = " | ".join(f"over {base}" for base in bases)
    lines = [f"| T | strategy | passed, % | {over} | fails, % | tokens |"]
    lines.append("|---" * (5 + len(bases)) + "|")
    for result in results:
        gains = [
            str(Interval(**result["gains"][base])) if base in result["gains"] else ""
            for base in bases
        ]
        cells = [
            f"{result['temperature']:g}",
            result["strategy"],
            str(Interval(**result["passed"])),
            *gains,
            f"{result['failed']:.1f}",
            f"{result['tokens']:.0f}",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
