"""Which operations a program does to which variables: its family."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass

from models.synthetic.grammar import Split, split_of
from models.synthetic.operation import Operation
from models.synthetic.operations import OPERATIONS

#: A kind that is also of another kind.
_ALSO = {"message": "text", "few_number": "number"}
_STARTS = {
    ("numbers",): 26,
    ("text",): 20,
    ("words",): 13,
    ("number",): 9,
    ("few_number",): 3,
    ("ratio",): 2,
    ("ratios",): 3,
    ("table",): 9,
    ("matrix",): 6,
    ("message",): 6,
    ("date",): 4,
    ("pairs",): 2,
    ("numbers", "numbers"): 5,
    ("number", "number"): 4,
    ("text", "text"): 3,
    ("words", "numbers"): 2,
    ("date", "date"): 1,
    ("few_number", "few_number"): 1,
}
_LENGTHS = (1, 1, 2, 2, 2, 2, 3, 3, 3, 4)


@dataclass(frozen=True, slots=True)
class Action:
    """An operation and the variables it reads, numbered as they were made."""

    operation: Operation
    reads: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The kinds of the literals a program starts from, and what it does."""

    starts: tuple[str, ...]
    actions: tuple[Action, ...]

    @property
    def family(self) -> str:
        """Name what programs of this plan have in common whatever their wording and values."""
        return f"{'+'.join(self.starts)}: {' > '.join(a.operation.name for a in self.actions)}"


def kinds_of(kind: str) -> tuple[str, ...]:
    """Return all kinds that a kind can stand for."""
    return (kind, _ALSO[kind]) if kind in _ALSO else (kind,)


def _by_first() -> dict[str, list[Operation]]:
    table = defaultdict(list)
    for operation in OPERATIONS:
        table[operation.inputs[0]].append(operation)
    return dict(table)


_OPERATIONS_ON = _by_first()


def plan(split: Split, rng: random.Random) -> Plan:
    """Draw plans until one belongs to the split."""
    while True:
        drawn = _draw(rng)
        if drawn and split_of(drawn.family) == split:
            return drawn


def _draw(rng: random.Random) -> Plan | None:
    starts = rng.choices(tuple(_STARTS), tuple(_STARTS.values()))[0]
    kinds = list(starts)
    actions: list[Action] = []
    for position in range(rng.choice(_LENGTHS)):
        # What two literals are for comes first.
        action = _action(kinds, len(starts) == 2 and position == 0, rng)
        if action is None:
            break
        if any(action.operation is done.operation for done in actions):
            break
        actions.append(action)
        kinds.append(action.operation.output)
    return Plan(starts, tuple(actions)) if actions else None


def _action(kinds: list[str], two: bool, rng: random.Random) -> Action | None:
    latest = len(kinds) - 1
    first = 0 if two else latest if rng.random() < 0.8 else rng.randrange(len(kinds))
    options = [o for k in kinds_of(kinds[first]) for o in _OPERATIONS_ON.get(k, ())]
    if two:
        options = [o for o in options if len(o.inputs) == 2]
    rng.shuffle(options)
    for operation in options:
        reads = [first]
        for wanted in operation.inputs[1:]:
            others = [i for i, k in enumerate(kinds) if i != first and wanted in kinds_of(k)]
            reads += others[-1:]
        if len(reads) == len(operation.inputs):
            return Action(operation, tuple(reads))
    return None
