"""What does a revision hold, and is the model made of it here already?"""

from __future__ import annotations

import re

from codegen_cli.errors import HubError, InvalidGGUF, ModelNotFound, UsageError
from codegen_cli.hub.cache import cached_listing
from codegen_cli.hub.listing import Listing, list_repo
from codegen_cli.pull.records import Watch
from codegen_cli.pull.target import Target, present
from codegen_cli.registry.registered import Registered

_COMMIT = re.compile(r"[0-9a-f]{40}")


def look_up(target: Target, asked: str, *, offline: bool, watch: Watch) -> Listing | Registered:
    """Return the model that is here, made of the revision `asked`, or what that revision holds.

    Raises:
        ModelNotFound: offline, it is neither here nor in the Hub's cache; or see `list_repo`.
        UsageError: its place is taken by a file that was not pulled.
    """
    record = present(target, None)
    known = record if record and asked in (record.revision, record.commit) else None
    if known and (offline or _COMMIT.fullmatch(asked)):
        return known
    listing: Listing | None
    if offline:
        listing = cached_listing(target.repo, asked)
        if listing is None:
            raise ModelNotFound(
                f"{target.label} ({asked}) is neither a model here nor in the Hub's cache",
                "pull it once with the network",
            )
    else:
        try:
            listing = list_repo(target.repo, asked, watch.note)
        except HubError as error:
            if known is None:
                raise
            watch.note(f"{error.message}; what was pulled on {known.pulled[:10]} stays")
            return known
    if record and record.commit == listing.commit:
        return record
    if target.path.exists() and record is None:
        _check_ours(target)
    return listing


def _check_ours(target: Target) -> None:
    """Refuse to replace a file that no pull made; one that was cut off before registering did."""
    from codegen_cli.engine.gguf import read_gguf

    try:
        source = read_gguf(target.path).metadata.get("codegen.source")
    except InvalidGGUF:
        source = None
    if not isinstance(source, str) or not source.startswith(f"{target.repo}@"):
        raise UsageError(
            f'"{target.path}" is there, but not from {target.repo}',
            f"move it away, or remove it: codegen models rm {target.path.stem}",
        )
