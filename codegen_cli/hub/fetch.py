"""Bring one file of a repository into the client's cache, resumed and checked.

The client (2.x) throws the part of a file away when a download ends early, so a large file grows in
a part of our own beside its place in the cache. There the client then finds it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

from codegen_cli.errors import ModelError
from codegen_cli.hub.cache import blob, partial, snapshot
from codegen_cli.hub.client import client, patiently
from codegen_cli.hub.listing import RemoteFile
from codegen_cli.registry.fingerprint import model_sha256, remember, sha256

OnBytes = Callable[[int], None]


def fetch(
    repo: str,
    commit: str,
    file: RemoteFile,
    on_bytes: OnBytes,
    on_note: Callable[[str], None],
) -> None:
    """Have a file in the cache as the Hub has it.

    Raises:
        ModelError: its contents are twice not what the Hub says.
        ModelNotFound, HubError, CodegenError: see `patiently`.
    """
    place = snapshot(repo, commit) / file.name
    if place.is_file():
        if matches(place, file):
            on_bytes(file.size)
            return
        on_note(f"{file.name} in the cache is damaged: downloading it again")
        _drop(place)
    if file.is_large:
        _have_contents(repo, commit, file, on_bytes, on_note)
    # Links a large file, whose contents are there; downloads a small one.
    patiently(repo, lambda: client().hf_hub_download(repo, file.name, revision=commit), on_note)
    if not file.is_large:
        if not matches(place, file):
            _drop(place)
            raise _damaged(repo, file)
        on_bytes(file.size)


def remember_revision(repo: str, revision: str, on_note: Callable[[str], None]) -> None:
    """Let the client enter which commit a branch or tag is, for the time without the network."""
    patiently(
        repo, lambda: client().hf_hub_download(repo, "config.json", revision=revision), on_note
    )


def matches(path: Path, file: RemoteFile) -> bool:
    """Compare a file with the size and hash that the Hub gives."""
    if path.stat().st_size != file.size:
        return False
    if file.is_large:
        return model_sha256(path) == file.etag
    return not file.etag or _git_sha1(path) == file.etag


def _have_contents(
    repo: str, commit: str, file: RemoteFile, on_bytes: OnBytes, on_note: Callable[[str], None]
) -> None:
    contents = blob(repo, file)
    if contents.is_file():
        if matches(contents, file):
            on_bytes(file.size)
            return
        on_note(f"{file.name} in the cache is damaged: downloading it again")
        contents.unlink()
    part = partial(repo, file)
    part.parent.mkdir(parents=True, exist_ok=True)
    told = 0

    def on_position(position: int) -> None:
        nonlocal told
        on_bytes(position - told)
        told = position

    for _ in range(2):
        patiently(repo, lambda: _grow(repo, commit, file, part, on_position), on_note)
        if sha256(part) == file.etag:
            part.replace(contents)
            remember(contents, file.etag)
            return
        part.unlink()
        on_position(0)
        on_note(f"{file.name} arrived damaged")
    raise _damaged(repo, file)


def _grow(repo: str, commit: str, file: RemoteFile, part: Path, on_position: OnBytes) -> None:
    """Download the rest of a file, as a request for a range."""
    from huggingface_hub.file_download import http_get

    with part.open("r+b" if part.exists() else "w+b") as stream:
        have = stream.seek(0, os.SEEK_END)
        if have > file.size:
            have = stream.seek(stream.truncate(0))
        on_position(have)
        http_get(
            client().hf_hub_url(repo, file.name, revision=commit),
            cast(BinaryIO, _Watched(stream, on_position)),
            resume_size=have,
            # A compressed answer has no ranges. The token goes to the Hub alone: the HTTP library
            # drops it on the way to another host.
            headers={**client().utils.build_hf_headers(), "Accept-Encoding": "identity"},
            expected_size=file.size,
        )


class _Watched:
    """What http_get uses of a file, telling how far it has come."""

    def __init__(self, stream: BinaryIO, on_position: OnBytes) -> None:
        self._stream = stream
        self._on_position = on_position

    def write(self, data: bytes) -> int:
        count = self._stream.write(data)
        self._on_position(self._stream.tell())
        return count

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def truncate(self, size: int | None = None) -> int:
        return self._stream.truncate(size)


def _drop(link: Path) -> None:
    with contextlib.suppress(OSError):
        link.resolve().unlink()
    with contextlib.suppress(OSError):
        link.unlink()


def _damaged(repo: str, file: RemoteFile) -> ModelError:
    return ModelError(
        f"{file.name} of {repo} is not what the Hub says it is (size or hash)",
        "something on the way changes it: check the proxy or HF_ENDPOINT, or try again later",
    )


def _git_sha1(path: Path) -> str:
    data = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
