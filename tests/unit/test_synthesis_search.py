"""Search across turns with an engine that writes what the test says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import pytest
from scripted import InProcess, ScriptedEngine

from codegen_cli.engine.base import never
from codegen_cli.errors import Interrupted
from codegen_cli.program import Program
from codegen_cli.sandbox import Check, Execution, Script, Verdict
from codegen_cli.settings import Sampling, SearchPlan
from codegen_cli.synthesis.branch import Branch
from codegen_cli.synthesis.grow import StepBegun, Written, grow
from codegen_cli.synthesis.search import Round, search

EMPTY = Program("")
SAMPLING = Sampling(seed=5)


def rounds(
    answers: dict[str, list[str]], plan: SearchPlan, logprobs: dict[str, float] | None = None
) -> list[Round]:
    """Search with answers for each step, by their place in the batch."""
    likely = logprobs or {}
    engine = ScriptedEngine(
        lambda line, i: (answers[line[2:]][i], likely.get(answers[line[2:]][i], -1.0))
    )
    events = search(engine, InProcess(), EMPTY, [[step] for step in answers], SAMPLING, plan)
    return [event for event in events if isinstance(event, Round)]


def codes(branches: Iterable[Branch]) -> list[str]:
    return [" ".join(turn.code for turn in branch.programs[0].turns) for branch in branches]


def fates(done: Round) -> dict[str, str]:
    return dict(zip(codes(done.branches), (branch.fate for branch in done.branches), strict=True))


def test_a_turn_drops_what_raises_and_merges_what_behaves_alike() -> None:
    (only,) = rounds({"a": ["x = 1", "x = 2 - 1", "x = 1 / 0", "x = 3"]}, SearchPlan(2, 4))
    assert fates(only) == {
        "x = 1": "kept",
        "x = 3": "kept",
        "x = 2 - 1": "merged",
        "x = 1 / 0": "failed",
    }
    assert [branch.share for branch in only.kept] == [0.5, 0.25]
    assert only.tokens == 4 and only.number == 1


def test_the_merged_branch_is_told_by_its_likelier_member() -> None:
    (only,) = rounds(
        {"a": ["x = 1", "x = 2 - 1"]}, SearchPlan(1, 2), {"x = 1": -3.0, "x = 2 - 1": -0.5}
    )
    assert codes(only.kept) == ["x = 2 - 1"]
    assert only.kept[0].logprob == -0.5 and only.kept[0].share == 1.0


def test_each_survivor_is_continued_and_a_later_turn_decides() -> None:
    answers = {"a": ["x = 0", "x = 0", "x = 0", "x = 2"], "b": ["y = 1 / x"] * 8}
    first, second = rounds(answers, SearchPlan(2, 4))
    assert codes(first.kept) == ["x = 0", "x = 2"]
    assert sorted(branch.parent for branch in second.branches) == [0] * 4 + [1] * 4
    assert codes(second.kept) == ["x = 2 y = 1 / x"]
    # One of four samples went that way, and all that followed it.
    assert second.kept[0].share == 0.25


def test_what_the_model_writes_more_often_goes_before_what_it_finds_likelier() -> None:
    (only,) = rounds({"a": ["x = 1", "x = 2", "x = 2"]}, SearchPlan(1, 3), {"x = 1": -0.1})
    assert codes(only.kept) == ["x = 2"]


def test_only_the_best_are_kept() -> None:
    (only,) = rounds(
        {"a": ["x = 1", "x = 2", "x = 3"]}, SearchPlan(1, 3), {"x = 2": -0.1, "x = 3": -0.2}
    )
    assert fates(only) == {"x = 2": "kept", "x = 3": "crowded", "x = 1": "crowded"}


def test_an_empty_answer_comes_after_code() -> None:
    (only,) = rounds({"a": ["", "", "x = 3"]}, SearchPlan(2, 3))
    assert codes(only.kept) == ["x = 3", ""]


def test_when_all_raise_the_likeliest_goes_on() -> None:
    answers = {"a": ["1 / 0", "int('a')"], "b": ["y = 1"] * 2}
    first, second = rounds(answers, SearchPlan(2, 2), {"int('a')": -0.1})
    assert codes(first.kept) == ["int('a')"] and not first.kept[0].alive
    assert codes(second.kept) == ["int('a') y = 1"]


def test_branches_of_a_turn_have_different_seeds_and_cases_the_same() -> None:
    engine = ScriptedEngine(lambda line, _: (f"x = {line[-1]}", -1.0))
    list(search(engine, InProcess(), EMPTY, [["set 1", "set 2"]], SAMPLING, SearchPlan(1, 2)))
    asked = [(p.text, p.sampling.seed) for p in engine.batches[0]]
    assert [text for text, _ in asked] == ["# set 1\n", "# set 2\n"] * 2
    seeds = [seed for _, seed in asked]
    assert seeds[0] == seeds[1] == 5 and seeds[2] == seeds[3] != 5


def passes(case: int, execution: Execution) -> bool:
    return execution.ok and execution.last_print == [10, 20][case]


def test_with_cases_the_pass_count_goes_before_the_share() -> None:
    codes_ = ["print(10)", "print(20)", "print(9)", "print(9)"] + ["print(9)"] * 4
    good = {4: "print(10)", 5: "print(20)"}
    engine = ScriptedEngine(lambda _, i: (good.get(i, codes_[i]), -1.0))
    steps = [["first", "second"]]
    *_, last = search(engine, InProcess(), EMPTY, steps, SAMPLING, SearchPlan(1, 4), judge=passes)
    assert isinstance(last, Round)
    assert last.kept[0].passed == (True, True)
    assert [t.code for p in last.kept[0].programs for t in p.turns] == ["print(10)", "print(20)"]


def test_one_pass_goes_before_two_programs_that_only_run() -> None:
    answers = {0: "print(1)", 1: "print(2)", 2: "1 / 0", 3: "print(20)"}
    engine = ScriptedEngine(lambda _, i: (answers[i], -1.0))
    *_, last = search(
        engine, InProcess(), EMPTY, [["a", "b"]], SAMPLING, SearchPlan(1, 2), judge=passes
    )
    assert isinstance(last, Round) and last.kept[0].passed == (False, True)


def test_before_the_last_step_the_number_of_cases_that_run_decides() -> None:
    first = ["x = 1", "1 / 0", "x = 2", "x = 3"]
    engine = ScriptedEngine(lambda line, i: (first[i] if line[2] == "a" else "print(x)", -1.0))
    steps = [["a 1", "a 2"], ["b", "b"]]
    done = search(engine, InProcess(), EMPTY, steps, SAMPLING, SearchPlan(1, 2), judge=passes)
    begun, *_ = [event for event in done if isinstance(event, Round)]
    assert [program.turns[0].code for program in begun.kept[0].programs] == ["x = 2", "x = 3"]
    assert begun.kept[0].passed == ()


class Deaf(InProcess):
    """A runner that never stops."""

    def map(
        self, jobs: Iterable[Script | Check], should_stop: Callable[[], bool] = never
    ) -> Iterator[tuple[int, Execution | Verdict]]:
        return super().map(jobs)


@pytest.mark.parametrize(
    ("runner", "calls"), [(Deaf, 0), (Deaf, 1), (InProcess, 0), (InProcess, 1), (InProcess, 2)]
)
def test_a_search_stops_wherever_ctrl_c_strikes(runner: type[InProcess], calls: int) -> None:
    """It is asked before an answer, after the answers, and before a program runs."""
    asked = iter([False] * calls + [True] * 9)
    engine = ScriptedEngine(lambda *_: ("x = 1", -1.0))
    events = search(
        engine,
        runner(),
        EMPTY,
        [["a"]],
        SAMPLING,
        SearchPlan(1, 1),
        should_stop=lambda: next(asked),
    )
    with pytest.raises(Interrupted, match="interrupted in step 1"):
        list(events)


def test_candidates_of_a_growing_program_are_ranked_by_running_it() -> None:
    codes_ = {"a": ["x = 0", "x = 5", "x = 5"], "b": ["print(1 / x)", "print(x)", "1 / 0"]}
    likely = {"x = 0": -0.1}
    engine = ScriptedEngine(
        lambda line, i: (codes_[line[2]][i], likely.get(codes_[line[2]][i], -1))
    )
    runner = InProcess()
    events = list(grow(engine, EMPTY, ["a", "b"], SAMPLING, candidates=3, runner=runner))
    first, second = [event for event in events if isinstance(event, Written)]
    assert first.result.turn.code == "x = 5" and first.candidates[0].votes == 2
    assert [c.group for c in second.candidates] == [1, 2, 0]
    assert second.execution is second.candidates[0].execution is not None
    assert second.execution.stdout in ("0.2\n", "5\n")
    assert [event.number for event in events if isinstance(event, StepBegun)] == [1, 2]


def test_a_single_answer_streams_and_is_run_too() -> None:
    engine = ScriptedEngine(lambda *_: ("print(1 / 0)", -1.0))
    events = list(grow(engine, EMPTY, ["a"], SAMPLING, runner=InProcess()))
    assert isinstance(events[-1], Written) and events[-1].execution is not None
    assert events[-1].execution.error == "ZeroDivisionError: division by zero"
    assert "print(1 / 0)" in events


def test_without_a_runner_nothing_runs() -> None:
    engine = ScriptedEngine(lambda *_: ("raise SystemExit", -1.0))
    *_, written = grow(engine, EMPTY, ["a"], SAMPLING)
    assert isinstance(written, Written) and written.execution is None


def test_equal_programs_run_once() -> None:
    engine = ScriptedEngine(lambda *_: ("x = 1", -1.0))
    runner = InProcess()
    list(search(engine, runner, EMPTY, [["a"]], SAMPLING, SearchPlan(4, 2)))
    assert runner.sources == ["# a\nx = 1\n"]
