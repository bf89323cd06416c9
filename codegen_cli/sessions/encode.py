"""Provenance and setup as JSON and back: what the database holds and what exports say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from codegen_cli.errors import SessionError, UsageError
from codegen_cli.program.cases import parse_case
from codegen_cli.program.marks import Marks
from codegen_cli.sessions.records import Provenance, Setup
from codegen_cli.settings import Sampling

_KNOWN = {field.name for field in fields(Provenance)}
_EMPTY = Provenance("file")


def provenance_record(provenance: Provenance) -> dict[str, Any]:
    """Return a provenance as a dictionary for JSON; what says nothing is left out."""
    record = asdict(provenance)
    return {
        name: value
        for name, value in record.items()
        if name == "origin" or value != getattr(_EMPTY, name)
    }


def dump_provenance(provenance: Provenance) -> str:
    """Return a provenance as one line of JSON."""
    return json.dumps(provenance_record(provenance), ensure_ascii=False, separators=(",", ":"))


def load_provenance(text: str) -> Provenance:
    """Return the provenance of `dump_provenance`; what a newer version added is passed over.

    Raises:
        SessionError: it is none.
    """
    try:
        record = {name: value for name, value in json.loads(text).items() if name in _KNOWN}
        for name in ("folded", "banned", "tokens", "logprobs"):
            record[name] = tuple(record.get(name, ()))
        record["lora"] = tuple((path, scale) for path, scale in record.get("lora", ()))
        if record.get("sampling") is not None:
            record["sampling"] = _sampling(record["sampling"])
        return Provenance(**record)
    except (ValueError, TypeError, AttributeError) as error:
        raise SessionError(f"a stored turn is unreadable: {error}", "remove its session") from error


def setup_record(setup: Setup) -> dict[str, Any]:
    """Return a setup as a dictionary for JSON; cases are written as they are typed."""
    return {
        "sampling": asdict(setup.sampling),
        "candidates": setup.candidates,
        "pinned_nodes": sorted(setup.marks.pinned),
        "folded_nodes": sorted(setup.marks.folded),
        "undone": list(setup.undone),
        "cases": [case.text for case in setup.cases],
        "templates": dict(setup.templates),
    }


def dump_setup(setup: Setup) -> str:
    """Return a setup as one line of JSON."""
    return json.dumps(setup_record(setup), ensure_ascii=False, separators=(",", ":"))


def load_setup(text: str, turns: Sequence[int] = ()) -> Setup:
    """Return the setup of `dump_setup`; what a newer version added is passed over.

    `turns` are the nodes of the program: an older version marked turns by their numbers in it.

    Raises:
        SessionError: it is none.
    """
    try:
        record = json.loads(text)
        return Setup(
            sampling=_sampling(record["sampling"]),
            candidates=int(record["candidates"]),
            marks=Marks(_marked(record, "pinned", turns), _marked(record, "folded", turns)),
            undone=tuple(record["undone"]),
            cases=tuple(map(parse_case, record["cases"])),
            templates=dict(record["templates"]),
        )
    except (ValueError, TypeError, LookupError, UsageError) as error:
        raise SessionError(
            f"a stored setup is unreadable: {error}", "remove its session"
        ) from error


def _sampling(record: dict[str, Any]) -> Sampling:
    """Return the settings of a record; older ones have no stop strings."""
    return Sampling(**{**record, "stop": tuple(map(str, record.get("stop", ())))})


def _marked(record: dict[str, Any], what: str, turns: Sequence[int]) -> frozenset[int]:
    if (nodes := record.get(f"{what}_nodes")) is not None:
        return frozenset(nodes)
    return frozenset(turns[number - 1] for number in record[what] if 0 < number <= len(turns))
