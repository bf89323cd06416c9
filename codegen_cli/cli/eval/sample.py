"""Draw the samples of a benchmark into a folder: what both benchmarks do before scoring."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codegen_cli import console
from codegen_cli.cli.eval.source import Cluster, open_place
from codegen_cli.cli.open_engine import open_engine
from codegen_cli.cli.progress import progress_bar
from codegen_cli.errors import CodegenError, Interrupted, ModelNotFound, UsageError
from codegen_cli.interrupt import interruptible

if TYPE_CHECKING:
    from codegen_cli.evaluation.manifest import AdapterUsed, Asked
    from codegen_cli.evaluation.plan import Unit
    from codegen_cli.evaluation.run_folder import RunFolder
    from codegen_cli.settings import EngineSettings


@dataclass(frozen=True, slots=True)
class Wanted:
    """A run to make: where, with which model, and all samples that it shall have.

    `mode` is how MTPB will be scored; `cluster` draws the samples instead of this process.
    """

    out: Path
    model: str
    asked: Asked
    units: Sequence[Unit]
    restart: bool
    perplexity: bool
    mode: str | None = None
    cluster: Cluster | None = None

    @property
    def total(self) -> int:
        """Return the number of samples."""
        return sum(len(unit.tasks) for unit in self.units)


def model_sha256_of(model: str, settings: Any) -> str:
    """Return the hash of a model's file before it is loaded.

    Raises:
        ModelError: it is missing.
    """
    from codegen_cli.engine.open_model import model_path
    from codegen_cli.registry.fingerprint import model_sha256

    return model_sha256(model_path(model, settings))


def adapters_used(settings: EngineSettings, cluster: Cluster | None) -> tuple[AdapterUsed, ...]:
    """Return the identity of the adapters that `--lora` names.

    Raises:
        ModelNotFound: a file is missing.
        UsageError: a cluster shall draw: adapters are not sent to other machines.
    """
    from codegen_cli.evaluation.manifest import AdapterUsed
    from codegen_cli.registry.fingerprint import model_sha256

    if settings.lora and cluster is not None:
        raise UsageError("--lora does not work with --ray", "merge the adapter into the checkpoint")
    for lora in settings.lora:
        if not lora.path.is_file():
            raise ModelNotFound(f'no such adapter file: "{lora.path}"', "check the path")
    return tuple(AdapterUsed(model_sha256(lora.path), lora.scale) for lora in settings.lora)


@contextmanager
def drawn(wanted: Wanted) -> Iterator[None]:
    """Draw what the folder lacks; it stays locked for what is done with it in the block.

    Raises:
        UsageError: the folder is another run's, someone else's or in use.
        Interrupted: the user stopped it; what is drawn is kept.
    """
    from codegen_cli.evaluation.run_folder import RunFolder, locked

    with locked(wanted.out), interruptible() as should_stop:
        old = _begun(wanted)
        with RunFolder(wanted.out, wanted.asked.draw.temperatures) as folder:
            if old is not None:
                folder.load()
            _draw(wanted, folder, old, should_stop)
            if wanted.perplexity:
                _score_prompts(wanted, folder, should_stop)
        yield


def _begun(wanted: Wanted) -> dict[str, Any] | None:
    """Return the manifest of the run that is to go on, None for a new one."""
    from codegen_cli.evaluation.run_folder import check_resumable, read_manifest

    old = read_manifest(wanted.out, broken=wanted.restart)
    if old is None or wanted.restart:
        return None
    check_resumable(wanted.out, old, wanted.asked.to_json())
    return old


def _draw(
    wanted: Wanted,
    folder: RunFolder,
    old: dict[str, Any] | None,
    should_stop: Callable[[], bool],
) -> None:
    from codegen_cli.engine.llama_engine import SEQUENCES
    from codegen_cli.evaluation.collect import collect, missing

    if old is not None:
        console.note(f"{len(folder.known)} of {wanted.total} samples are in {wanted.out}")
        if not any(missing(folder, wanted.units)):
            return
    asked = wanted.asked
    with open_place(
        wanted.model, asked.settings, asked.model_sha256, wanted.cluster, should_stop
    ) as place:
        if old is None:
            _begin(wanted, place.info, place.placement)
        with progress_bar("sampling", unsure=2 * SEQUENCES) as show:
            show(len(folder.known), wanted.total)
            complete = collect(
                folder,
                wanted.units,
                place.draw,
                lambda done: show(done, wanted.total),
            )
    if folder.changed:
        console.warn(
            f"{folder.changed} samples that were there came out differently now: "
            "the machine, its build of the engine or --threads has changed"
        )
    there = f"{len(folder.known)} of {wanted.total} samples are in {wanted.out}"
    if complete:
        console.note(there)
    elif should_stop():
        raise Interrupted(f"interrupted; {there}", "the same command goes on")
    else:
        raise CodegenError(f"the engine ended early: {there}", "the same command goes on")


def _begin(wanted: Wanted, model: Any, placement: str) -> None:
    """Write the manifest of a new run, in the place of an old one."""
    from codegen_cli.evaluation.manifest import manifest
    from codegen_cli.evaluation.run_folder import remove_run, write_manifest

    remove_run(wanted.out)
    started = datetime.now(timezone.utc).isoformat(timespec="seconds")
    found = manifest(wanted.asked, model, placement, started)
    if wanted.mode is not None:
        found["mode"] = wanted.mode
    write_manifest(wanted.out, found)


def _score_prompts(wanted: Wanted, folder: RunFolder, should_stop: Callable[[], bool]) -> None:
    """Write the perplexity of each problem's or case's prompts, unless it is there."""
    from codegen_cli.evaluation.lines import write_rows
    from codegen_cli.evaluation.perplexity import prompt_rows
    from codegen_cli.evaluation.run_folder import PERPLEXITY

    path = wanted.out / PERPLEXITY
    if path.exists():
        return
    first = wanted.asked.draw.temperatures[0]
    tasks = [
        task
        for unit in wanted.units
        for task in unit.tasks
        if task.sample == 0 and task.temperature == first
    ]
    programs = folder.programs({task.key for task in tasks if len(task.steps) > 1})
    settings = replace(wanted.asked.settings, exact=True, kv_tokens=None)
    rows, left_out = [], 0
    with (
        open_engine(wanted.model, settings, quiet=True) as engine,
        progress_bar("prompts") as show,
    ):
        found = prompt_rows(engine, tasks, lambda task: programs.get(task.key), should_stop)
        for number, row in enumerate(found, 1):
            rows += [row] if row is not None else []
            left_out += row is None
            show(number, len(tasks))
    write_rows(path, rows)
    if left_out:
        console.warn(f"{left_out} prompts outgrow the context: they have no perplexity")


def note_scoring(out: Path, mode: str | None) -> None:
    """Put into the manifest in which sandbox the samples ran, and by which rules."""
    from codegen_cli.evaluation.run_folder import read_manifest, write_manifest
    from codegen_cli.evaluation.score_folder import SUMMARY

    found = read_manifest(out) or {}
    found["sandbox"] = json.loads((out / SUMMARY).read_text(encoding="utf-8")).get("sandbox")
    if mode is not None:
        found["mode"] = mode
    write_manifest(out, found)
