"""What folding costs: programs that pass when every earlier function is folded in the prompt.

python -m benchmarks.heldout --count 200 --seed 77 > heldout.jsonl
python -m benchmarks.folding --data heldout.jsonl

Only problems with a step that defines a function are taken: there is nothing to fold elsewhere.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from codegen_cli.engine.base import Engine
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.evaluation.benchmark_data import load_mtpb
from codegen_cli.evaluation.mtpb.run import score_mtpb
from codegen_cli.evaluation.mtpb.sample import MtpbSample
from codegen_cli.program import Problem, Program, steps_for
from codegen_cli.program.fold import Wishes, fold_prompt
from codegen_cli.registry.find import find_model
from codegen_cli.sandbox import Sandbox
from codegen_cli.settings import EngineSettings, Sampling
from codegen_cli.synthesis.turn import TurnResult, write_turn


def main() -> None:
    """Print one JSON object a mode."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="nano")
    parser.add_argument("--data", type=Path, required=True)
    options = parser.parse_args()
    problems, _ = load_mtpb(options.data)
    problems = [p for p in problems if any("function named" in step for step in p.prompts)]
    with LlamaEngine(find_model(options.model), EngineSettings()) as engine, Sandbox() as sandbox:
        for folded in (False, True):
            samples, copied = [], 0
            for problem in problems:
                for case in range(len(problem.inputs)):
                    program = _written(engine, problem, case, folded=folded)
                    copied += any("..." in turn.code for turn in program.turns)
                    samples.append(MtpbSample(problem.id, case, program.text))
            score = score_mtpb(problems, samples, sandbox, "strict")
            found = {"passed": score.passed, "programs": len(samples), "with_ellipsis": copied}
            print(json.dumps({"folded": folded, "problems": len(problems), **found}), flush=True)


def _written(engine: Engine, problem: Problem, case: int, *, folded: bool) -> Program:
    program, sampling = Program(), Sampling()
    for step in steps_for(problem, case):
        everything = range(1, len(program.turns) + 1) if folded else ()
        wishes = Wishes(folded=frozenset(everything))
        found = fold_prompt(program, step, engine.count, engine.n_ctx, sampling.max_tokens, wishes)
        for item in write_turn(engine, program, step, sampling, prompt=found.prompt):
            if isinstance(item, TurnResult):
                program = program.add(item.turn)
    return program


if __name__ == "__main__":
    main()
