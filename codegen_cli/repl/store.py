"""Where a chat's program is saved, and what may be overwritten."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from codegen_cli.errors import CodegenError, UsageError

Write = Callable[[Path, str], None]


class Store:
    """The file of a chat. A file is only overwritten as it was last opened or saved here."""

    def __init__(self, write: Write, target: Path | None = None, *, known: bool = True) -> None:
        """Name the file that a save without a name goes to; it need not exist yet.

        What is in it is only overwritten where it is `known`.

        Raises:
            CodegenError: it exists and cannot be read.
        """
        self.target = target
        self._write = write
        self._known: dict[Path, bytes] = {}
        if target is not None and known and target.exists():
            self._remember(target)

    def save(self, text: str, name: str = "", *, force: bool = False) -> Path:
        """Write the program whole, and make the file the target of later saves.

        Raises:
            UsageError: there is no name, or the file is not ours to overwrite.
            CodegenError: the disk refuses.
        """
        path = _expanded(name) if name else self.target
        if path is None:
            raise UsageError("no file name yet", "write /save FILE.py")
        if path.is_dir():
            raise UsageError(f'"{path}" is a folder', "name a file in it")
        if not force:
            self._refuse_to_lose(path, text)
        self._write(path, text)
        self._remember(path)
        self.target = path
        return path

    def write_copy(self, text: str, name: str) -> Path:
        """Write another form of the program; later saves go where they went before.

        Raises:
            UsageError: the file exists already and is not ours, or is a folder.
            CodegenError: the disk refuses.
        """
        target = self.target
        try:
            return self.save(text, name)
        finally:
            self.target = target

    def open(self, path: Path) -> None:
        """Make a file that was read the target of later saves."""
        self._remember(path)
        self.target = path

    def _refuse_to_lose(self, path: Path, text: str) -> None:
        if not path.exists():
            return
        present = _read(path)
        known = self._known.get(path.resolve())
        if present in (known, text.encode()):
            return
        what = "already exists" if known is None else "was changed by another program"
        raise UsageError(f'"{path}" {what}', f"/save! {path} overwrites it")

    def _remember(self, path: Path) -> None:
        self._known[path.resolve()] = _read(path)


def _expanded(name: str) -> Path:
    try:
        return Path(name).expanduser()
    except RuntimeError as error:
        raise UsageError(f'no home folder for "{name}"', "write the whole path") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CodegenError(f'cannot read "{path}": {error.strerror}', "check the path") from error
