"""Every error a user can meet, and the exit code each one means.

CodegenError               1    something failed
├── UsageError             2    an argument or an input file is wrong
├── ModelError             3    a model is missing or unreadable
│   ├── ModelNotFound
│   ├── InvalidGGUF
│   └── CheckpointError         a checkpoint to convert is missing, unreadable or not CodeGen
├── ContextFull            4    the prompt and the answer do not fit the context window
├── HubError               1    the Hub cannot be reached or is busy: trying again may help
├── SessionError           1    the kept sessions cannot be read or written
├── CheckFailed            5    it ran, but a check of the result failed
├── SandboxUnavailable     1    nothing here can enclose a program nobody trusts
└── Interrupted          130    the user pressed Ctrl-C

An error is one line: what is wrong with which value, then what to do next (`hint`).
"""

from __future__ import annotations


class CodegenError(Exception):
    """Carry one line for the user and the exit code of the process."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class UsageError(CodegenError):
    """An argument or an input file is wrong."""

    exit_code = 2


class ModelError(CodegenError):
    """A model is missing or unreadable."""

    exit_code = 3


class ModelNotFound(ModelError):
    """No model has this name or path."""


class InvalidGGUF(ModelError):
    """A GGUF file is broken, hostile or not a CodeGen model."""


class CheckpointError(ModelError):
    """A checkpoint to convert is missing, unreadable or not a CodeGen model."""


class ContextFull(CodegenError):
    """The prompt and the requested answer do not fit the context window."""

    exit_code = 4


class HubError(CodegenError):
    """The Hub cannot be reached, or answers that it is busy or broken; trying again may help."""


class SessionError(CodegenError):
    """The kept sessions cannot be read or written, or one of them is not as it should be."""


class CheckFailed(CodegenError):
    """The work was done, but a check of its result failed."""

    exit_code = 5


class SandboxUnavailable(CodegenError):
    """Nothing on this system can enclose a program nobody trusts."""


class Interrupted(CodegenError):
    """The user pressed Ctrl-C."""

    exit_code = 130

    def __init__(self, message: str = "interrupted", hint: str = "") -> None:
        super().__init__(message, hint)
