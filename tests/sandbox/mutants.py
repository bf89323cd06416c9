"""HumanEval problems, wrong solutions made from right ones, and the verdict of a plain `exec`."""

from __future__ import annotations

import ast
import gzip
import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from codegen_cli.sandbox import Check, Limits

#: CPU seconds of one check, here and where the program is simply run.
SECONDS = 1.0

_OTHER: dict[type, type] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.FloorDiv,
    ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.And: ast.Or,
    ast.Or: ast.And, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip


def problems(data: Path) -> list[dict[str, str]]:
    """Return the problems of HumanEval.jsonl.gz."""
    with gzip.open(data / "HumanEval.jsonl.gz", "rt") as stream:
        return [json.loads(line) for line in stream]


def check(problem: dict[str, str], program: str) -> Check:
    """Return the check of a whole program against a problem's test."""
    return Check(
        program,
        problem["entry_point"],
        problem["prompt"],
        problem["test"],
        Limits(cpu_seconds=SECONDS),
    )


def mutants(problem: dict[str, str], count: int) -> list[str]:
    """Return programs whose function differs from the canonical one in one place.

    The prompts' helpers stay as they are: those that a test uses are the test's, not the program's.
    """
    rng = random.Random(problem["task_id"])
    program = problem["prompt"] + problem["canonical_solution"]
    changes = list(_changes(program, problem["entry_point"]))
    return [rng.choice(changes) for _ in range(count)] if changes else []


def _function(tree: ast.Module, name: str) -> ast.stmt:
    return [node for node in tree.body if getattr(node, "name", "") == name][-1]


def _changes(program: str, name: str) -> Iterator[str]:
    for number, node in enumerate(ast.walk(_function(ast.parse(program), name))):
        tree = ast.parse(program)
        twin: Any = list(ast.walk(_function(tree, name)))[number]
        if isinstance(node, (ast.BinOp, ast.BoolOp, ast.AugAssign)) and type(node.op) in _OTHER:
            twin.op = _OTHER[type(node.op)]()
        elif isinstance(node, ast.Compare) and type(node.ops[0]) in _OTHER:
            twin.ops[0] = _OTHER[type(node.ops[0])]()
        elif isinstance(node, ast.Constant) and type(node.value) is int:
            twin.value += 1
        elif isinstance(node, ast.Return):
            twin.value = None
        elif isinstance(node, (ast.Assign, ast.AugAssign)):
            twin.value = ast.Constant(0)
        else:
            continue
        yield ast.unparse(tree)


def plain_verdicts(programs: list[str]) -> list[bool]:
    """Return whether each program, test included, runs to its end in a child of its own."""
    done = subprocess.run(
        [sys.executable, __file__], input=json.dumps(programs), capture_output=True, text=True
    )
    verdicts: list[bool] = json.loads(done.stdout)
    return verdicts


def _runs(program: str) -> bool:
    pid = os.fork()
    if pid:
        return os.waitpid(pid, 0)[1] == 0
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nothing, number)
    random.seed(0)
    try:
        exec(program, {})  # noqa: S102
    except BaseException:
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    sys.stdout.write(json.dumps([_runs(program) for program in json.load(sys.stdin)]))
