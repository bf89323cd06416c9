"""Read the JSON files of a checkpoint folder."""

from __future__ import annotations

from typing import Any

from codegen_cli.convert.checkpoint.place import Place
from codegen_cli.convert.checkpoint.strict_json import json_object
from codegen_cli.convert.checkpoint.wall import reading


def read_json(path: Place) -> dict[str, Any]:
    """Return the JSON object in a file.

    Raises:
        CheckpointError: it cannot be read, is not JSON or holds no object.
    """
    with reading(path):
        return json_object(path.read_bytes(), "it")
