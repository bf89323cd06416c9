"""The statements of HumanEval's and MTPB's problems, from their published files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from codegen_cli.errors import UsageError
from models.data.streams import lines, open_plain

_MOST_LINE = 1 << 24

#: A place that an input of MTPB fills: its text is not the benchmark's wording.
_FILLED = re.compile(r"\{[^{}]*\}")


def statements(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the name of each problem with each of its statements.

    Of HumanEval (and what has its shape) that is the prompt with the solution, and the test; of
    MTPB (and what has its shape) the pieces of prompts between inputs.

    Raises:
        UsageError: it cannot be read or has neither shape.
    """
    try:
        with path.open("rb") as raw, open_plain(raw, path.name) as stream:
            for number, line in enumerate(lines(stream, _MOST_LINE), 1):
                if line is None or line.strip():
                    yield from _problem(path, number, json.loads(line or b"null"))
    except (OSError, EOFError, ValueError) as error:
        raise UsageError(
            f'cannot read the benchmark "{path}": {error}', "give HumanEval's or MTPB's .jsonl"
        ) from error


def _problem(path: Path, number: int, fields: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(fields, dict):
        raise ValueError(f"line {number} is no object")
    if "task_id" in fields and "prompt" in fields:
        name = str(fields["task_id"])
        yield name, f"{fields['prompt']}\n{fields.get('canonical_solution', '')}"
        yield name, str(fields.get("test", ""))
    elif "prompts" in fields:
        name = f"MTPB/{fields.get('id', number)}"
        for prompt in fields["prompts"]:
            for piece in _FILLED.split(str(prompt)):
                yield name, piece
    else:
        raise ValueError(f"line {number} has no `prompt` and no `prompts`")
