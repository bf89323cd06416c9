"""Whether verdicts depend on the load: the same programs, then again beside two busy processes.

    python tests/sandbox/load.py FOLDER_OF_HUMANEVAL

draws 20 wrong solutions of each problem and runs them twice, which takes some minutes.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from codegen_cli.sandbox import Check, Sandbox, Verdict

_BUSY = 2
_MUTANTS = 20


@contextmanager
def busy() -> Iterator[None]:
    """Keep two cores busy meanwhile."""
    command = [sys.executable, "-c", "while True: pass"]
    load = [subprocess.Popen(command) for _ in range(_BUSY)]
    try:
        yield
    finally:
        for process in load:
            process.kill()
            process.wait()


def verdicts(sandbox: Sandbox, checks: list[Check]) -> list[Verdict]:
    """Return the verdicts in the order of the checks."""
    answers = dict(sandbox.map(checks))
    return [answers[number] for number in range(len(checks))]  # type: ignore[misc]


def main(folder: Path) -> None:
    """Write how many verdicts there are, of which kind, and how many the load changed."""
    from mutants import check, mutants, problems

    checks = [check(p, text) for p in problems(folder) for text in mutants(p, _MUTANTS)]
    with Sandbox() as sandbox:
        alone = verdicts(sandbox, checks)
        with busy():
            beside = verdicts(sandbox, checks)
    changed = [a.result != b.result for a, b in zip(alone, beside, strict=True)]
    timed_out = sum(verdict.result == "timed out" for verdict in alone)
    passed = sum(verdict.passed for verdict in alone)
    sys.stdout.write(
        f"{len(checks)} programs, {len({c.program for c in checks})} different: {passed} pass, "
        f"{timed_out} time out; changed by the load: {sum(changed)}\n"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
