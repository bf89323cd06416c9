"""What every figure stands on: one row and one block of facts a run."""

from __future__ import annotations

from codegen_cli.evaluation.report.document.blocks import (
    Align,
    Block,
    Cell,
    Facts,
    Row,
    Section,
    Table,
)
from codegen_cli.evaluation.report.document.marks import run_anchor
from codegen_cli.evaluation.report.document.words import SHORT_HASH, label, size
from codegen_cli.evaluation.report.findings.report import Report
from codegen_cli.evaluation.report.run import Run

_SILENT = "not recorded"
_BENCHMARKS = {"humaneval": "HumanEval", "mtpb": "MTPB"}


def runs_section(report: Report) -> Section:
    """Return the table of runs and the details of each."""
    blocks: list[Block] = [_table(report)]
    blocks += [_facts(report, number) for number in range(len(report.runs))]
    return Section("runs", "Runs", tuple(blocks))


def _table(report: Report) -> Table:
    rows = []
    for number, run in enumerate(report.runs):
        facts = run.manifest
        state = "incomplete" if report.incomplete(number) else "complete"
        cells = (
            Cell(f"#{number + 1}", link=_facts_anchor(number)),
            Cell(label(run), run.folder),
            Cell(task(run)),
            Cell(problems(run, report.letters[number])),
            Cell(f"{facts.samples:,}"),
            Cell(temperatures(run)),
            Cell(_or_silent(facts.seed)),
            Cell(facts.model.sha256[:SHORT_HASH] or _SILENT),
            Cell(facts.version or _SILENT),
            Cell(facts.sandbox or _SILENT),
            Cell(facts.hardware.cpu or _SILENT),
            Cell(state),
        )
        rows.append(Row(cells, anchor=run_anchor(number)))
    heads: list[tuple[str, Align]] = [("Run", "left"), ("Model", "left"), ("Benchmark", "left")]
    heads += [("problems", "right"), ("samples", "right"), ("T", "left"), ("seed", "right")]
    names = ("model SHA-256", "version", "sandbox", "machine", "state")
    heads += [(name, "left") for name in names]
    return Table("All runs", tuple(heads), tuple(rows))


def task(run: Run) -> str:
    """Return the benchmark with its form."""
    facts = run.manifest
    words = (_BENCHMARKS[facts.benchmark], facts.turns and f"{facts.turns}-turn", facts.mode)
    return ", ".join(word for word in words if word)


def problems(run: Run, letter: str) -> str:
    """Return how many problems a run has of how many there are."""
    facts = run.manifest
    count = str(facts.wanted)
    if facts.wanted != facts.problems:
        count += f" of {facts.problems}"
    return f"{count} ({letter})" if letter else count


def temperatures(run: Run) -> str:
    """Return the temperatures of a run."""
    return ", ".join(f"{temperature:g}" for temperature in run.manifest.temperatures)


def _facts(report: Report, number: int) -> Facts:
    run = report.runs[number]
    facts, model, hardware = run.manifest, run.manifest.model, run.manifest.hardware
    memory = f"{hardware.memory_bytes / (1 << 30):.1f} GiB" if hardware.memory_bytes else ""
    pairs = (
        ("folder", run.folder),
        ("benchmark", task(run)),
        ("data", facts.data),
        ("data SHA-256", facts.data_sha256),
        ("problems", problems(run, report.letters[number])),
        ("samples a problem" if facts.benchmark == "humaneval" else "samples a case",
         str(facts.samples)),
        ("temperatures", temperatures(run)),
        ("top-p", "" if facts.top_p is None else f"{facts.top_p:g}"),
        ("new tokens at most", str(facts.max_tokens or "")),
        ("stop rules", facts.stop_rules),
        ("seed", "" if facts.seed is None else str(facts.seed)),
        ("model", model.name),
        ("model SHA-256", model.sha256),
        *((f"adapter × {added.scale:g}", added.sha256) for added in model.adapters),
        ("family", model.family),
        ("type", model.file_type),
        ("weights", f"{model.parameters:,} ({size(model.parameters)})" if model.parameters else ""),
        ("engine", facts.engine),
        ("codegen version", facts.version),
        ("sandbox tier", facts.sandbox),
        ("CPU", hardware.cpu),
        ("cores", str(hardware.cores or "")),
        ("memory", memory),
        ("placement", hardware.placement),
        ("platform", hardware.platform),
        ("started", facts.started),
    )  # fmt: skip
    return Facts(
        _facts_anchor(number),
        f"#{number + 1} {label(run)}, {task(run)}",
        tuple((name, value or _SILENT) for name, value in pairs),
        tuple(f"{remark.text[0].upper()}{remark.text[1:]}." for remark in report.remarks[number]),
    )


def _facts_anchor(number: int) -> str:
    return f"facts-{number + 1}"


def _or_silent(value: int | None) -> str:
    return _SILENT if value is None else str(value)
