"""Drawing samples: the texts that a model sees, turn by turn, and the rows that come out."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from replayengine import ReplayEngine

from codegen_cli.engine.base import Engine, Prompt
from codegen_cli.evaluation.generate import generate_samples
from codegen_cli.evaluation.task import Task, key_of
from codegen_cli.program import Program, Turn

STEPS = ("# one\n", "# two\n", "# three\n")
TASK = Task("mtpb", "7", 2, 0, "import x\n\n", STEPS, "\n\n", 20, 0.5, 0.9, 1000)


def tasks(count: int, **changes: object) -> list[Task]:
    return [replace(TASK, sample=i, seed=1000 * i, **changes) for i in range(count)]  # type: ignore[arg-type]


def by_seed(prompt: Prompt) -> str:
    """Write the seed, which says whose turn it is."""
    return f"x = {prompt.sampling.seed}\n"


def test_a_program_grows_as_the_released_script_grows_it() -> None:
    (row,) = generate_samples(ReplayEngine(by_seed), [replace(TASK, input={"A": 1}, expected=[3])])
    program = Program(prefix="import x\n\n")
    for turn, step in enumerate(("one", "two", "three")):
        program = program.add(Turn(step, f"x = {1000 + turn}\n"))
    assert row["completions"] == program.text == "".join(row["prompts_completions"])
    assert row["prompts_completions"][:3] == ["import x\n\n", "# one\n", "x = 1000\n\n\n"]
    assert (row["id"], row["case"], row["sample"]) == ("7", 2, 0)
    assert (row["input"], row["gold_output"]) == ({"A": 1}, [3])
    assert row["tokens"] == 3 * len("x = 1000\n") and row["seed"] == 1000
    assert row["finish_reasons"] == ["eos"] * 3 and row["context_overflow"] is False
    assert key_of(json.loads(json.dumps(row))) == TASK.key


def test_prompts_have_the_history_and_the_settings_of_their_task() -> None:
    engine = ReplayEngine(by_seed)
    list(generate_samples(engine, [TASK]))
    assert [prompt.text for prompt in engine.asked] == [
        "import x\n\n# one\n",
        "import x\n\n# one\nx = 1000\n\n\n# two\n",
        "import x\n\n# one\nx = 1000\n\n\n# two\nx = 1001\n\n\n# three\n",
    ]
    for prompt in engine.asked:
        assert (prompt.sampling.temperature, prompt.sampling.top_p) == (0.5, 0.9)
        assert prompt.sampling.max_tokens == 20


def test_places_are_full_and_a_next_turn_goes_before_a_new_sample() -> None:
    engine = ReplayEngine(by_seed, places=2)
    rows = list(generate_samples(engine, iter(tasks(4))))
    assert engine.most_under_way == 2 and engine.forgotten == 1
    begun = [prompt.sampling.seed for prompt in engine.asked]
    assert begun == [0, 1000, 1, 1001, 2, 1002, 2000, 3000, 2001, 3001, 2002, 3002]
    assert [row["sample"] for row in rows] == [0, 1, 2, 3]


def test_each_sample_has_its_own_history() -> None:
    rows = list(generate_samples(ReplayEngine(by_seed), tasks(7)))
    for row in rows:
        seeds = [1000 * row["sample"] + turn for turn in range(3)]
        assert row["prompts_completions"][2::2] == [f"x = {seed}\n\n\n" for seed in seeds]


def test_new_tokens_are_capped_to_the_room_and_without_room_a_turn_is_empty() -> None:
    engine = ReplayEngine(lambda _: "x" * 50, n_ctx=len("import x\n\n# one\n") + 8)
    (row,) = generate_samples(engine, [TASK])
    assert [prompt.sampling.max_tokens for prompt in engine.asked] == [8]
    assert row["prompts_completions"][2::2] == ["x" * 8 + "\n\n", "\n\n", "\n\n"]
    assert row["finish_reasons"] == ["length", "overflow", "overflow"]
    assert row["context_overflow"] is True and row["tokens"] == 8


def test_a_sample_without_any_room_is_a_row_too() -> None:
    (row,) = generate_samples(ReplayEngine(by_seed, n_ctx=4), tasks(1))
    assert row["finish_reasons"] == ["overflow"] * 3 and row["tokens"] == 0
    rows = list(generate_samples(ReplayEngine(by_seed, n_ctx=40), [*tasks(2), *tasks(1)]))
    assert len(rows) == 3


def test_a_humaneval_row_has_the_completion_alone() -> None:
    task = Task("humaneval", "HumanEval/0", 0, 3, "", ("def f():\n",), "", 9, 0.2, 0.95, 5)
    (row,) = generate_samples(ReplayEngine(lambda _: "    return 1\n"), [task])
    assert row == {
        "task_id": "HumanEval/0",
        "completion": "    retur",
        "sample": 3,
        "seed": 5,
        "temperature": 0.2,
        "tokens": 9,
        "finish_reason": "length",
        "stop_rule": None,
    }
    (row,) = generate_samples(ReplayEngine(lambda _: "    x\n# no"), [replace(task, max_tokens=99)])
    assert (row["completion"], row["stop_rule"]) == ("    x\n", "comment")
    assert row["finish_reason"] == "stop" and key_of(row) == task.key


@pytest.mark.parametrize(("rules", "kept"), [("paper", "print(1)\n"), ("terminals", None)])
def test_a_one_shot_answer_may_print_twice(rules: str, kept: str | None) -> None:
    text = "print(1)\ndef f(): 1\ndef g(): 2\nprint(2)\n"
    task = replace(TASK, steps=("# a\n# b\n",), max_tokens=99, stop_rules=rules)  # type: ignore[arg-type]
    (row,) = generate_samples(ReplayEngine(lambda _: text + "# more"), [task])
    expected = text if kept is None else "print(1)\ndef f(): 1\n"
    assert row["prompts_completions"][2] == expected + "\n\n"


def test_stopped_samples_have_no_row_and_finished_ones_do() -> None:
    asked = 0

    def should_stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > 30

    def answer(prompt: Prompt) -> str:
        return "x" if prompt.sampling.seed < 3000 else "x" * 99

    engine: Engine = ReplayEngine(answer, places=2)
    found = tasks(9, steps=("# one\n",), max_tokens=99)
    rows = list(generate_samples(engine, found, should_stop))
    assert [(row["sample"], row["finish_reasons"]) for row in rows] == [
        (sample, ["eos"]) for sample in range(3)
    ]


def test_half_characters_and_nuls_survive() -> None:
    (row,) = generate_samples(
        ReplayEngine(lambda _: "a\x00b\udc80"), [replace(TASK, steps=("# \n",))]
    )
    assert json.loads(json.dumps(row))["completions"] == "import x\n\n# \na\x00b\udc80\n\n"
