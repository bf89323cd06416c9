"""Hold the outputs of test problems against their solutions, by the product's own scoring."""

from __future__ import annotations

import json
from pathlib import Path

from codegen_cli.evaluation.mtpb.run import score_mtpb
from codegen_cli.evaluation.mtpb.sample import MtpbSample
from codegen_cli.program.problem import parse_jsonl
from codegen_cli.sandbox import Sandbox


def verify(path: Path, workers: int) -> tuple[list[str], int]:
    """Run every solution in the sandbox; return those that do not pass, and how many there are."""
    text = path.read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    samples = [
        MtpbSample(row["id"], case, program)
        for row in rows
        for case, program in enumerate(row["solutions"])
    ]
    with Sandbox(workers) as sandbox:
        score = score_mtpb(parse_jsonl(text), samples, sandbox)
    wrong = [
        f"{o.sample.id} case {o.sample.case}: {o.judgement.result}"
        for o in score.outcomes
        if not o.passed
    ]
    return wrong, len(samples)
