"""What a repository on the Hub holds at one commit."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from codegen_cli.errors import ModelError
from codegen_cli.hub.client import client, patiently

_COMMIT = re.compile(r"[0-9a-f]{40}")
_ETAG = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file of a repository: its bytes, and the hash that the Hub gives for it.

    `etag` is the SHA-256 of a large file, git's SHA-1 of a small one; it also names the file in
    the client's cache. "" where it is unknown.
    """

    name: str
    size: int
    etag: str

    @property
    def is_large(self) -> bool:
        """Say whether it is stored outside of git, and so has a SHA-256."""
        return len(self.etag) == 64


@dataclass(frozen=True, slots=True)
class Listing:
    """The files of a repository at one commit."""

    repo: str
    commit: str
    files: tuple[RemoteFile, ...]


def list_repo(repo: str, revision: str, on_note: Callable[[str], None]) -> Listing:
    """Ask the Hub for the files of a repository at a branch, tag or commit.

    Raises:
        ModelNotFound, ModelError, HubError: see `patiently`; a listing without sizes is refused.
    """
    api = client().HfApi()
    info = patiently(
        repo, lambda: api.model_info(repo, revision=revision, files_metadata=True), on_note
    )
    files = []
    for entry in info.siblings or ():
        etag = entry.lfs.sha256 if entry.lfs else entry.blob_id
        # Hashes become names of files: nothing else may get there.
        if not isinstance(entry.size, int) or not _ETAG.fullmatch(str(etag)):
            raise ModelError(
                f"the Hub gives no size and hash for a file of {repo}", "check HF_ENDPOINT"
            )
        files.append(RemoteFile(str(entry.rfilename), entry.size, str(etag)))
    if not _COMMIT.fullmatch(str(info.sha)):
        raise ModelError(f"the Hub names no commit for {repo}", "check HF_ENDPOINT")
    return Listing(repo, str(info.sha), tuple(files))
