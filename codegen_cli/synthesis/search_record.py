"""The JSON record of a search: keys that people script against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from codegen_cli.settings import SearchPlan
from codegen_cli.synthesis.branch import Branch
from codegen_cli.synthesis.record import brief_execution
from codegen_cli.synthesis.search import Round


def search_record(plan: SearchPlan, rounds: Sequence[Round], case: int) -> dict[str, Any]:
    """Return what a search did in each turn, told by the programs of one case (from 0)."""
    return {
        "beam": plan.beam,
        "n": plan.continuations,
        "tokens": sum(done.tokens for done in rounds),
        "turns": [_round_record(done, case) for done in rounds],
    }


def cases_record(last: Round, case: int) -> dict[str, Any]:
    """Return which cases the finished candidates pass, best first; `case` counts from 1."""
    candidates = [branch for branch in last.branches if branch.fate != "merged"]
    best = candidates[0]
    return {
        "case": case + 1,
        "passed": sum(best.passed),
        "total": len(best.passed),
        "candidates": [
            {
                "passed": list(branch.passed),
                "share": round(branch.share, 6),
                "status": [execution.status for execution in branch.executions],
            }
            for branch in candidates
        ],
    }


def _round_record(done: Round, case: int) -> dict[str, Any]:
    counts = Counter(branch.fate for branch in done.branches)
    return {
        "written": len(done.branches),
        "failed": counts["failed"],
        "merged": counts["merged"],
        "crowded": counts["crowded"],
        "kept": counts["kept"],
        "all_failed": done.all_failed,
        "tokens": done.tokens,
        "candidates": [_branch_record(branch, case) for branch in done.branches],
    }


def _branch_record(branch: Branch, case: int) -> dict[str, Any]:
    result = branch.moves[-1].results[case]
    return {
        "text": result.turn.code,
        "parent": branch.parent,
        "fate": branch.fate,
        "share": round(branch.share, 6),
        "logprob": round(branch.logprob, 6),
        "seed": result.seed,
        "running": branch.running,
        "execution": brief_execution(branch.executions[case]),
    }
