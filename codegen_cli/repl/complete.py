"""Complete a line of the chat: commands, and the arguments of those that take a known kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from codegen_cli.repl.sampling import NAMES
from codegen_cli.repl.table import Table

C = TypeVar("C")

#: The names in a folder as it was typed ("" is the current one), each with whether it is a folder.
ListFolder = Callable[[str], Iterable[tuple[str, bool]]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text to put in the place of `line[start:cursor]`, and a word about it."""

    text: str
    start: int
    about: str = ""


def complete(line: str, cursor: int, table: Table[C], list_folder: ListFolder) -> list[Candidate]:
    """Return what the text before the cursor may become; steps are never completed."""
    typed = line[:cursor]
    if not typed.startswith("/") or "\n" in typed:
        return []
    name, space, argument = typed[1:].partition(" ")
    if not space:
        return _commands(name, table)
    command = table.get(name)
    start = len(typed) - len(argument.lstrip())
    if command is None or not command.completes:
        return []
    if command.completes == "setting":
        return _settings(typed[start:], start)
    return _paths(typed[start:], start, list_folder)


def _commands(prefix: str, table: Table[C]) -> list[Candidate]:
    return [
        Candidate(f"/{command.name}", 0, command.help)
        for command in table
        if command.name.startswith(prefix.lower())
    ]


def _settings(prefix: str, start: int) -> list[Candidate]:
    wanted = prefix.lower().replace("-", "_")
    return [Candidate(name, start) for name in NAMES if name.startswith(wanted)]


def _paths(prefix: str, start: int, list_folder: ListFolder) -> list[Candidate]:
    folder, slash, begun = prefix.rpartition("/")
    found = sorted(
        (f"{folder}{slash}{name}/" if is_folder else f"{folder}{slash}{name}", is_folder)
        for name, is_folder in list_folder(folder + slash)
        if name.startswith(begun) and (begun or not name.startswith("."))
    )
    return [Candidate(path, start, "folder" if is_folder else "") for path, is_folder in found]
