"""The folder of a run while it is made: its manifest, its growing samples, one writer at a time.

Samples are appended row by row, so that whatever ends the process leaves all but the row under
way. At the end the rows are put in the order of the plan.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from codegen_cli import __version__, console
from codegen_cli.errors import CodegenError, UsageError
from codegen_cli.evaluation.lines import naming, read_text
from codegen_cli.evaluation.manifest import differences
from codegen_cli.evaluation.score_folder import MANIFEST, SUMMARY
from codegen_cli.evaluation.task import Key, Row, key_of
from codegen_cli.files import place, temporary_beside, write_output

PERPLEXITY = "perplexity.jsonl"

#: What a run may leave in its folder.
_OWN = (MANIFEST, SUMMARY, PERPLEXITY, "samples-t*.jsonl", "results-t*.jsonl")

_RESUME = "the same command goes on from here"


class RunFolder:
    """A run's folder, open for writing; `known` are the samples that are there."""

    def __init__(self, path: Path, temperatures: Iterable[float]) -> None:
        self.path = path
        self.known: dict[Key, int] = {}
        self.changed = 0
        self._streams: dict[float, BinaryIO] = {}
        self._temperatures = tuple(temperatures)

    def load(self) -> None:
        """Read which samples are there, dropping a torn last line.

        Raises:
            UsageError: a line is broken or of another run.
        """
        for temperature in self._temperatures:
            path = self.samples(temperature)
            if path.is_file():
                _drop_torn_line(path)
                for number, line in enumerate(_lines(path), 1):
                    self.known[_key(path, number, line, temperature)] = hash(line)

    def samples(self, temperature: float) -> Path:
        """Return the file of the samples of one temperature."""
        return self.path / f"samples-t{temperature:g}.jsonl"

    def add(self, row: Row) -> None:
        """Append a sample, or count it as changed where the one that is there is another.

        Raises:
            CodegenError: the disk refuses; all that was written before is kept.
        """
        # ASCII: a completion may hold half a surrogate pair, which UTF-8 has no bytes for.
        line, key = json.dumps(row).encode("ascii") + b"\n", key_of(row)
        if key in self.known:
            self.changed += self.known[key] != hash(line)
            return
        path = self.samples(key[1])
        try:
            if key[1] not in self._streams:
                self._streams[key[1]] = path.open("ab", buffering=0)
            rest = memoryview(line)
            while rest:
                rest = rest[self._streams[key[1]].write(rest) :]
        except OSError as error:
            raise CodegenError(
                f'cannot write "{path}": {error.strerror}', f"make room; {_RESUME}"
            ) from error
        self.known[key] = hash(line)

    def arrange(self, keys: Iterable[Key]) -> None:
        """Put the rows of each file in the order of these keys.

        Raises:
            CodegenError: the disk refuses.
        """
        order: dict[float, list[Key]] = {temperature: [] for temperature in self._temperatures}
        for key in keys:
            order[key[1]].append(key)
        for temperature, wanted in order.items():
            path = self.samples(temperature)
            lines = {_key(path, n, line, temperature): line for n, line in enumerate(_lines(path))}
            if list(lines) != wanted:
                with temporary_beside(path) as temporary:
                    temporary.write_bytes(b"".join(lines[key] for key in wanted))
                    place(temporary, path)

    def programs(self, keys: Container[Key]) -> dict[Key, list[str]]:
        """Return the prompts and completions of some samples of several turns."""
        found: dict[Key, list[str]] = {}
        for temperature in self._temperatures:
            for line in _lines(self.samples(temperature)):
                row = json.loads(line)
                if key_of(row) in keys:
                    found[key_of(row)] = row["prompts_completions"]
        return found

    def close(self) -> None:
        """Close the files."""
        for stream in self._streams.values():
            stream.close()
        self._streams.clear()

    def __enter__(self) -> RunFolder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_manifest(path: Path, *, broken: bool = False) -> dict[str, Any] | None:
    """Return the manifest of a folder, None where there is no run; with `broken` a broken one too.

    Raises:
        UsageError: the folder holds something else, or the manifest is broken.
    """
    if not path.exists():
        return None
    if not path.is_dir():
        raise UsageError(f'"{path}" is not a folder', "give --out another name")
    if not (path / MANIFEST).exists():
        other = next((entry.name for entry in sorted(path.iterdir())), None)
        if other is not None:
            raise UsageError(
                f'"{path}" holds something else than a run: {other}', "give --out a new folder"
            )
        return None
    if broken:
        return None
    with naming(path / MANIFEST):
        try:
            found = json.loads(read_text(path / MANIFEST))
        except (ValueError, RecursionError) as error:
            raise UsageError(f"not JSON: {error}", "the run is damaged") from error
        if not isinstance(found, dict) or "benchmark" not in found:
            raise UsageError("not the manifest of a run", "give --out a new folder")
    return found


def check_resumable(path: Path, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Refuse to go on with a run that was begun with other settings.

    Raises:
        UsageError: naming each difference.
    """
    if found := differences(old, new):
        raise UsageError(
            f'the run in "{path}" has {"; ".join(found)}',
            "give the same settings, another --out, or --restart to begin anew",
        )
    if old.get("version") != __version__:
        console.warn(f'"{path}" was begun by version {old.get("version")}; this is {__version__}')


def remove_run(path: Path) -> None:
    """Remove the files of a run from its folder, the manifest last, and nothing else."""
    for pattern in reversed(_OWN):
        for file in path.glob(pattern):
            file.unlink()


def write_manifest(path: Path, manifest: Mapping[str, Any]) -> None:
    """Write a run's manifest whole.

    Raises:
        CodegenError: the disk refuses.
    """
    text = json.dumps(manifest, ensure_ascii=False, indent=2) + "\n"
    write_output(path / MANIFEST, text)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Make a folder, and keep other processes from writing a run into it.

    The lock is the system's, on the folder itself: it ends with the process, however that ends.

    Raises:
        UsageError: another process has it, or it cannot be made.
    """
    made = not path.exists()
    try:
        path.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise UsageError(
            f'cannot make "{path}": {error.strerror}', "give --out a folder"
        ) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(
                f'another process is writing a run into "{path}"', "wait for it, or stop it"
            ) from None
        except OSError as error:
            # Some network file systems lock no folders.
            console.warn(f'cannot lock "{path}" ({error.strerror}): let nothing else write there')
        yield
    finally:
        os.close(descriptor)
        if made:
            with suppress(OSError):
                # It is still empty when nothing was begun: leave no trace.
                path.rmdir()


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        yield from stream


def _drop_torn_line(path: Path) -> None:
    """Cut off a last line whose writer was stopped: one without an end, or that is no JSON."""
    last, start, position = b"", 0, 0
    for line in _lines(path):
        last, start = line, position
        position += len(line)
    if last and not (last.endswith(b"\n") and _is_json(last)):
        with path.open("r+b") as stream:
            stream.truncate(start)


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _key(path: Path, number: int, line: bytes, temperature: float) -> Key:
    try:
        key = key_of(json.loads(line))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(
            f'"{path}", line {number} is no sample of a run', "mend it, or --restart"
        ) from error
    if key[1] != temperature:
        raise UsageError(
            f'"{path}", line {number} is a sample at temperature {key[1]:g}', "--restart"
        )
    return key
