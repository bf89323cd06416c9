"""Bring a run's samples together, wherever they are drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from codegen_cli.engine.base import Engine, never
from codegen_cli.errors import UsageError
from codegen_cli.evaluation.generate import generate_samples
from codegen_cli.evaluation.plan import Unit
from codegen_cli.evaluation.run_folder import RunFolder
from codegen_cli.evaluation.task import Row

#: Draws the samples of units, in any order, each row once.
Source: TypeAlias = Callable[[Iterable[Unit]], Iterator[Row]]


def draw_with(engine: Engine, should_stop: Callable[[], bool] = never) -> Source:
    """Return a source that draws with an engine in this process."""

    def draw(units: Iterable[Unit]) -> Iterator[Row]:
        for unit in units:
            yield from generate_samples(engine, unit.tasks, should_stop)
            if should_stop():
                return

    return draw


def missing(folder: RunFolder, units: Iterable[Unit]) -> Iterator[Unit]:
    """Yield the units that a folder does not have in full."""
    return (unit for unit in units if any(task.key not in folder.known for task in unit.tasks))


def collect(
    folder: RunFolder,
    units: Sequence[Unit],
    source: Source,
    on_progress: Callable[[int], None],
) -> bool:
    """Draw what a folder lacks, and say whether all is there now.

    A unit that is there in part is drawn again as a whole, for its rows to be the same as without
    the interruption. `on_progress` hears how many samples are there.

    Raises:
        UsageError: the folder has samples that are not in the plan.
        CodegenError: drawing failed or the disk refuses; what was written is kept.
    """
    strange = set(folder.known).difference(task.key for unit in units for task in unit.tasks)
    if strange:
        problem, temperature, case, sample = min(strange)
        raise UsageError(
            f'"{folder.path}" has a sample that is not of this run: {problem}, case {case}, '
            f"sample {sample}, temperature {temperature:g}",
            "--restart begins anew",
        )
    for row in source(missing(folder, units)):
        folder.add(row)
        on_progress(len(folder.known))
    if any(missing(folder, units)):
        return False
    folder.arrange(task.key for unit in units for task in unit.tasks)
    return True
