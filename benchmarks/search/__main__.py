"""Measure what running candidates and searching across turns is worth.

    python -m benchmarks.heldout > heldout.jsonl
    python -m benchmarks.search heldout.jsonl --out rows.jsonl --markdown docs/search-benchmark.md

Every strategy writes every case of every problem by itself; the expected outputs only judge the
finished programs. Rows are appended as they come: an interrupted run goes on where it was.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.search.measure import ALL_CASES, Row, key, measure, read_rows
from benchmarks.search.report import markdown, summaries
from benchmarks.search.strategies import GREEDY, STRATEGIES, whole_programs
from benchmarks.search.with_cases import WITH_CASES, measure_with_cases
from codegen_cli import __version__
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.program import Problem, parse_jsonl
from codegen_cli.registry.find import find_model
from codegen_cli.registry.fingerprint import model_sha256
from codegen_cli.sandbox import Sandbox
from codegen_cli.settings import EngineSettings


def main() -> None:
    """Measure what is missing, then report."""
    options = parse()
    problems = parse_jsonl(options.problems.read_text(encoding="utf-8"))[: options.limit]
    plans = [(GREEDY, 0.0, 0)] + [
        (name, temperature, seed)
        for temperature in options.temperatures
        for name in (*STRATEGIES, WITH_CASES)
        for seed in range(options.seeds)
    ]
    settings = EngineSettings(threads=1, kv_tokens=32768)
    with Sandbox() as sandbox, LlamaEngine(find_model(options.model), settings) as engine:
        for name, temperature, seed in plans:
            if options.only and name not in options.only:
                continue
            about = {"strategy": name, "temperature": temperature, "seed": seed}
            print(about, file=sys.stderr)
            for rows in missing(engine, sandbox, problems, about, options):
                with options.out.open("a", encoding="utf-8") as stream:
                    stream.writelines(json.dumps(row) + "\n" for row in rows)
        about = {
            "model": f"{engine.info.name} {engine.info.file_type}",
            "model_sha256": model_sha256(Path(engine.info.path)),
            "placement": engine.placement,
            "tier": sandbox.tier,
            "version": __version__,
            "problems_sha256": hashlib.sha256(options.problems.read_bytes()).hexdigest()[:16],
        }
    report = {**about, **summaries(read_rows(options.out))}
    print(json.dumps(report, indent=2) if options.json else markdown(report))
    if options.markdown:
        options.markdown.write_text(markdown(report) + "\n", encoding="utf-8")


def missing(
    engine: LlamaEngine,
    sandbox: Sandbox,
    problems: list[Problem],
    about: Row,
    options: argparse.Namespace,
) -> Iterator[list[Row]]:
    """Yield the rows of a strategy that the file does not have yet."""
    done = {key(row) for row in read_rows(options.out)}

    def is_done(problem: Problem, case: int) -> bool:
        return key({**about, "problem": problem.id, "case": case}) in done

    if about["strategy"] == WITH_CASES:
        left = [problem for problem in problems if not is_done(problem, ALL_CASES)]
        return measure_with_cases(engine, sandbox, left, about)
    works = [
        (problem, case)
        for problem in problems
        for case in range(min(options.cases, len(problem.inputs)))
        if not is_done(problem, case)
    ]
    strategy = STRATEGIES.get(about["strategy"]) or partial(whole_programs, count=1)
    return measure(engine, sandbox, works, strategy, about)


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("problems", type=Path, help="problems in MTPB's form")
    parser.add_argument("--out", type=Path, required=True, help="the rows, appended")
    parser.add_argument("--model", default="nano")
    parser.add_argument("--limit", type=int, help="only the first problems")
    parser.add_argument("--cases", type=int, default=5, help="only the first inputs")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--temperatures", type=float, nargs="+", default=[0.2, 0.6, 0.8])
    parser.add_argument("--only", nargs="+", help="only these strategies")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--markdown", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
