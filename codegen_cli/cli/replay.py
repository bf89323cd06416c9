"""`codegen replay`: draw the turns of a session again and compare."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from codegen_cli import console
from codegen_cli.cli import options as o
from codegen_cli.cli.open_engine import open_engine
from codegen_cli.cli.open_sessions import SessionId, choose_session, open_sessions
from codegen_cli.cli.replay_view import Report, line_of
from codegen_cli.errors import CheckFailed, ModelNotFound, UsageError
from codegen_cli.interrupt import interruptible
from codegen_cli.settings import EngineSettings, Lora

if TYPE_CHECKING:
    from collections.abc import Callable

    from codegen_cli.engine.base import Engine
    from codegen_cli.sessions.records import Node, Provenance, StoredSession
    from codegen_cli.sessions.replay import Replayed


def replay(
    session: SessionId,
    verify: Annotated[
        bool, typer.Option("--verify", help="Exit with 5 when a turn comes out otherwise.")
    ] = False,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            "-m",
            metavar="NAME|PATH",
            help="Draw with this model and say how far it drifts, not with the recorded one.",
            autocompletion=o.complete_model,
        ),
    ] = None,
    gpu_layers: o.GpuLayers = o.GPU_LAYERS,
    threads: o.Threads = None,
    ctx: o.Context = None,
    as_json: o.Json = False,
) -> None:
    """Draw every turn that the model wrote again, and name the first token that differs.

    Turns that were undone or retried are drawn, too. The same model, build and machine give the
    same tokens; another thread count or build may round otherwise, which the report shows.

    Examples:

      codegen replay last --verify

      codegen replay 1b9f --model nano-F16 --json
    """
    with open_sessions() as store:
        found = store.load(choose_session(store, session))
    nodes = [node for node in found.nodes if node.provenance.origin == "model"]
    if not nodes:
        raise UsageError(f"session {found.id} has no turn that a model wrote", "choose another")
    settings = EngineSettings(gpu_layers, threads, ctx)
    report = Report(found.id, drift=model is not None)
    with interruptible() as should_stop:
        for engine, item in _replayed(found, nodes, model, settings, report, should_stop):
            report.add(item, engine)
            if not as_json:
                console.emit(line_of(item, engine))
    if as_json:
        console.emit(json.dumps(report.record(), ensure_ascii=False, indent=2) + "\n")
    else:
        console.emit(report.summary())
    if verify and report.first is not None:
        raise CheckFailed(report.difference, report.explanation)


def _replayed(
    session: StoredSession,
    nodes: list[Node],
    model: str | None,
    settings: EngineSettings,
    report: Report,
    should_stop: Callable[[], bool],
) -> Iterator[tuple[Engine, Replayed]]:
    """Yield the turns with the engine that drew each; each model is loaded once."""
    from codegen_cli.sessions.replay import replay

    by_model: dict[object, list[Node]] = {}
    for node in nodes:
        made = node.provenance
        key = None if model else (made.model, made.engine, made.lora)
        by_model.setdefault(key, []).append(node)
    for group in by_model.values():
        with _open(group[0].provenance, model, settings, report) as engine:
            for item in replay(
                engine, session, group, likelihood=report.drift, should_stop=should_stop
            ):
                yield engine, item


def _open(made: Provenance, model: str | None, settings: EngineSettings, report: Report) -> Engine:
    from dataclasses import replace
    from pathlib import Path

    from codegen_cli.registry.fingerprint import model_sha256
    from codegen_cli.sessions.provenance import build_of

    if model is None:
        lora = tuple(Lora(Path(path), scale) for path, scale in made.lora)
        settings = replace(settings, engine=made.engine, lora=lora)
    try:
        engine = open_engine(model or made.model, settings, quiet=True)
    except ModelNotFound as error:
        if model is not None:
            raise
        hint = f"{error.hint}; --model draws with another"
        raise ModelNotFound(
            f"the recorded model or adapter is gone: {error.message}", hint
        ) from error
    report.opened(
        made,
        name=engine.info.name,
        sha256=model_sha256(Path(engine.info.path)),
        build=build_of(settings.engine, engine.placement),
    )
    return engine
