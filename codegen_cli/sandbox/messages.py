"""Jobs and answers as they travel between a sandbox and its workers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, TypeAlias

from codegen_cli.sandbox.records import Check, Execution, Script, Variable, Verdict
from codegen_cli.sandbox.value import decode_text

Job: TypeAlias = Script | Check
Answer: TypeAlias = Execution | Verdict

#: A worker ends a job by its own rules (`inside.budget`), however slow the machine: this is for
#: workers that hang.
_SLOWEST = 200
_GRACE_SECONDS = 300


def message(job: Job) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return what a worker reads, and what only a judge does."""
    limits = asdict(job.limits)
    if isinstance(job, Script):
        body = {"source": job.source, "stdin": job.stdin, "prints": job.prints}
        return {"kind": "script", **body, **limits}, None
    body = {"program": job.program, "entry_point": job.entry_point}
    text = {"trusted": job.trusted, "test": job.test, "entry_point": job.entry_point}
    return {"kind": "check", **body, **limits}, text


def wall_limit(job: Job) -> float:
    """Return the seconds after which a worker that has not answered is broken."""
    return job.limits.wall_seconds + _SLOWEST * job.limits.cpu_seconds + _GRACE_SECONDS


def answer_to(job: Job, told: dict[str, Any]) -> Answer:
    """Return the answer that a worker told."""
    cpu, wall = told["cpu_seconds"], told["wall_seconds"]
    if isinstance(job, Check):
        return Verdict(told["passed"], told["result"], cpu, wall)
    printed = told["last_print"]
    return Execution(
        status=told["status"],
        stdout=told["stdout"],
        stderr=told["stderr"],
        error=told["error"],
        error_line=told["line"],
        variables=tuple(Variable(*row) for row in told["variables"]),
        last_print=None if printed is None else decode_text(printed),
        printed=printed is not None,
        cpu_seconds=cpu,
        wall_seconds=wall,
    )


def lost(job: Job) -> Answer:
    """Return the answer to a job whose workers died."""
    if isinstance(job, Check):
        return Verdict(passed=False, result="failed: the sandbox's worker died")
    return Execution("killed", error="the sandbox's worker died")
