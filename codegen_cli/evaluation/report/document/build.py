"""The whole document: what to know first, the benchmarks, the runs, how to read it."""

from __future__ import annotations

from codegen_cli import __version__
from codegen_cli.evaluation.report import paper
from codegen_cli.evaluation.report.document.blocks import Document, Paragraph, Section, Warnings
from codegen_cli.evaluation.report.document.humaneval import humaneval_section
from codegen_cli.evaluation.report.document.marks import remark_notes
from codegen_cli.evaluation.report.document.mtpb import mtpb_section
from codegen_cli.evaluation.report.document.runs import runs_section
from codegen_cli.evaluation.report.findings.report import Report
from codegen_cli.evaluation.statistics import REPLICATES, SEED

_READING = (
    "Rates are means over problems. Their interval is the 2.5 % and 97.5 % quantile of "
    f"{REPLICATES:,} bootstrap samples of the problems (seed {SEED}); where all problems agree, "
    "the exact bound of Clopper and Pearson for the share of problems that could differ. It says "
    "how far another draw of problems could move the figure, not what another seed would do.",
    "pass@k is the unbiased estimate of Chen et al. 2021. For each k the best temperature counts, "
    "as in the paper [R]; the best of several is a little optimistic, and the interval does not "
    "know that. A run with a single temperature has nothing to choose from.",
    "A run is incomplete while samples are missing or not scored. Its figures are those of the "
    "problems it has; they are marked, never joined to others by a line, and not to be compared.",
    "Runs with other problems than the paper's, fewer of them, or other scoring rules carry a "
    "letter; only runs with the same letter are comparable, and no line joins others.",
    "Perplexity is exp of the mean −log P of a prompt's tokens. A problem counts as solved when "
    "one of all samples of the run passed.",
)  # fmt: skip


def build_document(report: Report, missing_plots: str = "") -> Document:
    """Return the document; `missing_plots` says why there are none."""
    found = (humaneval_section(report), mtpb_section(report))
    benchmarks = [section for section in found if section]
    everyone = range(len(report.runs))
    lines = remark_notes(report, everyone, "incomplete", "other", "data")
    if missing_plots:
        lines.insert(0, missing_plots)
    first = [Section("first", "Read this first", (Warnings(tuple(lines)),))] if lines else []
    count = len(report.runs)
    return Document(
        "Evaluation report",
        f"{count} {'run' if count == 1 else 'runs'}, codegen {__version__}",
        (*first, *benchmarks, runs_section(report), _reading()),
    )


def _reading() -> Section:
    marks = " ".join(f"[{mark}] {meaning}." for mark, meaning in paper.CERTAINTY.items())
    published = (
        "Published values are those of the CodeGen paper (arXiv 2203.13474) unless a note says "
        f"otherwise; how sure each is: {marks} A published row stands beside a run of the same "
        "family whose number of weights is within 25 % of the nominal size."
    )
    texts = (*_READING, published)
    return Section("reading", "How to read this", tuple(Paragraph(text) for text in texts))
