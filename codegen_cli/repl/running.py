"""What a chat runs programs with: a sandbox that opens when it is first needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from codegen_cli.sandbox import Execution, Variable
from codegen_cli.synthesis.execute import run_programs

if TYPE_CHECKING:
    from codegen_cli.sandbox import Sandbox

#: Programs whose doings are remembered: the answers to a step or two.
_REMEMBERED = 128


class Running:
    """Runs the program of a chat from a fresh start.

    `allowed` says that nobody has to be asked any more; `variables` are those of the last program
    that ran to its end, `source`, None before the first. `checked` is the program that the cases
    were last checked with.
    """

    def __init__(self, open_sandbox: Callable[[], Sandbox], *, allowed: bool = False) -> None:
        self.allowed = allowed
        self.variables: tuple[Variable, ...] | None = None
        self.source = ""
        self._known: dict[str, Execution] = {}
        self.checked = ""
        self._open = open_sandbox
        self._sandbox: Sandbox | None = None

    def open(self) -> Sandbox:
        """Return the sandbox, which starts now if it has not.

        Raises:
            SandboxUnavailable: there is none here.
        """
        if self._sandbox is None:
            self._sandbox = self._open()
        return self._sandbox

    def run(self, source: str, should_stop: Callable[[], bool]) -> Execution:
        """Return what a program does.

        Raises:
            SandboxUnavailable: there is no sandbox here.
            Interrupted: `should_stop` said so.
        """
        (execution,) = run_programs(self.open(), [source], should_stop)
        if execution.ok:
            self.variables, self.source = execution.variables, source
        self.note([source], [execution])
        return execution

    def run_all(self, sources: list[str], should_stop: Callable[[], bool]) -> list[Execution]:
        """Return what programs do, the value that each printed last included.

        Raises:
            SandboxUnavailable: there is no sandbox here.
            Interrupted: `should_stop` said so.
        """
        return run_programs(self.open(), sources, should_stop, prints=True)

    def note(self, sources: Sequence[str], executions: Sequence[Execution]) -> None:
        """Remember what programs did: the last ones only."""
        self._known = {**self._known, **dict(zip(sources, executions, strict=True))}
        self._known = dict(list(self._known.items())[-_REMEMBERED:])

    def of(self, source: str) -> Execution | None:
        """Return what a program did, if it ran to its end not long ago."""
        known = self._known.get(source)
        return known if known and known.ok else None

    def close(self) -> None:
        """End the sandbox, if there is one."""
        if self._sandbox is not None:
            self._sandbox.close()
