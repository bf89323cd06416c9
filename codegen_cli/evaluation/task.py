"""What is to be sampled: a task for each sample, as pure data, and the row it becomes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Benchmark = Literal["humaneval", "mtpb"]

#: Which of the released rules end a completion: all of them, or all but the second print and def.
StopRules = Literal["paper", "terminals"]

#: A finished sample as its JSON object.
Row: TypeAlias = dict[str, Any]

#: What tells the rows of a run apart: problem, temperature, case, sample.
Key: TypeAlias = tuple[str, float, int, int]


@dataclass(frozen=True, slots=True)
class Task:
    """One sample to draw: steps, each followed by a completion.

    The text begins with `prefix`; each of `steps` is appended, continued by at most `max_tokens`
    tokens, and closed with `tail`. HumanEval's only step is the prompt; a step of the Multi-Turn
    Programming Benchmark is a comment. `expected` and `input` go into the row as they are.
    """

    benchmark: Benchmark
    problem: str
    case: int
    sample: int
    prefix: str
    steps: tuple[str, ...]
    tail: str
    max_tokens: int
    temperature: float
    top_p: float
    seed: int
    stop_rules: StopRules = "paper"
    input: Mapping[str, object] | None = None
    expected: object = None

    @property
    def key(self) -> Key:
        """Return what tells its row from the others of a run."""
        return (self.problem, self.temperature, self.case, self.sample)


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of a step: its text without the tail, and how it ended.

    `finish_reason` is the engine's, or "overflow" when the context had no room for a token.
    """

    step: str
    text: str
    tokens: int
    finish_reason: str
    stop_rule: str | None


def sample_seed(seed: int, temperature: float, problem: str, case: int, sample: int) -> int:
    """Return the seed of a sample: it depends on these five values alone, not on their order.

    A turn k of the sample, counted from 0, is drawn with `turn_seed(seed, k)`.
    """
    text = f"{seed}|{temperature!r}|{problem}|{case}|{sample}"
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:4], "big")


def row_of(task: Task, turns: list[Turn]) -> Row:
    """Return the row of a finished sample: the shapes of openai/human-eval and mtpb_sample.py."""
    drawn = {
        "seed": task.seed,
        "temperature": task.temperature,
        "tokens": sum(turn.tokens for turn in turns),
    }
    if task.benchmark == "humaneval":
        (turn,) = turns
        return {
            "task_id": task.problem,
            "completion": turn.text,
            "sample": task.sample,
            **drawn,
            "finish_reason": turn.finish_reason,
            "stop_rule": turn.stop_rule,
        }
    pieces = [task.prefix]
    for turn in turns:
        pieces += [turn.step, turn.text + task.tail]
    return {
        "id": task.problem,
        "case": task.case,
        "sample": task.sample,
        "input": task.input,
        "gold_output": task.expected,
        "completions": "".join(pieces),
        "prompts_completions": pieces,
        **drawn,
        "finish_reasons": [turn.finish_reason for turn in turns],
        "context_overflow": any(turn.finish_reason == "overflow" for turn in turns),
    }


def key_of(row: Row) -> Key:
    """Return the key of the task that a row came from.

    Raises:
        KeyError, TypeError, ValueError: it is no row of a run.
    """
    problem = row["task_id"] if "task_id" in row else row["id"]
    return (str(problem), float(row["temperature"]), int(row.get("case", 0)), int(row["sample"]))
