"""Medians, ratios and the page."""

from __future__ import annotations

import argparse
import importlib.metadata
import statistics
from collections import defaultdict
from typing import Any

from benchmarks.side_by_side.contenders import CONTENDERS
from benchmarks.side_by_side.files import Files
from benchmarks.side_by_side.workloads import TITLES

_PACKAGES = ("llama-cpp-python", "numpy", "ctranslate2", "torch", "transformers")

#: Less is better in these.
_COSTS = ("samples", "turn", "return", "memory")

READING = """\
- Median over the rounds, lowest and highest in brackets. All contenders take the same tokens; \
in each round every contender does every workload, one at a time.
- "raw llama.cpp" is the shortest loop on the C interface: decode, and the best token by \
llama.cpp's greedy sampler; no texts, no stop rules, no probabilities, and no memory of earlier \
prompts. "Llama class" is the high-level class of llama-cpp-python, which holds one sequence.
- Prompt and decoding are greedy; the answers to one prompt are drawn at the default temperature \
and top-p. The `Llama` class has to be called once an answer: its time is extrapolated from \
{calls} calls (the first, and {rest} times the median of the others).
- Turns: time to the first token, and how many tokens were evaluated for it.
- CTranslate2 does not tell when the first token is there: its decoding time is that of a long \
answer less that of a one-token answer.
- The weights are random. Their next-token distributions are flatter than those of a trained \
model, which makes top-p sampling dearer here than it is in use."""


class Figures:
    """Every figure of every round."""

    def __init__(self) -> None:
        self.values: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(
            lambda: defaultdict(list)
        )

    def add(self, workload: str, contender: str, figure: dict[str, Any]) -> None:
        """Take the figure of one contender in one round."""
        self.values[workload][contender].append(figure)


def summary(
    figures: Figures,
    notes: list[str],
    files: Files,
    options: argparse.Namespace,
    machine: dict[str, Any],
) -> dict[str, Any]:
    """Return everything as one object."""
    results = {
        workload: {name: summed(rounds) for name, rounds in by_name.items()}
        for workload, by_name in figures.values.items()
    }
    return {
        "machine": machine,
        "versions": versions(),
        "settings": {
            name: getattr(options, name)
            for name in ("rounds", "sequences", "samples", "calls", "threads", "clock", "shape")
        },
        "shape": files.shape,
        "results": results,
        "ratios": ratios(figures),
        "notes": sorted(set(notes)),
    }


def summed(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the median, the spread and the other figures of the rounds."""
    values = [figure["value"] for figure in rounds]
    others = {
        key: round(statistics.median(figure[key] for figure in rounds))
        for key in rounds[0]
        if key != "value"
    }
    return {"median": statistics.median(values), "values": values, **others}


def ratios(figures: Figures) -> dict[str, dict[str, float]]:
    """Return how many times better this engine is than each other one, round by round."""
    found: dict[str, dict[str, float]] = {}
    for workload, by_name in figures.values.items():
        for ours, theirs in pairs(by_name):
            quotients = [
                b["value"] / a["value"] if workload in _COSTS else a["value"] / b["value"]
                for a, b in zip(by_name[ours], by_name[theirs], strict=False)
            ]
            found.setdefault(f"{ours} : {theirs}", {})[workload] = statistics.median(quotients)
    return found


def pairs(by_name: dict[str, Any]) -> list[tuple[str, str]]:
    """Return who is compared: the same file type, and every type with the other engines."""
    gguf = {c.name: c.format for c in CONTENDERS if c.package == "llama_cpp"}
    return [
        (ours, other)
        for ours in by_name
        if ours.startswith("codegen")
        for other in by_name
        if not other.startswith("codegen") and gguf.get(other, gguf[ours]) == gguf[ours]
    ]


def versions() -> dict[str, str]:
    """Return the versions of what took part."""
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def markdown(report: dict[str, Any]) -> str:
    """Return the page."""
    settings, machine = report["settings"], report["machine"]
    titles = {name: title.format(**settings) for name, title in TITLES.items()}
    layers, width, heads, rotary, vocabulary = report["shape"]
    lines = [
        "# This engine beside others",
        "",
        "Written by `python benchmarks/peers.py --markdown`; do not edit by hand.",
        "",
        f"Random weights of the {settings['shape']} shape ({layers} layers, {width} wide, {heads} "
        f"heads, rotary {rotary}, vocabulary {vocabulary}); {settings['rounds']} rounds, "
        f"threads: {settings['threads']}, clock: {settings['clock']}.",
        f"{machine['processor']}, {machine['cpus']} CPUs, {machine['system']}; load average "
        f"{machine['load_average']} before the start (other work makes figures lower and wider).",
        ", ".join(f"{name} {version}" for name, version in report["versions"].items()) + ".",
        "",
        READING.format(calls=settings["calls"], rest=settings["samples"] - 1),
        *(f"- {note}." for note in report["notes"]),
    ]
    for workload, by_name in report["results"].items():
        lines += ["", f"## {titles[workload]}", "", *_table(by_name)]
    lines += ["", "## How many times better this engine is", "", *_ratio_table(report["ratios"])]
    return "\n".join(lines)


def _table(by_name: dict[str, dict[str, Any]]) -> list[str]:
    extra = [key for key in next(iter(by_name.values())) if key not in ("median", "values")]
    lines = ["| | median | lowest–highest |" + "".join(f" {key} |" for key in extra)]
    lines.append("|---|---|---|" + "---|" * len(extra))
    for name, figure in by_name.items():
        low, high = min(figure["values"]), max(figure["values"])
        cells = [name, f"{figure['median']:.4g}", f"{low:.4g}–{high:.4g}"]
        lines.append("| " + " | ".join([*cells, *(str(figure[key]) for key in extra)]) + " |")
    return lines


def _ratio_table(found: dict[str, dict[str, float]]) -> list[str]:
    names = [name for name in TITLES if any(name in row for row in found.values())]
    lines = ["| | " + " | ".join(names) + " |", "|---|" + "---|" * len(names)]
    for pair, row in found.items():
        cells = [f"{row[name]:.2f}" if name in row else "" for name in names]
        lines.append(f"| {pair} | " + " | ".join(cells) + " |")
    return lines
