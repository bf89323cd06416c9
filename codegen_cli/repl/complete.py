"""Complete a line of the chat: commands, their arguments, and names of the program in a step."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from codegen_cli.repl.sampling import NAMES
from codegen_cli.repl.table import Table

C = TypeVar("C")

#: The names in a folder as it was typed ("" is the current one), each with whether it is a folder.
ListFolder = Callable[[str], Iterable[tuple[str, bool]]]

#: Texts that an argument may be, each with a word about it.
Choices = Iterable[tuple[str, str]]

_NAME = re.compile(r"(?<!\w)[^\W\d]\w*\Z")


def _nothing() -> Choices:
    return ()


@dataclass(frozen=True, slots=True)
class Known:
    """What can be offered, each asked for only when it is wanted.

    `turns` are numbers with their steps, `places` are branches besides, `names` what the program
    defines.
    """

    folder: ListFolder = lambda _folder: ()
    turns: Callable[[], Choices] = _nothing
    places: Callable[[], Choices] = _nothing
    models: Callable[[], Choices] = _nothing
    sessions: Callable[[], Choices] = _nothing
    names: Callable[[], Iterable[str]] = tuple


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text to put in the place of `line[start:cursor]`, and a word about it."""

    text: str
    start: int
    about: str = ""


def complete(line: str, cursor: int, table: Table[C], known: Known) -> list[Candidate]:
    """Return what the text before the cursor may become."""
    typed = line[:cursor]
    if not line.startswith("/") or line.startswith("//"):
        return _names(typed, known)
    if "\n" in typed:
        return []
    name, space, argument = typed[1:].partition(" ")
    if not space:
        return _commands(name, table)
    command = table.get(name)
    start = len(typed) - len(argument.lstrip())
    if command is None or not command.completes:
        return []
    prefix = typed[start:]
    if command.completes == "path":
        return _paths(prefix, start, known.folder)
    if command.completes == "setting":
        return _settings(prefix, start)
    if command.completes == "command":
        return [Candidate(found.text[1:], start, found.about) for found in _commands(prefix, table)]
    return _choices(prefix, start, _of_kind(command.completes, known))


def _of_kind(kind: str, known: Known) -> Choices:
    if kind == "place":
        return [*known.places(), *known.turns()]
    kinds = {"turn": known.turns, "model": known.models, "session": known.sessions}
    return kinds[kind]() if kind in kinds else ()


def _choices(prefix: str, start: int, choices: Choices) -> list[Candidate]:
    return [Candidate(text, start, about) for text, about in choices if text.startswith(prefix)]


def _names(typed: str, known: Known) -> list[Candidate]:
    match = _NAME.search(typed)
    if match is None:
        return []
    names = (name for name in known.names() if name.startswith(match[0]) and name != match[0])
    return [Candidate(name, match.start()) for name in names]


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
