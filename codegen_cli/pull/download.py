"""Have the files of a checkpoint on this machine, as the Hub has them."""

from __future__ import annotations

from collections.abc import Sequence

from codegen_cli.errors import ModelNotFound
from codegen_cli.hub.cache import blob, partial, snapshot
from codegen_cli.hub.fetch import fetch, matches, remember_revision
from codegen_cli.hub.listing import Listing, RemoteFile
from codegen_cli.pull.fetched import Fetched
from codegen_cli.pull.records import Watch


def missing_bytes(listing: Listing, file: RemoteFile) -> int:
    """Return how much of a file is not on this machine."""
    place = snapshot(listing.repo, listing.commit) / file.name
    if place.exists() or not file.etag or blob(listing.repo, file).exists():
        return 0
    part = partial(listing.repo, file)
    return file.size - min(file.size, part.stat().st_size if part.exists() else 0)


def have_small_files(
    listing: Listing, files: Sequence[RemoteFile], asked: str, watch: Watch
) -> None:
    """Fetch the shape, the tokenizer and the card: kilobytes, before gigabytes are asked for."""
    for file in files:
        fetch(listing.repo, listing.commit, file, lambda count: None, watch.note)
    if asked != listing.commit:
        remember_revision(listing.repo, asked, watch.note)


def have_weights(
    listing: Listing, weights: Sequence[RemoteFile], fetched: Fetched, watch: Watch
) -> None:
    """Fetch the weights, and enter in `fetched` which ones were not here before.

    Raises:
        ModelError, HubError, CodegenError: see `fetch`.
    """
    total = sum(file.size for file in weights)
    for file in weights:
        if missing_bytes(listing, file):
            fetched.add(file.name)
            watch.note(f"downloading {file.name} ({file.size / 1e6:.1f} MB)")
        fetch(
            listing.repo,
            listing.commit,
            file,
            lambda count: watch.progress("downloading", count, total),
            watch.note,
        )


def check_cached(listing: Listing, weights: Sequence[RemoteFile], watch: Watch) -> None:
    """Compare weights in the cache with their hashes, without the network.

    Raises:
        ModelNotFound: one is damaged.
    """
    total = sum(file.size for file in weights)
    for file in weights:
        if not matches(snapshot(listing.repo, listing.commit) / file.name, file):
            raise ModelNotFound(
                f"{file.name} of {listing.repo} is damaged in the Hub's cache",
                "pull it again with the network",
            )
        watch.progress("checking", file.size, total)
