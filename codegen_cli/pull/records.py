"""What a pull is asked, what it reports, and whom it talks to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from codegen_cli.hub.listing import RemoteFile
from codegen_cli.pull.target import Target
from codegen_cli.registry.registered import Registered
from codegen_cli.settings import DEFAULT_FILE_TYPE


class Watch(Protocol):
    """Be told how a pull goes."""

    def note(self, message: str) -> None:
        """Take one line for the user."""

    def progress(self, phase: str, done: int, total: int) -> None:
        """Take how much more of a phase is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class PullOptions:
    """What the user asked for; `revision` None is the recipe's, or main."""

    file_type: str = DEFAULT_FILE_TYPE
    revision: str | None = None
    offline: bool = False
    keep_checkpoint: bool = False
    dry_run: bool = False
    threads: int = 1


@dataclass(frozen=True, slots=True)
class PullReport:
    """What was done, or would be.

    `size` is that of the model's file, computed where it is not there yet. `files` are the weights
    with their bytes, and `missing` the bytes of them to download; both are of a plan alone.
    """

    state: Literal["pulled", "present", "planned"]
    name: str
    path: Path
    repo: str
    commit: str
    file_type: str
    size: int
    files: dict[str, int] = field(default_factory=dict)
    missing: int = 0

    @classmethod
    def of(
        cls, state: Literal["pulled", "present"], target: Target, record: Registered
    ) -> PullReport:
        """Return the report on a model that is here."""
        return cls(
            state,
            target.label,
            target.path,
            target.repo,
            record.commit,
            record.file_type,
            record.size,
        )

    @classmethod
    def planned(
        cls, target: Target, commit: str, size: int, weights: Sequence[RemoteFile], missing: int
    ) -> PullReport:
        """Return the report of a dry run."""
        files = {file.name: file.size for file in weights}
        return cls(
            "planned",
            target.label,
            target.path,
            target.repo,
            commit,
            target.file_type,
            size,
            files,
            missing,
        )
