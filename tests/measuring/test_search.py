"""The generator of held-out problems, and the figures that are made of them."""

from __future__ import annotations

import json

import pytest
from scripted import InProcess, ScriptedEngine, run

from benchmarks.heldout.problems import OPERATIONS, problems
from benchmarks.search.statistics import by_problem, gain, rate, shown
from benchmarks.search.strategies import STRATEGIES, whole_programs
from benchmarks.search.together import SharedEngine, together
from codegen_cli.engine.base import Prompt
from codegen_cli.engine.records import Completion
from codegen_cli.program import NoStop, parse_jsonl, steps_for
from codegen_cli.settings import Sampling


def test_problems_are_repeatable_and_all_different() -> None:
    made = problems(60, 3)
    assert made == problems(60, 3) != problems(60, 4)
    assert len({tuple(problem["prompts"]) for problem in made}) == 60


def test_problems_are_in_mtpbs_form() -> None:
    made = problems(60, 3)
    read = parse_jsonl("".join(json.dumps(problem) + "\n" for problem in made))
    for problem in read:
        assert 3 <= len(problem.prompts) <= 10 and len(problem.inputs) == 5
        # The value of the input stands in the first step alone.
        assert "{A}" in problem.prompts[0]
        assert all("{" not in step for step in steps_for(problem)[1:])
        assert len({repr(output) for output in problem.outputs}) > 1


def test_expected_outputs_are_what_python_computes() -> None:
    programs = {
        'Sort the list in descending order and store it in "{y}".': "y = sorted(A, reverse=True)",
        'Count how many vowels "{x}" has and store the number in "{y}".': (
            "y = len([c for c in A if c in 'aeiouAEIOU'])"
        ),
        'Compute the cumulative sum of {it} and store it in "{y}".': (
            "y, total = [], 0\nfor n in A:\n    total += n\n    y.append(total)"
        ),
        'Find the key with the largest value and store it in "{y}".': (
            "y = [k for k, v in A.items() if v == max(A.values())][0]"
        ),
    }
    values = {"numbers": [3, 1, 2, 2], "text": "noon tree", "table": {"a": 1, "b": 5}}
    known = {w[0].replace("{it}", "the list"): o for o in OPERATIONS for w in o.wordings}
    for wording, code in programs.items():
        operation = known[wording.replace("{it}", "the list")]
        value = values[operation.takes]
        done = run(f"A = {value!r}\n{code}\nprint(repr(y))")
        assert done.stdout == repr(operation.apply(value, None)) + "\n"


def test_a_problem_whose_answer_is_open_is_not_asked() -> None:
    longest = next(o for o in OPERATIONS if "longest" in o.names)
    assert longest.apply(["ab", "abc"], None) == "abc"
    with pytest.raises(ValueError, match="two"):
        longest.apply(["ab", "cd"], None)


def test_an_interval_is_in_percent_and_a_pairing_narrows_it() -> None:
    ones = {str(i): float(i % 2) for i in range(100)}
    more = {key: min(1.0, value + 0.1) for key, value in ones.items()}
    alone = rate(ones)
    assert alone.value == 50 and 38 < alone.low < 43 and 57 < alone.high < 62
    paired = gain(more, ones)
    assert 4 < paired.value < 6 and paired.high - paired.low < 4
    assert gain(ones, {**more, "another": 1.0}).value == -paired.value
    assert shown({"value": 5.04, "low": 4.0, "high": 6.0}) == "5.0 [4.0, 6.0]"


def test_a_problem_counts_once_however_many_cases_it_has() -> None:
    assert by_problem([("a", 1.0), ("a", 0.0), ("b", 1.0)]) == {"a": 0.5, "b": 1.0}


def test_threads_share_batches_and_get_their_own_answers() -> None:
    engine = ScriptedEngine(lambda line, _: (f"{line[2:]} = 1", -1.0))

    def work(own: SharedEngine, name: str) -> tuple[str, int]:
        text = ""
        for _ in range(2 if name == "a" else 3):
            many = own.generate_many([Prompt(f"# {name}", Sampling(), NoStop()) for _ in "ab"])
            answers = [item.text for _, item in many if isinstance(item, Completion)]
            text += ";".join(answers) + "|"
        return text, own.tokens

    assert list(together(engine, ["a", "b"], work)) == [
        ("a = 1;a = 1|" * 2, 4),
        ("b = 1;b = 1|" * 3, 6),
    ]
    assert [len(batch) for batch in engine.batches if batch] == [4, 4, 2]


def test_an_error_in_one_thread_ends_the_measurement() -> None:
    engine = ScriptedEngine(lambda *_: ("x = 1", -1.0))

    def work(_own: SharedEngine, name: str) -> str:
        if name == "b":
            raise ValueError("b is wrong")
        return name

    with pytest.raises(ValueError, match="b is wrong"):
        list(together(engine, ["a", "b"], work))


def test_every_strategy_finds_the_program_that_most_samples_agree_on() -> None:
    engine = ScriptedEngine(lambda _, i: ("print(1 / 0)" if i % 4 == 0 else "print(2)", -1.0))
    for strategy in (*STRATEGIES.values(),):
        found = strategy(engine, InProcess(), ["a"], Sampling())
        for name, outcome in found.items():
            if "single" in name or outcome.best:
                assert len(outcome.programs) == 8
            elif "likeliest" not in name and name != "-n 8":
                assert outcome.programs[0].turns[0].code == "print(2)", name


def test_of_whole_programs_the_commonest_and_the_likeliest_can_differ() -> None:
    engine = ScriptedEngine(lambda _, i: ("print(1)", -0.1) if i == 5 else ("print(2)", -1.0))
    found = whole_programs(engine, InProcess(), ["a"], Sampling(), count=8)
    codes = {name: outcome.programs[0].turns[0].code for name, outcome in found.items()}
    assert codes["8 programs, likeliest"] == "print(1)"
    assert codes["8 programs, commonest"] == "print(2)"
    assert found["single sample"].part == 1 / 8
