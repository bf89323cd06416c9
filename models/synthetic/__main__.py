"""Make step-by-step programs: a corpus to train on, or problems to test with.

python -m models.synthetic make --split train --programs 200000 --seed 0 --out FOLDER
python -m models.synthetic problems --count 300 --out test.jsonl
python -m models.synthetic verify test.jsonl
python -m models.synthetic check --against mtpb.jsonl
python -m models.synthetic stats
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from codegen_cli.errors import CodegenError
from codegen_cli.files import write_output
from models.synthetic.corpus import say, write_corpus
from models.synthetic.overlap import overlaps, prompts_of, write_refusals
from models.synthetic.problems import problems
from models.synthetic.program import fill_step
from models.synthetic.stats import describe, sample
from models.synthetic.verify import verify


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m models.synthetic",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    make = verbs.add_parser("make", help="write a corpus of documents in shards")
    make.add_argument("--out", type=Path, required=True)
    make.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    test = verbs.add_parser("problems", help="write test problems in MTPB's form")
    test.add_argument("--split", choices=("test",), default="test")
    test.add_argument("--count", type=int, default=300)
    test.add_argument("--seed", type=int, default=0)
    test.add_argument("--wordings", choices=("near", "far", "both"), default="both")
    test.add_argument("--out", type=Path, required=True)
    check = verbs.add_parser("check", help="compare steps with a benchmark's prompts")
    check.add_argument("--against", type=Path, required=True)
    verified = verbs.add_parser("verify", help="score the solutions of test problems")
    verified.add_argument("file", type=Path)
    stats = verbs.add_parser("stats", help="count wordings, families and steps")
    refuse = verbs.add_parser("refuse", help="renew the hashes of wording that steps may not use")
    refuse.add_argument("--against", type=Path, required=True)
    for verb, programs in ((make, 200_000), (check, 5_000), (stats, 5_000)):
        verb.add_argument("--split", choices=("train", "validation", "test"), default="train")
        verb.add_argument("--programs", type=int, default=programs)
        verb.add_argument("--seed", type=int, default=0)
    return parser


def _problems(options: argparse.Namespace) -> None:
    distance = None if options.wordings == "both" else options.wordings
    rows = problems(options.count, options.seed, distance)
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    write_output(options.out, "".join(f"{line}\n" for line in lines))


def _check(options: argparse.Namespace) -> int:
    """Hold steps against the benchmark, as templates and filled in; 1 when they share wording."""
    steps: set[str] = set()
    for made in sample(options.split, options.programs, options.seed):
        for turn in made.program.turns:
            steps |= {turn.step, fill_step(turn.step, made.cases[0][0])}
    repeated, shared = overlaps(sorted(steps), prompts_of(options.against))
    report = {"steps": len(steps), "prompts_repeated": repeated, "sequences_shared": shared}
    print(json.dumps(report, indent=2, ensure_ascii=False))
    return 1 if repeated or shared else 0


def main() -> int:
    """Run one verb; return the exit status."""
    options = _parser().parse_args()
    if options.verb == "make":
        write_corpus(
            options.out, options.split, options.programs, options.seed, options.workers, say
        )
    elif options.verb == "problems":
        _problems(options)
    elif options.verb == "check":
        return _check(options)
    elif options.verb == "verify":
        wrong, total = verify(options.file, 1)
        print("\n".join([*wrong, f"{total - len(wrong)} of {total} solutions pass"]))
        return 1 if wrong else 0
    elif options.verb == "refuse":
        print(f"{write_refusals(options.against):,} hashes", file=sys.stderr)
    else:
        found = describe(options.split, options.programs, options.seed)
        print(json.dumps(found, indent=2))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CodegenError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
