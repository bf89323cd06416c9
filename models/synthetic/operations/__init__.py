"""Every operation, by topic."""

from __future__ import annotations

from models.synthetic.operation import Operation
from models.synthetic.operations import (
    arrays,
    choices,
    dates,
    loops,
    number,
    numbers,
    regex,
    sequences,
    statistics,
    tables,
    text,
    two,
    words,
)

TOPICS: dict[str, tuple[Operation, ...]] = {
    "numbers": numbers.OPERATIONS,
    "statistics": statistics.OPERATIONS,
    "sequences": sequences.OPERATIONS,
    "number": number.OPERATIONS,
    "text": text.OPERATIONS,
    "regex": regex.OPERATIONS,
    "words": words.OPERATIONS,
    "tables": tables.OPERATIONS,
    "arrays": arrays.OPERATIONS,
    "dates": dates.OPERATIONS,
    "two": two.OPERATIONS,
    "choices": choices.OPERATIONS,
    "loops": loops.OPERATIONS,
}
OPERATIONS: tuple[Operation, ...] = tuple(o for topic in TOPICS.values() for o in topic)
