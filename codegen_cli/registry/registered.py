"""What is known of a pulled model: `NAME.gguf.json` beside NAME.gguf."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from codegen_cli.files import write_output

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Registered:
    """Where a model came from, and what its file must be.

    `name` is the recipe's (or the Hub id, where there is none), `revision` what was asked for,
    `commit` what that was, `pulled` the time in ISO 8601.
    """

    name: str
    repo: str
    revision: str
    commit: str
    file_type: str
    size: int
    sha256: str
    license: str
    converter: str
    pulled: str


def registration_path(model: Path) -> Path:
    """Return the path of a model's registration."""
    return model.with_name(f"{model.name}.json")


def register(model: Path, record: Registered) -> None:
    """Write a model's registration, whole or not at all.

    Raises:
        CodegenError: the disk refuses.
    """
    text = json.dumps({"version": _VERSION, **asdict(record)}, ensure_ascii=False, indent=2)
    write_output(registration_path(model), text + "\n")


def registered(model: Path) -> Registered | None:
    """Return a model's registration; None where there is none that can be read."""
    try:
        data = json.loads(registration_path(model).read_text(encoding="utf-8"))
        if data.pop("version") != _VERSION:
            return None
        record = Registered(**data)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    texts = (value for key, value in asdict(record).items() if key != "size")
    sound = isinstance(record.size, int) and all(isinstance(text, str) for text in texts)
    return record if sound else None
