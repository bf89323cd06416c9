"""Which weights a pull itself put into the Hub's cache, over all its runs.

What was there before belongs to the user, who may need it elsewhere.
"""

from __future__ import annotations

from pathlib import Path

from codegen_cli.paths import cache_dir


class Fetched:
    """Remember names of files of one commit, until `clear`."""

    def __init__(self, repo: str, commit: str) -> None:
        self._path: Path = cache_dir() / "pulls" / f"{repo.replace('/', '--')}--{commit}"

    def add(self, name: str) -> None:
        """Remember a file whose download begins."""
        if name not in self.names():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as file:
                file.write(f"{name}\n")

    def names(self) -> list[str]:
        """Return what is remembered."""
        try:
            return self._path.read_text(encoding="utf-8").splitlines()
        except OSError:
            return []

    def clear(self) -> None:
        """Forget all."""
        self._path.unlink(missing_ok=True)
