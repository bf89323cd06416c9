"""The list of shards: `*.index.json` says which file holds which tensor."""

from __future__ import annotations

from .layout import Contents
from .place import Place, open_weights
from .strict_json import json_object
from .wall import Malformed, shown

MAX_INDEX_BYTES = 16 * 2**20


def read_index(path: Place) -> dict[str, str]:
    """Return the map from tensor name to the plain name of a file in the same folder.

    Raises `CheckpointError` for an unreadable file, `Malformed` for a broken index and for a file
    name that leads out of the folder.
    """
    file = open_weights(path)
    try:
        if file.size > MAX_INDEX_BYTES:
            raise Malformed(f"has {file.size} bytes, too many for an index")
        index = json_object(file.bytes_at(0, file.size, "the index"), "it")
    finally:
        file.close()
    weight_map = index.get("weight_map")
    if not isinstance(weight_map, dict) or not weight_map:
        raise Malformed("is damaged: it has no weight_map")
    for name in weight_map.values():
        _check_plain(name)
    return weight_map


def check_shards(weight_map: dict[str, str], shards: dict[str, Contents]) -> None:
    """Refuse shards that lack a promised tensor, and a tensor that two shards hold."""
    owners: dict[str, str] = {}
    for file, contents in shards.items():
        for name in (*contents.tensors, *contents.other):
            if name in owners:
                raise Malformed(f"has {shown(name)} in both {owners[name]} and {file}")
            owners[name] = file
    for name, file in weight_map.items():
        if owners.get(name) != file:
            raise Malformed(f"promises {shown(name)} in {file}, which lacks it")


def _check_plain(name: object) -> None:
    if not isinstance(name, str):
        raise Malformed("is damaged: a file name in it is not text")
    # ":" starts a drive or a stream on Windows; the rules are the same on every system.
    if name in ("", ".", "..") or any(character in name for character in "/\\:\0"):
        raise Malformed(f"names {shown(name)}, which is not a file of its folder: refused", "")
