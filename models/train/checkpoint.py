"""Checkpoints of a stage: whole or not there, restored bit by bit (orbax)."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any

import jax
import orbax.checkpoint as ocp

from codegen_cli.errors import UsageError

Json = dict[str, Any]


class Checkpoints:
    """The checkpoints in a folder; `keep` of them stay.

    Orbax writes under a temporary name and renames, so a killed process leaves none half-written.
    On a CPU it waits for the disk: the copy would take the cores from the next steps anyway.
    """

    def __init__(self, folder: Path, keep: int) -> None:
        options = ocp.CheckpointManagerOptions(
            max_to_keep=keep,
            enable_async_checkpointing=jax.default_backend() != "cpu",
            cleanup_tmp_directories=True,
        )
        self._manager = ocp.CheckpointManager(folder.resolve(), options=options)

    def __enter__(self) -> Checkpoints:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._manager.wait_until_finished()
        self._manager.close()

    def latest(self) -> int | None:
        """Return the step of the newest checkpoint, or None."""
        step: int | None = self._manager.latest_step()
        return step

    def save(self, step: int, state: Any, about: Json) -> None:
        """Write a checkpoint unless this step has one; `about` says what it belongs to."""
        if step == self.latest():
            return
        self._manager.save(
            step,
            args=ocp.args.Composite(
                state=ocp.args.StandardSave(state), about=ocp.args.JsonSave(about)
            ),
        )

    def restore(self, step: int, like: Any, about: Json) -> Any:
        """Return a state with the shapes and places of `like`.

        Raises:
            UsageError: the checkpoint belongs to other settings.
        """
        self._check(step, about)
        args = ocp.args.Composite(state=ocp.args.StandardRestore(like))
        return self._manager.restore(step, args=args)["state"]

    def _check(self, step: int, about: Json) -> None:
        args = ocp.args.Composite(about=ocp.args.JsonRestore())
        stored = self._manager.restore(step, args=args)["about"]
        for key in sorted({*stored, *about}):
            if stored.get(key) != about.get(key):
                raise UsageError(
                    f"{key} = {about.get(key)!r}, but the run to resume has {stored.get(key)!r}",
                    "give the same settings, or another --out",
                )
