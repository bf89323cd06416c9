"""Count what the grammar and a sample of programs hold."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator
from typing import Any

from models.synthetic.grammar import Split
from models.synthetic.operation import phrases
from models.synthetic.operations import OPERATIONS, TOPICS
from models.synthetic.produce import Made, make
from models.synthetic.program import fill_code, fill_step


def sample(split: Split, programs: int, seed: int) -> Iterator[Made]:
    """Yield so many programs of a split; for testing, near and far wordings in turns."""
    for index in range(programs):
        far = split == "test" and index % 2 == 1
        yield make(split, seed, index, distance="far" if far else "near")


def describe(split: Split, programs: int, seed: int) -> dict[str, Any]:
    """Return counts of the grammar, and of programs as `make` writes them."""
    wordings = [len(phrases(operation, split, "near")) for operation in OPERATIONS]
    families: Counter[str] = Counter()
    operations: Counter[str] = Counter()
    steps: set[str] = set()
    turns = prompt = code = 0
    for made in sample(split, programs, seed):
        values, _ = made.cases[0]
        families[made.program.family] += 1
        operations.update(made.program.operations)
        for turn in made.program.turns:
            step = fill_step(turn.step, values)
            steps.add(turn.step)
            turns += 1
            prompt += len(step)
            code += len(fill_code(turn.code, values))
    return {
        "topics": {topic: len(found) for topic, found in TOPICS.items()},
        "operations": len(OPERATIONS),
        "wordings_of_an_operation": {
            "fewest": min(wordings),
            "median": statistics.median(wordings),
            "most": max(wordings),
            "all": sum(wordings),
        },
        "programs": programs,
        "families": len(families),
        "operations_seen": len(operations),
        "turns": turns,
        "distinct_steps_before_values": len(steps),
        "step_characters": prompt,
        "code_characters": code,
    }
