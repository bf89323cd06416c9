"""run.json: what a run was asked to do."""

from __future__ import annotations

from pathlib import Path

from codegen_cli.evaluation.lines import naming
from codegen_cli.evaluation.report.read.fields import Fields, read_object
from codegen_cli.evaluation.report.read.rows import check_file
from codegen_cli.evaluation.report.run import Adapter, Benchmark, Hardware, Manifest, ModelFacts

_BENCHMARKS: dict[str, Benchmark] = {"humaneval": "humaneval", "mtpb": "mtpb"}
_TURNS = ("multi", "single")


def read_manifest(path: Path) -> Manifest:
    """Return what run.json says; what only documents the run may be missing.

    Raises:
        UsageError: it cannot be read, or a field that figures depend on is missing or wrong.
    """
    check_file(path)
    with naming(path):
        return _manifest(read_object(path))


def _manifest(fields: Fields) -> Manifest:
    benchmark = _BENCHMARKS.get(fields.key("benchmark"))
    if benchmark is None:
        raise fields.wrong("benchmark", f"is none of {', '.join(_BENCHMARKS)}")
    turns = fields.key("turns") if benchmark == "mtpb" else ""
    if turns and turns not in _TURNS:
        raise fields.wrong("turns", f"is none of {', '.join(_TURNS)}")
    data = fields.inner("data")
    return Manifest(
        benchmark=benchmark,
        turns=turns,
        mode=fields.text("mode", "") if benchmark == "mtpb" else "",
        data=Path(data.text("path", "")).name,
        data_sha256=data.text("sha256", ""),
        problems=data.count("problems", 1),
        limit=fields.optional_count("limit", 1),
        samples=fields.count("samples", 1),
        temperatures=tuple(sorted(set(fields.numbers("temperatures")))),
        top_p=fields.optional_number("top_p"),
        max_tokens=fields.optional_count("max_tokens", 1),
        stop_rules=fields.text("stop_rules", ""),
        seed=fields.optional_count("seed"),
        engine=fields.text("engine", ""),
        model=_model(fields.inner("model")),
        version=fields.text("version", ""),
        sandbox=fields.inner("sandbox").text("tier", ""),
        hardware=_hardware(fields.inner("hardware")),
        started=fields.text("started", ""),
    )


def _model(fields: Fields) -> ModelFacts:
    return ModelFacts(
        name=fields.key("name"),
        sha256=fields.text("sha256", ""),
        family=fields.text("family", ""),
        file_type=fields.text("file_type", ""),
        parameters=fields.optional_count("parameters", 1),
        adapters=tuple(
            Adapter(item.key("sha256"), item.number("scale")) for item in fields.objects("adapters")
        ),
    )


def _hardware(fields: Fields) -> Hardware:
    return Hardware(
        cpu=fields.text("cpu", ""),
        cores=fields.optional_count("cores", 1),
        memory_bytes=fields.optional_count("memory_bytes"),
        placement=fields.text("placement", ""),
        platform=fields.text("platform", ""),
    )
