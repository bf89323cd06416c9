"""Which files of a repository a conversion needs."""

from __future__ import annotations

import re
from collections.abc import Iterable

from codegen_cli.errors import CheckpointError
from codegen_cli.hub.listing import Listing, RemoteFile
from codegen_cli.registry.weights import SINGLE_OR_INDEX

#: The rest of what is read: the shape, the tokenizer, the licence.
OTHERS = (
    "config.json",
    "vocab.json",
    "merges.txt",
    "added_tokens.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "README.md",
)

_INDEX = ".index.json"


def choose_files(listing: Listing) -> tuple[list[RemoteFile], list[RemoteFile]]:
    """Return the weight files (with their index) and the small files beside them.

    Raises:
        CheckpointError: it holds no weights in a format that is read, or a shard is missing.
    """
    by_name = {file.name: file for file in listing.files}
    others = [by_name[name] for name in OTHERS if name in by_name]
    for name in SINGLE_OR_INDEX:
        if name in by_name and not name.endswith(_INDEX):
            return [by_name[name]], others
        if name in by_name:
            shards = _shards(name, by_name)
            return [by_name[shard] for shard in shards], [*others, by_name[name]]
    raise CheckpointError(
        f"{listing.repo} holds no weights in a format that is read",
        f"looked for {', '.join(SINGLE_OR_INDEX)}",
    )


def _shards(index: str, names: Iterable[str]) -> list[str]:
    """Return the shards that stand beside an index: all of `STEM-00001-of-0000N.ENDING`."""
    stem, _, ending = index.removesuffix(_INDEX).partition(".")
    shard = re.compile(rf"{re.escape(stem)}-(\d+)-of-(\d+)\.{re.escape(ending)}")
    found = {name: match for name in names if (match := shard.fullmatch(name))}
    counts = {int(match[2]) for match in found.values()}
    if len(counts) != 1 or {int(m[1]) for m in found.values()} != set(range(1, max(counts) + 1)):
        raise CheckpointError(
            f"of the shards of {index}, {len(found)} are there",
            "the checkpoint is not complete",
        )
    return sorted(found)
