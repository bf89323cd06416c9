"""What the engine had evaluated of a session's program: kept beside it, in the cache folder.

It can be made again from the session, only slower; so every failure is silent, and the oldest
files give way.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Sequence
from pathlib import Path

from codegen_cli.engine.state import LARGEST, State, read_state, write_state

#: All files together (bytes).
MOST_BYTES = 2 * LARGEST

#: A file that was begun so long ago (seconds) is of a process that was killed.
_ABANDONED = 3600


class Memories:
    """A folder with a file for each session that can be gone on with faster."""

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes

    def keep(self, session: str, key: str, state: State) -> bool:
        """Keep a state in the place of the session's earlier one; False where that fails."""
        kept = write_state(self._path(session), key, state)
        self._make_room()
        return kept

    def recall(self, session: str, key: str) -> State | None:
        """Return what was kept of a session under this key; None without."""
        return read_state(self._path(session), key)

    def has(self, session: str) -> bool:
        """Say whether anything was kept of a session."""
        return self._path(session).is_file()

    def forget(self, session: str) -> None:
        """Remove what was kept of a session.

        Raises:
            OSError: the disk refuses.
        """
        path = self._path(session)
        for part in self._folder.glob(f".{path.name}.*.part"):
            part.unlink(missing_ok=True)
        path.unlink(missing_ok=True)

    def _path(self, session: str) -> Path:
        return self._folder / f"{session}.kv"

    def _make_room(self) -> None:
        """Remove the oldest files beyond the limit, and what killed processes left."""
        with contextlib.suppress(OSError):
            for part in self._folder.glob(".*.part"):
                if time.time() - part.stat().st_mtime > _ABANDONED:
                    part.unlink()
            found = [(path, path.stat()) for path in self._folder.glob("*.kv")]
            room = self._most_bytes
            for path, stat in sorted(found, key=lambda one: one[1].st_mtime_ns, reverse=True):
                room -= stat.st_size
                if room < 0:
                    path.unlink()


def memory_key(model_sha256: str, adapters: Sequence[tuple[str, float]], build: str) -> str:
    """Return what must be the same for a state to mean anything.

    That is the weights, the adapters (SHA-256 and scale of each) and what computes.
    """
    return json.dumps([model_sha256, list(adapters), build])
