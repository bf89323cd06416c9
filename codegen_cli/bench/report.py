"""A finished benchmark, and its JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, dataclass, fields
from typing import Any

from codegen_cli.bench.records import Limits, Row


@dataclass(frozen=True, slots=True)
class Report:
    """The rows and everything needed to read them."""

    machine: dict[str, Any]
    versions: dict[str, str]
    model: dict[str, Any]
    settings: dict[str, Any]
    limits: Limits
    peak_memory_bytes: int
    rows: list[Row]


def to_json(report: Report) -> str:
    """Return one JSON object."""
    return json.dumps(asdict(report), ensure_ascii=False, indent=2) + "\n"


def to_csv(rows: list[Row]) -> str:
    """Return a header and one line a row; what says nothing is empty."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    names = [field.name for field in fields(Row)]
    writer.writerow(names)
    for row in rows:
        values = [getattr(row, name) for name in names]
        writer.writerow(["" if value is None else value for value in values])
    return stream.getvalue()
