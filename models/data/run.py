"""Run stages of one run: skip what is done, show how far it is, say what came out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from codegen_cli import console
from codegen_cli.cli.progress import progress_bar
from codegen_cli.errors import CodegenError
from models.data.settings import Settings
from models.data.stage import Json, Share, Stage, Work

T = TypeVar("T")

_ALL = Share()


class Unfinished(CodegenError):
    """Units that belong to other machines are not done: what comes after has to wait."""

    exit_code = 0


@dataclass(frozen=True, slots=True)
class Run:
    """The settings, and the part of every stage's units that this machine does."""

    settings: Settings
    share: Share = _ALL

    def folder(self, *parts: str) -> Path:
        """Return a folder of this run."""
        return Path(self.settings.out).joinpath(*parts)

    def do(self, stage: Stage, work: Work[T], units: Iterable[T], total: int) -> Json:
        """Return the report of a stage, done now or before.

        Raises:
            UsageError: its folder holds something else.
            Unfinished: units of other machines are missing.
            CodegenError: the work fails.
        """
        report = stage.open()
        if report is not None:
            console.note(f"{stage.name}: done before, {_outcome(report)}")
            return report
        with progress_bar(stage.name) as on_unit:
            report = stage.run(work, units, total, self.settings.workers, self.share, on_unit)
        if report is None:
            raise Unfinished(
                f"{stage.name}: part {self.share.index} of {self.share.of} is done",
                "when all parts are, run the same command again, without --share",
            )
        console.note(f"{stage.name}: {_outcome(report)}")
        return report


def _outcome(report: Json) -> str:
    dropped = ", ".join(f"{count} {why}" for why, count in report["dropped"].items())
    lost = f"; dropped {dropped}" if dropped else ""
    speed = f"{report['mb_per_cpu_second']:.1f} MB/s a core"
    peak = f"{report['peak_bytes'] / 1e6:.0f} MB memory"
    return f"{report['kept']} kept{lost} ({speed}, {peak})"
