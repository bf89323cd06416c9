"""The table of a measurement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.search.measure import Row
from benchmarks.search.statistics import Interval, bootstrap, by_problem, gain
from benchmarks.search.strategies import SINGLE


def summary(rows: Sequence[Row], about: dict[str, Any]) -> dict[str, Any]:
    """Return pass rates and gains for each temperature and strategy, with their intervals."""
    temperatures = sorted({row["temperature"] for row in rows})
    return {
        **about,
        "problems": len({row["problem"] for row in rows}),
        "cases": len({(row["problem"], row["case"]) for row in rows}),
        "seeds": len({row["seed"] for row in rows}),
        "results": [
            result
            for temperature in temperatures
            for result in _results([r for r in rows if r["temperature"] == temperature])
        ],
    }


def _results(rows: Sequence[Row]) -> list[dict[str, Any]]:
    names = list(dict.fromkeys(row["counted"] for row in rows))
    rates = {
        name: by_problem((r["problem"], r["passed"]) for r in rows if r["counted"] == name)
        for name in names
    }
    results = []
    for name in names:
        mine = [row for row in rows if row["counted"] == name]
        results.append(
            {
                "temperature": mine[0]["temperature"],
                "strategy": name,
                "passed": _record(bootstrap(list(rates[name].values()))),
                "gain": _record(gain(rates[name], rates[SINGLE])) if SINGLE in rates else None,
                "raised": 1 - sum(row["ran"] for row in mine) / len(mine),
                "tokens": sum(row["tokens"] for row in mine) / len(mine),
                "seconds": sum(row["seconds"] for row in mine) / len(mine),
            }
        )
    return results


def _record(interval: Interval) -> dict[str, float]:
    return {"mean": interval.mean, "low": interval.low, "high": interval.high}


def markdown(report: dict[str, Any]) -> str:
    """Return the table as a page."""
    lines = [
        "| T | strategy | passed, % | gain on a single sample | fail, % | tokens | seconds |",
        "|---|---|---|---|---|---|---|",
    ]
    for result in report["results"]:
        gained = Interval(**result["gain"]) if result["gain"] else ""
        lines.append(
            f"| {result['temperature']:g} | {result['strategy']} | {Interval(**result['passed'])} "
            f"| {gained} | {100 * result['raised']:.1f} | {result['tokens']:.0f} "
            f"| {result['seconds']:.2f} |"
        )
    return "\n".join(lines)
