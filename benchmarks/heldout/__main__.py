"""Write the held-out problems as a .jsonl file.

python -m benchmarks.heldout --count 100 --seed 1 > heldout.jsonl
"""

from __future__ import annotations

import argparse
import json

from benchmarks.heldout.problems import problems


def main() -> None:
    """Print one problem a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for problem in problems(options.count, options.seed):
        print(json.dumps(problem, ensure_ascii=False))


if __name__ == "__main__":
    main()
