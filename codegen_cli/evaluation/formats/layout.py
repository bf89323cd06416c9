"""Which format a file or folder of samples has, judged by what is in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from codegen_cli.errors import UsageError
from codegen_cli.evaluation.lines import (
    check_regular,
    first_character,
    naming,
    read_records,
    read_text,
)

Layout = Literal["rows", "rows-folder", "evalplus-folder", "evalplus-results", "bigcode"]


def layout_of(path: Path) -> Layout:
    """Return the layout of a path: JSON rows, bigcode's list of lists, or one of EvalPlus' two.

    Raises:
        UsageError: it holds no samples at all.
    """
    check_regular(path)
    if path.is_dir():
        return _folder_layout(path)
    with naming(path):
        if first_character(path) == "[":
            return "bigcode"
        first = next(iter(read_records(path)), None)
        if first is None:
            raise UsageError("there is no sample in it", "one JSON object a line")
        if "eval" in first.fields and "task_id" not in first.fields:
            return "evalplus-results"
        if "config" in first.fields:
            raise UsageError("these are metrics, not samples", "give the generations file")
        return "rows"


def read_json(path: Path) -> Any:
    """Return the JSON value that a whole file is; use it inside `naming`.

    Raises:
        UsageError: it is not JSON.
    """
    try:
        return json.loads(read_text(path))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"not JSON: {error}", "give a file of samples") from error


def _folder_layout(path: Path) -> Layout:
    if any(path.glob("*/*.py")):
        return "evalplus-folder"
    if any(path.glob("*.jsonl")):
        return "rows-folder"
    raise UsageError(
        f'no samples in the folder "{path}"',
        "it should hold .jsonl files, or EvalPlus' folders such as HumanEval_0/0.py",
    )
