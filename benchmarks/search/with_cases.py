"""Search with some expected outputs known: do they tell what is right for other inputs too?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from zlib import crc32

from benchmarks.search.measure import ALL_CASES, Row, passes
from benchmarks.search.together import SharedEngine, SharedSandbox, together
from codegen_cli.engine.base import Engine
from codegen_cli.program import Problem, Program, steps_for
from codegen_cli.sandbox import Execution, Sandbox
from codegen_cli.settings import Sampling, SearchPlan
from codegen_cli.synthesis.execute import run_programs
from codegen_cli.synthesis.search import Judge, Round, search

#: Cases whose outputs the search sees; the others are for the score.
KNOWN = 2

WITH_CASES = "cases"
PLANS = (SearchPlan(1, 1), SearchPlan(4, 4))


def _name(plan: SearchPlan) -> str:
    return f"beam={plan.beam},n={plan.continuations}"


ONE_SAMPLE = f"{_name(PLANS[0])}, 0 outputs known"


def measure_with_cases(
    engine: Engine, sandbox: Sandbox, problems: Sequence[Problem], about: Row
) -> Iterator[list[Row]]:
    """Yield a row a problem for each plan, without and with known outputs, on the other cases."""
    shared = SharedSandbox(sandbox)

    def work(own: SharedEngine, problem: Problem) -> list[Row]:
        rows = []
        for plan in PLANS:
            for known in (0, KNOWN) if plan.width > 1 else (0,):
                before = own.tokens
                programs = _search(own, shared, problem, about, plan, known)
                sources = [program.source for program in programs]
                ran = run_programs(shared, sources, prints=True)
                right = [passes(e, problem.outputs[c]) for c, e in enumerate(ran)]
                unseen = right[KNOWN:]
                rows.append(
                    {
                        **about,
                        "problem": problem.id,
                        "case": ALL_CASES,
                        "counted": f"{_name(plan)}, {known} outputs known",
                        "passed": sum(unseen) / len(unseen),
                        "ran": sum(execution.ok for execution in ran[KNOWN:]) / len(unseen),
                        "tokens": (own.tokens - before) / len(right),
                        "seconds": 0.0,
                    }
                )
        return rows

    yield from together(engine, problems, work)


def _search(
    engine: SharedEngine,
    sandbox: SharedSandbox,
    problem: Problem,
    about: Row,
    plan: SearchPlan,
    known: int,
) -> Sequence[Program]:
    def judge(case: int, execution: Execution) -> bool:
        return case < known and passes(execution, problem.outputs[case])

    seed = crc32(f"{about['seed']}/{problem.id}".encode())
    sampling = Sampling(temperature=about["temperature"], seed=seed)
    columns = [steps_for(problem, case) for case in range(len(problem.inputs))]
    steps = [list(texts) for texts in zip(*columns, strict=True)]
    chosen: Judge | None = judge if known else None
    rounds = search(engine, sandbox, Program(), steps, sampling, plan, judge=chosen)
    *_, last = (event for event in rounds if isinstance(event, Round))
    return last.kept[0].programs
