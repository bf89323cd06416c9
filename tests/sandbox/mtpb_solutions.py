"""Reference solutions of MTPB, written by hand, one answer a turn, as a model would give them.

The files in `solutions/` hold a heading `## ID NAME` for each problem and a line `##` between its
turns; `{A}` stands for the input's value of that name, as it does in the benchmark's own prompts.
Run as a program, this writes the samples that `codegen eval score mtpb` reads:

    python tests/sandbox/mtpb_solutions.py mtpb.jsonl > samples.jsonl
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from codegen_cli.program import Problem, Program, Turn, parse_jsonl, steps_for

FOLDER = Path(__file__).parent / "solutions"

#: A percentile of random resamples, and two CSV files that were never published.
UNSOLVED = ("23", "38", "46")


def solutions() -> dict[str, tuple[str, ...]]:
    """Return the turns of every solved problem, by its id."""
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.txt")))
    found: dict[str, tuple[str, ...]] = {}
    for heading, body in re.findall(r"^## (\d+) .*\n((?:(?!## ).*\n)*)", text, re.MULTILINE):
        assert heading not in found, f"problem {heading} is solved twice"
        found[heading] = tuple(turn.rstrip("\n") for turn in body.split("##\n"))
    return found


def fill(code: str, values: Mapping[str, object]) -> str:
    """Put the input's values in; other braces are Python's."""
    names = "|".join(map(re.escape, values))
    return re.sub(rf"\{{({names})\}}", lambda match: str(values[match[1]]), code)


def rows(problems: list[Problem]) -> Iterator[dict[str, Any]]:
    """Yield a sample for every case of every solved problem, as `codegen eval mtpb` writes it."""
    answers = solutions()
    for problem in problems:
        for case, values in enumerate(problem.inputs):
            if problem.id in answers:
                yield _row(problem, case, [fill(turn, values) for turn in answers[problem.id]])


def _row(problem: Problem, case: int, codes: list[str]) -> dict[str, Any]:
    program = Program()
    parts = [program.prefix]
    for step, code in zip(steps_for(problem, case), codes, strict=True):
        program = program.add(Turn(step, code))
        parts += [step, code]
    return {
        "id": problem.id,
        "case": case,
        "input": problem.inputs[case],
        "gold_output": problem.outputs[case],
        "completions": program.text,
        "prompts_completions": parts,
    }


if __name__ == "__main__":
    for row in rows(parse_jsonl(Path(sys.argv[1]).read_text(encoding="utf-8"))):
        sys.stdout.write(json.dumps(row) + "\n")
