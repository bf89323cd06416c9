"""Scores as text: what `codegen eval score` prints without --json."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from codegen_cli.evaluation.score import HumanEvalScore, MtpbScore


def humaneval_text(score: HumanEvalScore) -> str:
    """Return pass@k, best temperature first, and how many samples passed."""
    passed, total = sum(o.passed for o in score.outcomes), len(score.outcomes)
    timed_out = sum(o.base.result == "timed out" for o in score.outcomes)
    lines = [
        f"HumanEval: {passed} of {total} samples of {_problems(score)} pass"
        f" ({timed_out} timed out)",
        *_pass_at_k(score.best()),
    ]
    if score.has_plus:
        extra = sum(outcome.plus_passed for outcome in score.outcomes)
        lines += [f"with EvalPlus' inputs: {extra} of {total}", *_pass_at_k(score.best(plus=True))]
    return "\n".join(lines) + "\n"


def mtpb_text(score: MtpbScore) -> str:
    """Return the pass rate, by category and by number of turns, and what the modes differ in."""
    found = score.to_json()
    bad = found["known_bad"]
    lines = [
        f"MTPB, {found['mode']} rules: {_share(found)} of {_problems(score)} pass",
        f"on expected outputs known to be bad: {bad['passed']} of {bad['total']}",
    ]
    if found["context_overflows"]:
        lines.append(f"programs that outgrew the context: {found['context_overflows']}")
    lines += ["", *_table("category", found["by_category"])]
    lines += ["", *_table("turns", found["by_turns"])]
    if score.mode == "both":
        strict = {**found["strict"], "total": found["total"]}
        lines += ["", f"strict rules: {_share(strict)} pass", *_differences(found["differences"])]
    return "\n".join(lines) + "\n"


def prompts_text(study: Mapping[str, Any] | None) -> str:
    """Return the perplexity of solved problems' prompts beside the others'; nothing without it."""
    if study is None:
        return ""
    lines = ["", "prompt perplexity  mean ± standard error  problems"]
    for name, key in (("solved", "solved"), ("not solved", "unsolved"), ("all", "overall")):
        if found := study[key]:
            error = "" if found["error"] is None else f" ± {found['error']:.2f}"
            lines.append(f"{name:17}  {found['value']:6.2f}{error:15}  {found['problems']:8}")
    if study["welch"]:
        lines += [
            f"p = {study['welch']['p']:.3g} (Welch's t-test); a solved problem has the likelier",
            f"prompt of two in {study['auroc']:.0%} of all pairs",
        ]
    return "\n".join(lines) + "\n"


def _pass_at_k(best: Mapping[int, tuple[float, float | None]]) -> list[str]:
    return [
        f"{f'pass@{k}':10}{value:8.2%}" + ("" if at is None else f"  at temperature {at:g}")
        for k, (value, at) in best.items()
    ]


def _table(title: str, rows: Mapping[str, Mapping[str, int]]) -> list[str]:
    width = max(map(len, [title, *rows]))
    head = f"{title:{width}}  passed   total     rate"
    return [
        head,
        *(
            f"{name or '-':{width}}  {row['passed']:6}  {row['total']:6}  "
            f"{row['passed'] / row['total']:7.2%}"
            for name, row in rows.items()
        ),
    ]


def _differences(reasons: Mapping[str, Mapping[str, int]]) -> list[str]:
    if not reasons:
        return ["no sample is judged differently"]
    width = max(map(len, reasons))
    return [
        f"{'why the modes differ':{width}}  reference only  strict only",
        *(
            f"{reason:{width}}  {count['reference_only']:14}  {count['strict_only']:11}"
            for reason, count in reasons.items()
        ),
    ]


def _problems(score: HumanEvalScore | MtpbScore) -> str:
    count = len(score.problems)
    return f"{count} problem{'s' if count != 1 else ''}"


def _share(tally: Mapping[str, Any]) -> str:
    return f"{tally['passed']} of {tally['total']} samples ({tally['passed'] / tally['total']:.2%})"
