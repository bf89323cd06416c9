"""The SHA-256 of a large file, remembered while the file does not change."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

from codegen_cli.paths import cache_dir
from codegen_cli.registry.weights import weight_files

_BLOCK = 1 << 22

#: Below this, reading is as quick as remembering, and certain.
_LARGE = 1 << 26


def model_sha256(path: Path, on_bytes: Callable[[int], None] = lambda count: None) -> str:
    """Return the SHA-256 of a model file, or of the weights of a Hugging Face folder.

    A folder with one weights file has that file's; with several shards it is the digest of their
    names and digests, a line each as `sha256sum` prints them. `on_bytes` is told the progress.

    Raises:
        ModelError: the folder has no weights.
    """
    if not path.is_dir():
        return _file_sha256(path, on_bytes)
    digests = [(_file_sha256(file, on_bytes), file.name) for file in weight_files(path)]
    if len(digests) == 1:
        return digests[0][0]
    lines = "".join(f"{digest}  {name}\n" for digest, name in digests)
    return hashlib.sha256(lines.encode()).hexdigest()


def _file_sha256(path: Path, on_bytes: Callable[[int], None]) -> str:
    """Return a file's SHA-256; a large file is read only once per change of size or time."""
    size = path.stat().st_size
    if size < _LARGE:
        return sha256(path, on_bytes)
    known = _load(_store()).get(_key(path))
    if known is not None:
        on_bytes(size)
        return known
    digest = sha256(path, on_bytes)
    remember(path, digest)
    return digest


def remember(path: Path, digest: str) -> None:
    """Remember what the SHA-256 of a file is, as long as the file does not change."""
    if path.stat().st_size < _LARGE:
        return
    _save(_store(), {**_load(_store()), _key(path): digest})


def sha256(path: Path, on_bytes: Callable[[int], None] = lambda count: None) -> str:
    """Read the file and return its SHA-256."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
            on_bytes(len(block))
    return digest.hexdigest()


def _key(path: Path) -> str:
    stat = path.stat()
    return f"{path.resolve()}|{stat.st_size}|{stat.st_mtime_ns}"


def _store() -> Path:
    return cache_dir() / "sha256.json"


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
