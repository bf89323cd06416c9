"""Open the sandbox that a command runs programs in, and say truthfully how strong it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codegen_cli import console

if TYPE_CHECKING:
    from codegen_cli.sandbox import Sandbox


def open_sandbox(workers: int | None = None, *, allow_unsafe: bool) -> Sandbox:
    """Start a sandbox, by default with a worker a core; its tier is printed once on stderr.

    Raises:
        SandboxUnavailable: there are no walls here, and the user did not do without.
    """
    from codegen_cli.sandbox import Sandbox

    sandbox = Sandbox(workers, allow_unsafe=allow_unsafe)
    if sandbox.tier == "none":
        console.warn("programs run with your rights: there is no sandbox (--unsafe-no-sandbox)")
    else:
        console.note(f"sandbox: {sandbox.tier}")
    return sandbox
