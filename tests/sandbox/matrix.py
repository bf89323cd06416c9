"""Run every hostile program in this environment and print the outcome as JSON.

`matrix.py --table` runs it as root, as an ordinary user and where namespaces are forbidden, and
prints the Markdown table of docs/sandbox.md.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from attack_programs import ALL
from outside import Outside, descendants

from codegen_cli.sandbox import Limits, Sandbox, Script

_HERE = Path(__file__).parent
_NOBODY = 65534
_LIMITS = Limits(cpu_seconds=0.5, wall_seconds=1.0)


def measure() -> dict[str, Any]:
    """Return the tier and, per program, whether it was contained and how it ended."""
    rows: dict[str, Any] = {}
    with Sandbox(1) as sandbox:
        sandbox.run(Script(""))
        before = descendants(os.getpid())
        for program in ALL:
            with tempfile.TemporaryDirectory() as folder, Outside(Path(folder)) as outside:
                answer = sandbox.run(Script(outside.fill(program.source), _LIMITS))
                contained = "THROUGH" not in answer.stdout and not outside.harmed()
            left = descendants(os.getpid()) - before
            rows[program.name] = {
                "contained": contained and not left,
                "status": answer.status,
                "expected": answer.status in program.statuses,
                "names_only": program.names_only,
            }
        return {"tier": sandbox.tier, "programs": rows}


def settings() -> dict[str, list[str]]:
    """Return name -> command prefix of the settings that can be had here."""
    forbid = [sys.executable, str(_HERE / "forbid.py"), "namespaces"]
    found = {"as it is": [], "no namespaces": forbid}
    if os.getuid() == 0:
        drop = [f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
        user = ["setpriv", *drop]
        if _runs(user):
            found["ordinary user"] = user
            found["ordinary user, no namespaces"] = [*forbid, *user]
    return found


def run_in(prefix: list[str]) -> dict[str, Any]:
    """Return `measure` of another process behind a command prefix."""
    command = [*prefix, _python(prefix), str(Path(__file__).resolve())]
    done = subprocess.run(
        command, env=_environment(), cwd="/", capture_output=True, text=True, timeout=280
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _runs(prefix: list[str]) -> bool:
    try:
        return not subprocess.run(
            [*prefix, _python(prefix), "-c", "import codegen_cli"],
            env=_environment(),
            cwd="/",
            capture_output=True,
        ).returncode
    except FileNotFoundError:
        return False


def _python(prefix: list[str]) -> str:
    """Return an interpreter that is not hidden in root's home from other users."""
    real = Path(sys.executable).resolve()
    hidden = any(not parent.stat().st_mode & 0o001 for parent in real.parents)
    return "/usr/bin/python3" if "setpriv" in prefix and hidden else sys.executable


def _environment() -> dict[str, str]:
    packages = [path for path in sys.path if Path(path).name == "site-packages"]
    roots = [str(_HERE.parents[1]), *packages]
    return {"PATH": os.environ["PATH"], "PYTHONPATH": ":".join(roots), "CODEGEN_TEST_SECRET": "1"}


def _table() -> str:
    user = "root" if os.getuid() == 0 else "ordinary user"
    results = {name.replace("as it is", user): run_in(p) for name, p in settings().items()}
    heads = [f"{name}: `{result['tier']}`" for name, result in results.items()]
    rows = [["program", *heads], ["---"] * (1 + len(heads))]
    for program in ALL:
        cells = [result["programs"][program.name] for result in results.values()]
        rows.append([program.name, *map(_cell, cells)])
    about = f"Linux {platform.release()}, {platform.machine()}, Python {platform.python_version()}"
    return about + "\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _cell(row: dict[str, Any]) -> str:
    return ("contained" if row["contained"] else "**gets through**") + f", {row['status']}"


if __name__ == "__main__":
    text = _table() if "--table" in sys.argv else json.dumps(measure())
    sys.stdout.write(text + "\n")
