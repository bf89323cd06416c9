"""The SHA-256 of a model file, remembered while the file does not change."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

from codegen_cli.paths import cache_dir

_BLOCK = 1 << 22


def model_sha256(path: Path) -> str:
    """Return the file's SHA-256; a large file is read only once per change of size or time."""
    stat = path.stat()
    key = f"{path.resolve()}|{stat.st_size}|{stat.st_mtime_ns}"
    store = cache_dir() / "sha256.json"
    known = _load(store)
    if key not in known:
        known[key] = _hash(path)
        _save(store, known)
    return known[key]


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _load(store: Path) -> dict[str, str]:
    try:
        data = json.loads(store.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _save(store: Path, known: dict[str, str]) -> None:
    """Keep the newest hashes; a cache that cannot be written is only slower."""
    newest = dict(list(known.items())[-100:])
    temporary = store.with_suffix(f".{os.getpid()}")
    try:
        store.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps(newest), encoding="utf-8")
        temporary.replace(store)
    except OSError:
        temporary.unlink(missing_ok=True)
