"""The published figure that stands beside one of ours, and how sure it is."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from codegen_cli.evaluation.benchmark_data import PUBLISHED
from codegen_cli.evaluation.report import paper_values
from codegen_cli.evaluation.report.run import Benchmark, ModelFacts

Certainty = Literal["C", "R"]

#: What the marks in brackets mean.
CERTAINTY: dict[Certainty, str] = {
    "C": "a second, independent source has the same figure",
    "R": "unverified: recalled, not checked against the paper",
}

Metric = Literal[
    "pass@1", "pass@10", "pass@100", "pass rate", "perplexity", "perplexity solved",
    "perplexity unsolved",
]  # fmt: skip

#: What the paper did, and how sure that is; a run that did otherwise says so.
SAMPLES: dict[Benchmark, tuple[int, Certainty]] = {"humaneval": (200, "C"), "mtpb": (40, "R")}
TEMPERATURES = (0.2, 0.6, 0.8)
TOP_P = 0.95

#: SHA-256 of the released benchmark files; HumanEval also unpacked.
DATA: dict[Benchmark, tuple[str, ...]] = {
    "humaneval": (
        PUBLISHED["humaneval"].sha256,
        "1d49078ba3e2b196b9344535bef34a43021f038fad9561d6ee7c53450609a6a2",
    ),
    "mtpb": (PUBLISHED["mtpb"].sha256,),
}

#: Nominal and counted sizes differ (the "6.1B" CodeGen has 7.1 billion weights).
_SIZE_TOLERANCE = math.log(1.25)

_STAGES = {"nl": "CodeGen-NL", "multi": "CodeGen-Multi", "mono": "CodeGen-Mono"}
_NAMES = (
    (re.compile(r"codegen-(?:[\d.]+[mb]-)?(nl|multi|mono)\b"), ""),
    (re.compile(r"gpt-?neo(?!-?x)"), "GPT-Neo"),
    (re.compile(r"gpt-?j\b"), "GPT-J"),
)

_VALUE = re.compile(r"([\d.]+)(?:±([\d.]+))? ([CR])(?: ([\d.]+))?")
_FACTORS = {"M": 1e6, "B": 1e9}


@dataclass(frozen=True, slots=True)
class Published:
    """One published figure: `value` in per cent (or a perplexity), `error` its standard error.

    `rounded` is what a second source confirms of a recalled figure. `parameters` is None where
    the size was never published.
    """

    source: str
    benchmark: Benchmark
    turns: str
    family: str
    size: str
    parameters: float | None
    metric: Metric
    value: float
    error: float | None
    certainty: Certainty
    rounded: float | None

    @property
    def verified(self) -> bool:
        """Say whether more than memory vouches for the figure."""
        return self.certainty != "R"

    @property
    def model(self) -> str:
        """Return the name of the model with its size."""
        return f"{self.family} {self.size}".strip()


@functools.cache
def published() -> tuple[Published, ...]:
    """Return every figure, table by table."""
    return tuple(_all())


def family_of(model: ModelFacts) -> str | None:
    """Return the published family of a model, or None; the name decides where no family is kept."""
    kept = model.family.lower()
    if kept in _STAGES:
        return _STAGES[kept]
    for text in (kept.replace("_", "-"), model.name.lower()):
        for pattern, family in _NAMES:
            found = pattern.search(text)
            if found:
                return family or _STAGES[found[1]]
    return None


def counterpart(
    model: ModelFacts, benchmark: Benchmark, metric: Metric, turns: str = ""
) -> Published | None:
    """Return the published figure of the same family and size; None for a fine-tuned model."""
    if model.adapters:
        return None
    family = family_of(model)
    for figure in published():
        if (
            (figure.family, figure.benchmark, figure.metric) == (family, benchmark, metric)
            and figure.turns == turns
            and _same_size(figure.parameters, model.parameters)
        ):
            return figure
    return None


def _same_size(published: float | None, counted: int | None) -> bool:
    if not published or not counted:
        return False
    return abs(math.log(counted / published)) < _SIZE_TOLERANCE


def _all() -> Iterator[Published]:
    for (family, size), values in paper_values.HUMANEVAL.items():
        source = "CodeT" if family in paper_values.FROM_CODET else "CodeGen, Table 1"
        metrics: tuple[Metric, ...] = ("pass@1", "pass@10", "pass@100")
        for metric, value in zip(metrics, values, strict=True):
            yield _figure(source, "humaneval", "", family, size, metric, value)
    mono = "CodeGen-Mono"
    for size, (solved, unsolved) in paper_values.HUMANEVAL_PERPLEXITY.items():
        source = "CodeGen, Table 2"
        yield _figure(source, "humaneval", "", mono, size, "perplexity solved", solved)
        yield _figure(source, "humaneval", "", mono, size, "perplexity unsolved", unsolved)
    for (family, size), value in paper_values.MTPB.items():
        yield _figure("CodeGen, Table 3", "mtpb", "multi", family, size, "pass rate", value)
    for size, value in paper_values.MTPB_SINGLE.items():
        yield _figure("CodeGen, Table 4", "mtpb", "single", mono, size, "pass rate", value)
    for size, (multi, single) in paper_values.MTPB_PERPLEXITY.items():
        yield _figure("CodeGen, Table 4", "mtpb", "multi", mono, size, "perplexity", multi)
        yield _figure("CodeGen, Table 4", "mtpb", "single", mono, size, "perplexity", single)


def _figure(
    source: str,
    benchmark: Benchmark,
    turns: str,
    family: str,
    size: str,
    metric: Metric,
    text: str,
) -> Published:
    match = _VALUE.fullmatch(text)
    if match is None:
        raise ValueError(f"{family} {size}: {text!r} is no published value")
    value, error, certainty, rounded = match.groups()
    return Published(
        source=source,
        benchmark=benchmark,
        turns=turns,
        family=family,
        size=size,
        parameters=float(size[:-1]) * _FACTORS[size[-1]] if size else None,
        metric=metric,
        value=float(value),
        error=float(error) if error else None,
        certainty="C" if certainty == "C" else "R",
        rounded=float(rounded) if rounded else None,
    )
