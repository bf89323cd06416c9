"""HumanEval's canonical solutions and wrong ones get the verdicts that a plain run gives them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from checkpoints import shared
from load import busy, verdicts
from mutants import check, mutants, plain_verdicts, problems

from codegen_cli.sandbox import Sandbox


@pytest.fixture(scope="module")
def data() -> Path:
    found = shared("data")
    if found is None:
        pytest.skip("the optional folder shared/data is absent")
    return found


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


def test_every_canonical_solution_passes(data: Path, sandbox: Sandbox) -> None:
    checks = [check(p, p["prompt"] + p["canonical_solution"]) for p in problems(data)]
    assert len(checks) == 164
    assert [v for v in verdicts(sandbox, checks) if not v.passed] == []


@pytest.mark.parametrize("completion", ["", "    pass\n", "    return None\n"])
def test_no_empty_solution_passes(data: Path, sandbox: Sandbox, completion: str) -> None:
    checks = [check(p, p["prompt"] + completion) for p in problems(data)]
    assert not any(v.passed for v in verdicts(sandbox, checks))


def test_wrong_solutions_get_the_verdict_of_a_plain_run(data: Path, sandbox: Sandbox) -> None:
    pairs = [(p, text) for p in problems(data) for text in mutants(p, 2)]
    plain = plain_verdicts([f"{text}\n{p['test']}\ncheck({p['entry_point']})" for p, text in pairs])
    ours = [v.passed for v in verdicts(sandbox, [check(p, text) for p, text in pairs])]
    differing = [p["task_id"] for (p, _), a, b in zip(pairs, plain, ours, strict=True) if a != b]
    assert differing == []
    assert 10 < sum(ours) < len(ours) / 2


def test_verdicts_do_not_depend_on_the_load(data: Path, sandbox: Sandbox) -> None:
    checks = [check(p, text) for p in problems(data) for text in mutants(p, 1)]
    before = [v.result for v in verdicts(sandbox, checks)]
    with busy():
        beside = [v.result for v in verdicts(sandbox, checks)]
    assert beside == before
