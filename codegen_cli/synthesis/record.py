"""The JSON record of a run: keys that people script against."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from codegen_cli.engine.records import ModelInfo
from codegen_cli.program import Program
from codegen_cli.sandbox import Execution
from codegen_cli.settings import Sampling
from codegen_cli.synthesis.candidates import Candidate
from codegen_cli.synthesis.grow import Written

#: Characters of output that the record of a turn or candidate keeps; the whole run keeps all.
MOST_STDOUT = 4000


@dataclass(frozen=True, slots=True)
class RunContext:
    """What a record says beside the program: the model, its hash, where it ran, the settings.

    `tier` is that of the sandbox, None when nothing was run. `adapters` has path, hash and scale of
    each adapter.
    """

    model: ModelInfo
    sha256: str
    placement: str
    n_ctx: int
    sampling: Sampling
    version: str
    tier: str | None = None
    adapters: tuple[dict[str, Any], ...] = ()


def turn_record(written: Written) -> dict[str, Any]:
    """Return the record of one turn; `stop_rule` names the rule, `cut` is what it removed."""
    result = written.result
    answer = result.completion
    record = {
        "step": result.turn.step,
        "code": result.turn.code,
        "prompt_tokens": answer.prompt_tokens,
        "reused_tokens": answer.reused_tokens,
        "generated_tokens": answer.generated_tokens,
        "finish_reason": answer.finish_reason,
        "stop_rule": answer.rule,
        "cut": answer.cut,
        "empty": result.is_empty,
        "fault": result.fault and str(result.fault),
        "redrawn": result.redrawn and str(result.redrawn),
        "banned": list(result.banned),
        "seed": result.seed,
        "mean_logprob": _finite(answer.mean_logprob),
        "seconds": round(answer.seconds, 6),
        "prompt_seconds": round(answer.prompt_seconds, 6),
        "tokens_per_second": round(answer.tokens_per_second, 2),
        "drafted_tokens": answer.drafted_tokens,
        "accepted_tokens": answer.accepted_tokens,
    }
    if written.candidates:
        record["candidates"] = [
            {
                "text": candidate.result.turn.code,
                "mean_logprob": _finite(candidate.result.completion.mean_logprob),
                "finish_reason": candidate.result.completion.finish_reason,
                "seed": candidate.result.seed,
                "parses": candidate.parses,
                "votes": candidate.votes,
                "chosen": candidate.result is result,
                **_candidate_execution(candidate),
            }
            for candidate in written.candidates
        ]
    if written.execution is not None:
        record["execution"] = brief_execution(written.execution)
    return record


def brief_execution(execution: Execution) -> dict[str, Any]:
    """Return how a program ended and the beginning of what it printed."""
    return {
        "status": execution.status,
        "error": execution.error,
        "stdout": execution.stdout[:MOST_STDOUT],
    }


def execution_record(execution: Execution, program: Program, tier: str | None) -> dict[str, Any]:
    """Return all that a finished program did; `step` is the one that `error_line` belongs to."""
    line = execution.error_line
    return {
        "tier": tier,
        "status": execution.status,
        "error": execution.error,
        "error_line": line,
        "step": program.turn_at(line) if line is not None else None,
        "stdout": execution.stdout,
        "stderr": execution.stderr,
        "variables": [
            {"name": variable.name, "type": variable.type, "value": variable.text}
            for variable in execution.variables
        ],
        "cpu_seconds": round(execution.cpu_seconds, 6),
        "wall_seconds": round(execution.wall_seconds, 6),
    }


def _candidate_execution(candidate: Candidate) -> dict[str, Any]:
    if candidate.execution is None:
        return {}
    return {"execution": {**brief_execution(candidate.execution), "group": candidate.group}}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def run_record(program: Program, written: list[Written], context: RunContext) -> dict[str, Any]:
    """Return the record of a whole run."""
    model = context.model
    settings = asdict(context.sampling)
    settings.pop("seed")
    last = written[-1].execution if written else None
    ran = {"execution": execution_record(last, program, context.tier)} if last else {}
    return {
        "program": program.source,
        "turns": [turn_record(turn) for turn in written],
        **ran,
        "model": {
            "name": model.name,
            "path": model.path,
            "sha256": context.sha256,
            "family": model.family,
            "file_type": model.file_type,
            "parameters": model.parameters,
            "adapters": list(context.adapters),
        },
        "seed": context.sampling.seed,
        "settings": settings,
        "context": context.n_ctx,
        "placement": context.placement,
        "version": context.version,
    }
