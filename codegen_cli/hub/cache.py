"""The client's cache on this machine, in the layout that its documentation describes.

In `models--OWNER--NAME`, `blobs/ETAG` holds contents, `snapshots/COMMIT/NAME` links to them, and
`refs/BRANCH` names a commit. Source: https://huggingface.co/docs/huggingface_hub/guides/manage-cache
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from pathlib import Path

from codegen_cli.hub.client import client
from codegen_cli.hub.listing import Listing, RemoteFile

_COMMIT = re.compile(r"[0-9a-f]{40}")
_ETAG = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def cache_folder() -> Path:
    """Return the folder of the cache (HF_HOME, HF_HUB_CACHE)."""
    client()
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


def repo_folder(repo: str) -> Path:
    """Return the folder of one model."""
    return cache_folder() / f"models--{repo.replace('/', '--')}"


def snapshot(repo: str, commit: str) -> Path:
    """Return the folder of one commit, as a checkpoint folder."""
    return repo_folder(repo) / "snapshots" / commit


def blob(repo: str, file: RemoteFile) -> Path:
    """Return where the contents of a file lie."""
    return repo_folder(repo) / "blobs" / file.etag


def partial(repo: str, file: RemoteFile) -> Path:
    """Return where a file grows; the ending is the one that the client prunes."""
    return repo_folder(repo) / "blobs" / f"{file.etag}.codegen.incomplete"


def cached_listing(repo: str, revision: str) -> Listing | None:
    """Return what the cache holds of a revision, without the network; None for nothing."""
    commit = revision
    if not _COMMIT.fullmatch(revision):
        try:
            commit = (repo_folder(repo) / "refs" / revision).read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return None
    folder = snapshot(repo, commit)
    if not _COMMIT.fullmatch(commit) or not folder.is_dir():
        return None
    files = sorted(path for path in folder.iterdir() if path.is_file())
    return Listing(repo, commit, tuple(_described(path) for path in files))


def cached_files(repo: str, names: Iterable[str]) -> Path | None:
    """Return the folder of a commit that holds all these files, without the network."""
    found = [client().try_to_load_from_cache(repo, name) for name in names]
    return Path(found[0]).parent if all(isinstance(path, str) for path in found) else None


def forget(listing: Listing, names: Iterable[str]) -> int:
    """Remove files of a commit, and contents that no other commit uses; return the bytes freed."""
    freed = 0
    wanted = set(names)
    for file in listing.files:
        link = snapshot(listing.repo, listing.commit) / file.name
        if file.name not in wanted or not link.is_file():
            continue
        contents = blob(listing.repo, file)
        with contextlib.suppress(OSError):
            link.unlink()
            if not _is_used(listing.repo, contents):
                contents.unlink(missing_ok=True)
                freed += file.size
    return freed


def _described(path: Path) -> RemoteFile:
    name = path.resolve().name
    etag = name if path.is_symlink() and _ETAG.fullmatch(name) else ""
    return RemoteFile(path.name, path.stat().st_size, etag)


def _is_used(repo: str, contents: Path) -> bool:
    real = contents.resolve()
    links = (repo_folder(repo) / "snapshots").rglob("*")
    return any(link.is_symlink() and link.resolve() == real for link in links)
