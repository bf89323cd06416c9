"""Every operation, by topic."""

from __future__ import annotations

from models.synthetic.operation import Operation
from models.synthetic.operations import (
    arithmetic,
    arrays,
    checks,
    choices,
    conversions,
    dates,
    loops,
    matrices,
    number,
    numbers,
    ratio,
    regex,
    sequences,
    slices,
    statistics,
    tables,
    text,
    text_edits,
    text_facts,
    two,
    two_lists,
    two_numbers,
    word_facts,
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
    "two numbers": two_numbers.OPERATIONS,
    "text edits": text_edits.OPERATIONS,
    "slices": slices.OPERATIONS,
    "conversions": conversions.OPERATIONS,
    "checks": checks.OPERATIONS,
    "two lists": two_lists.OPERATIONS,
    "word facts": word_facts.OPERATIONS,
    "matrices": matrices.OPERATIONS,
    "ratio": ratio.OPERATIONS,
    "arithmetic": arithmetic.OPERATIONS,
    "text facts": text_facts.OPERATIONS,
    "choices": choices.OPERATIONS,
    "loops": loops.OPERATIONS,
}
OPERATIONS: tuple[Operation, ...] = tuple(o for topic in TOPICS.values() for o in topic)
