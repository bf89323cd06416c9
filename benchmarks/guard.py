"""What the guard of a turn is worth: turns without code and programs that pass, with and without.

python -m benchmarks.guard --mtpb mtpb.jsonl --humaneval HumanEval.jsonl.gz --temperature 0.2

The turns of MTPB are written as `codegen chat` writes them, once with the guard and once without,
with the same seeds. A prompt of HumanEval is no step: it is continued as it is, under the same
rules and the same guard.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from codegen_cli.engine.base import Engine
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.evaluation.benchmark_data import load_humaneval, load_mtpb
from codegen_cli.evaluation.humaneval.run import score_humaneval
from codegen_cli.evaluation.humaneval.sample import HumanEvalSample
from codegen_cli.evaluation.mtpb.run import score_mtpb
from codegen_cli.evaluation.mtpb.sample import MtpbSample
from codegen_cli.evaluation.plan import HUMANEVAL_TOKENS, MTPB_TOKENS
from codegen_cli.program import Problem, Program, steps_for
from codegen_cli.registry.find import find_model
from codegen_cli.sandbox import Sandbox
from codegen_cli.settings import EngineSettings, Sampling
from codegen_cli.synthesis.guard import write_guarded
from codegen_cli.synthesis.turn import TurnResult, write_turn


def main() -> None:
    """Print one JSON object a benchmark and mode."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="nano")
    parser.add_argument("--mtpb", type=Path)
    parser.add_argument("--humaneval", type=Path)
    parser.add_argument("--temperature", type=float, default=0.2)
    parser.add_argument("--seed", type=int, default=42)
    options = parser.parse_args()
    with LlamaEngine(find_model(options.model), EngineSettings()) as engine, Sandbox() as sandbox:
        for guarded in (False, True):
            plain = Sampling(temperature=options.temperature, seed=options.seed)
            if options.mtpb:
                found = _mtpb(engine, sandbox, options.mtpb, plain, guarded=guarded)
                print(json.dumps({"benchmark": "mtpb", "guard": guarded, **found}), flush=True)
            if options.humaneval:
                found = _humaneval(engine, sandbox, options.humaneval, plain, guarded=guarded)
                print(json.dumps({"benchmark": "humaneval", "guard": guarded, **found}), flush=True)


def _mtpb(
    engine: Engine, sandbox: Sandbox, data: Path, sampling: Sampling, *, guarded: bool
) -> dict[str, Any]:
    problems, _ = load_mtpb(data)
    turns: list[TurnResult] = []
    samples = []
    for problem in problems:
        for case in range(len(problem.inputs)):
            program = Program()
            # What the cache holds changes last bits, and with them, rarely, a token.
            engine.forget()
            for result in _written(engine, problem, case, sampling, guarded=guarded):
                turns.append(result)
                program = program.add(result.turn)
            samples.append(MtpbSample(problem.id, case, program.text))
    score = score_mtpb(problems, samples, sandbox, "strict")
    return {**_figures(turns), "passed": score.passed, "programs": len(samples)}


def _written(
    engine: Engine, problem: Problem, case: int, sampling: Sampling, *, guarded: bool
) -> Iterator[TurnResult]:
    program = Program()
    write = write_guarded if guarded else write_turn
    for step in steps_for(problem, case):
        text = program.prompt(step)
        budget = problem.max_gen_length or MTPB_TOKENS
        room = min(budget, engine.n_ctx - engine.count(text))
        if room < 1:
            return
        asked = Sampling(sampling.temperature, sampling.top_p, max_tokens=room, seed=sampling.seed)
        for item in write(engine, program, step, asked):
            if isinstance(item, TurnResult):
                program = program.add(item.turn)
                yield item


def _humaneval(
    engine: Engine, sandbox: Sandbox, data: Path, sampling: Sampling, *, guarded: bool
) -> dict[str, Any]:
    problems, _ = load_humaneval(data)
    turns, samples = [], []
    write = write_guarded if guarded else write_turn
    asked = Sampling(
        sampling.temperature, sampling.top_p, max_tokens=HUMANEVAL_TOKENS, seed=sampling.seed
    )
    for problem in problems:
        engine.forget()
        for item in write(engine, Program(""), problem.entry_point, asked, prompt=problem.prompt):
            if isinstance(item, TurnResult):
                turns.append(item)
                samples.append(HumanEvalSample(problem.task_id, item.turn.code))
    score = score_humaneval(problems, samples, sandbox, (1,))
    passed = sum(outcome.passed for outcome in score.outcomes)
    return {**_figures(turns), "passed": passed, "programs": len(samples)}


def _figures(turns: list[TurnResult]) -> dict[str, Any]:
    """Count the turns, what is wrong with them, and why some were drawn again."""
    faults = Counter(str(turn.fault) for turn in turns if turn.fault)
    redrawn = Counter(str(turn.redrawn) for turn in turns if turn.redrawn)
    return {"turns": len(turns), "faults": dict(faults), "redrawn": dict(redrawn)}


if __name__ == "__main__":
    main()
