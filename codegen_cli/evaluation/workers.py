"""Spread units over workers that may be lost: every row comes once, whatever happens to them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from codegen_cli.engine.base import never
from codegen_cli.errors import CodegenError
from codegen_cli.evaluation.plan import Unit
from codegen_cli.evaluation.task import Key, Row, key_of

#: A unit that so many workers were lost with is probably what ends them.
ATTEMPTS = 3

#: Seconds between two looks at Ctrl-C while nothing happens.
_POLL = 0.2


@dataclass(frozen=True, slots=True)
class Report:
    """What has come of a unit, by number: more rows, its end, or the loss of its worker.

    `cause` says how the worker was lost.
    """

    unit: int
    rows: tuple[Row, ...] = ()
    state: Literal["working", "finished", "lost"] = "working"
    cause: str = ""


class Workers(Protocol):
    """What draws units, each with a model of its own; a lost worker is replaced by another."""

    @property
    def idle(self) -> int:
        """Return how many units can be begun at once."""

    def begin(self, unit: Unit) -> None:
        """Give a unit to an idle worker."""

    def reports(self, seconds: float) -> Sequence[Report]:
        """Return what has come since the last call; wait that long for the first."""


def spread(
    units: Iterable[Unit],
    workers: Workers,
    should_stop: Callable[[], bool] = never,
    *,
    on_loss: Callable[[str], None],
) -> Iterator[Row]:
    """Yield each row of each unit once, in the order in which they come.

    A unit whose worker is lost is drawn again as a whole; what had come of it already is not
    yielded again, and neither is what a worker reports that was thought to be lost.

    Raises:
        CodegenError: a unit lost its worker too often, or a worker says what is wrong.
    """
    waiting, again = iter(units), deque[Unit]()
    open_units: dict[int, _OpenUnit] = {}
    more = True
    while not should_stop():
        while more and workers.idle:
            unit = again.popleft() if again else next(waiting, None)
            more = unit is not None
            if unit is not None:
                open_units.setdefault(unit.number, _OpenUnit(unit))
                workers.begin(unit)
        if not (more or open_units):
            return
        for report in workers.reports(_POLL):
            found = open_units.get(report.unit)
            if found is None:
                continue
            yield from found.new(report.rows)
            if not found.left:
                del open_units[report.unit]
                # A worker that was thought to be lost may have brought the rest.
                again = deque(unit for unit in again if unit is not found.unit)
            elif report.state != "working":
                on_loss(found.lose(report))
                again.append(found.unit)
                more = True


class _OpenUnit:
    """A unit under way, and which of its rows have not come yet."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.left: set[Key] = {task.key for task in unit.tasks}
        self._losses = 0

    def new(self, rows: Sequence[Row]) -> Iterator[Row]:
        """Yield the rows that had not come before."""
        for row in rows:
            key = key_of(row)
            if key in self.left:
                self.left.remove(key)
                yield row

    def lose(self, report: Report) -> str:
        """Note that it ended without all rows, and say so.

        Raises:
            CodegenError: that was once too often.
        """
        self._losses += 1
        cause = report.cause or "it ended early"
        first = self.unit.tasks[0]
        if self._losses >= ATTEMPTS:
            raise CodegenError(
                f"{self._losses} workers were lost with the samples from {first.problem} on; "
                f"the last: {cause}",
                "look at the memory of the machines; the same command goes on",
            )
        return (
            f"a worker was lost ({cause}); {len(self.left)} of its {len(self.unit.tasks)} samples "
            "are drawn again"
        )
