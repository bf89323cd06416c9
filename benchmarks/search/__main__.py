"""Measure what running candidates and searching across turns is worth.

    python -m benchmarks.heldout > heldout.jsonl
    python -m benchmarks.search heldout.jsonl --out rows.jsonl --markdown docs/search-benchmark.md

Every strategy writes every case of every problem by itself; the expected outputs only judge the
finished programs. Rows are appended as they come: an interrupted run goes on where it was.
"""

from __future__ import annotations

import argparse
import json
import sys
from functools import partial
from itertools import product
from pathlib import Path

from benchmarks.search.measure import key, measure, read_rows
from benchmarks.search.report import markdown, summary
from benchmarks.search.strategies import GREEDY, STRATEGIES, whole_programs
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.program import parse_jsonl
from codegen_cli.registry.find import find_model
from codegen_cli.sandbox import Sandbox
from codegen_cli.settings import EngineSettings


def main() -> None:
    """Measure what is missing, then report."""
    options = parse()
    problems = parse_jsonl(options.problems.read_text(encoding="utf-8"))[: options.limit]
    plans = [(GREEDY, 0.0, 0)] if not options.only or GREEDY in options.only else []
    names = [name for name in STRATEGIES if not options.only or name in options.only]
    plans += [(n, t, s) for t, n, s in product(options.temperatures, names, range(options.seeds))]
    settings = EngineSettings(threads=1, kv_tokens=32768)
    with Sandbox() as sandbox, LlamaEngine(find_model(options.model), settings) as engine:
        for name, temperature, seed in plans:
            about = {"strategy": name, "temperature": temperature, "seed": seed}
            done = {key(row) for row in read_rows(options.out)}
            works = [
                (problem, case)
                for problem in problems
                for case in range(min(options.cases, len(problem.inputs)))
                if key({**about, "problem": problem.id, "case": case}) not in done
            ]
            strategy = STRATEGIES.get(name) or partial(whole_programs, count=1)
            print(f"{name} T={temperature} seed {seed}: {len(works)} to do", file=sys.stderr)
            for rows in measure(engine, sandbox, works, strategy, about):
                with options.out.open("a", encoding="utf-8") as stream:
                    stream.writelines(json.dumps(row) + "\n" for row in rows)
        about = {"model": engine.info.name, "placement": engine.placement, "tier": sandbox.tier}
    report = summary(read_rows(options.out), about)
    print(json.dumps(report, indent=2) if options.json else markdown(report))
    if options.markdown:
        options.markdown.write_text(markdown(report) + "\n", encoding="utf-8")


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
