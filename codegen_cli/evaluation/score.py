"""Score samples: HumanEval by its tests, MTPB by what the programs print.

The two functions for whoever has problems, samples and a sandbox; nothing here reads or writes.
"""

from __future__ import annotations

from codegen_cli.evaluation.humaneval.run import score_humaneval
from codegen_cli.evaluation.humaneval.sample import HumanEvalSample
from codegen_cli.evaluation.humaneval.score import HumanEvalScore
from codegen_cli.evaluation.mtpb.run import score_mtpb
from codegen_cli.evaluation.mtpb.sample import MtpbSample
from codegen_cli.evaluation.mtpb.score import Mode, MtpbScore

__all__ = [
    "HumanEvalSample",
    "HumanEvalScore",
    "Mode",
    "MtpbSample",
    "MtpbScore",
    "score_humaneval",
    "score_mtpb",
]
