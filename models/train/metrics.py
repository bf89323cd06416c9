"""Where a run's figures go: a line on stdout, a line of JSONL, TensorBoard."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import TextIO

from codegen_cli import console

Figures = dict[str, float]


class Metrics:
    """The log of one stage; what was logged after `step` (by a run that was killed) is removed."""

    def __init__(self, folder: Path, name: str, step: int) -> None:
        from tensorboardX import SummaryWriter

        self._name = name
        self._file = _continued(folder / "metrics.jsonl", step)
        self._board = SummaryWriter(str(folder / "tensorboard"), purge_step=step + 1)

    def __enter__(self) -> Metrics:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        self._board.close()

    def log(self, step: int, figures: Figures, line: str) -> None:
        """Write the figures of one step, and a line a person can follow."""
        console.emit(f"{self._name}  {line}\n")
        self._file.write(json.dumps({"step": step, **figures}) + "\n")
        self._file.flush()
        for key, value in figures.items():
            self._board.add_scalar(key, value, step)


def _continued(path: Path, step: int) -> TextIO:
    kept = []
    if path.exists():
        lines = path.read_text(encoding="utf-8").splitlines()
        # The last line of a killed run may be half a line.
        whole = [line for line in lines if line.endswith("}")]
        kept = [line for line in whole if json.loads(line)["step"] <= step]
    path.write_text("".join(line + "\n" for line in kept), encoding="utf-8")
    return path.open("a", encoding="utf-8")
