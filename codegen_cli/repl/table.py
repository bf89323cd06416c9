"""A table of slash commands: each is declared once and feeds dispatch, help and completion."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from codegen_cli.errors import UsageError

C = TypeVar("C")
Action = Callable[[C, str], None]

#: What the argument of a command is completed with.
Kind = Literal["", "path", "setting", "turn", "place", "model", "session", "command"]


@dataclass(frozen=True, slots=True)
class Command(Generic[C]):
    """A command: what it is called, how it is written, what it says of itself, what it does.

    The topic is the file that declares it.
    """

    name: str
    usage: str
    help: str
    run: Action[C]
    aliases: tuple[str, ...] = ()
    completes: Kind = ""
    topic: str = ""

    @property
    def form(self) -> str:
        """Return the command as one types it."""
        return f"/{self.name} {self.usage}".rstrip()


class Table(Generic[C]):
    """The commands by name and alias, in the order of their declaration."""

    def __init__(self) -> None:
        self._commands: dict[str, Command[C]] = {}
        self._names: dict[str, Command[C]] = {}

    def __iter__(self) -> Iterator[Command[C]]:
        return iter(self._commands.values())

    def command(
        self,
        name: str,
        usage: str = "",
        aliases: tuple[str, ...] = (),
        completes: Kind = "",
    ) -> Callable[[Action[C]], Action[C]]:
        """Declare the decorated function, whose docstring is the help, as a command.

        Without `usage` it takes no argument.
        """

        def declare(run: Action[C]) -> Action[C]:
            about = (run.__doc__ or "").strip()
            topic = run.__module__.rpartition(".")[2]
            made = Command(name, usage, about, run, aliases, completes, topic)
            self._commands[name] = made
            self._names.update(dict.fromkeys((name, *aliases), made))
            return run

        return declare

    def get(self, name: str) -> Command[C] | None:
        """Return the command of a name or alias, whatever its case."""
        return self._names.get(name.lower())

    def named(self, name: str) -> Command[C]:
        """Return the command of a name or alias. Raises UsageError where there is none."""
        command = self.get(name)
        if command is None:
            raise UsageError(f'no command "/{name}"', self._suggestion(name))
        return command

    def dispatch(self, context: C, line: str) -> None:
        """Run the command of a line, which has no slash any more.

        Raises:
            UsageError: there is no such command, or it takes no argument.
        """
        name, argument = [*line.split(None, 1), "", ""][:2]
        command = self.named(name)
        if argument and not command.usage:
            raise UsageError(
                f'/{command.name} takes no argument, but got "{argument}"',
                f"a step that begins with a slash is written //{command.name} …",
            )
        command.run(context, argument.strip())

    def _suggestion(self, name: str) -> str:
        near = difflib.get_close_matches(name.lower(), self._names, n=1, cutoff=0.5)
        advice = f"did you mean /{near[0]}?" if near else "/help lists them."
        return f"{advice} A step that begins with a slash is written //{name}"
