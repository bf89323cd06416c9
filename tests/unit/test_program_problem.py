"""MTPB records: what is accepted, what each error names, and the published file itself."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from codegen_cli.errors import UsageError
from codegen_cli.program import Problem, Program, Turn, parse_jsonl, steps_for, wrap

MTPB = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "mtpb.jsonl"
GOOD = {
    "id": "1",
    "name": "n",
    "category": "math",
    "description": "d",
    "prompts": ["Set x to {A}.", "Print {{x}}."],
    "inputs": [{"A": [1, 2]}, {"A": "two"}],
    "outputs": [1, 2],
    "max_gen_length": 128,
    "unknown": 1,
}
needs_mtpb = pytest.mark.skipif(not MTPB.exists(), reason="no mtpb.jsonl beside the checkout")


def read(**changes: object) -> Problem:
    return parse_jsonl(json.dumps({**GOOD, **changes}))[0]


def test_a_whole_record() -> None:
    problem = read()
    assert problem == Problem(
        id="1",
        prompts=("Set x to {A}.", "Print {{x}}."),
        inputs=({"A": [1, 2]}, {"A": "two"}),
        outputs=(1, 2),
        name="n",
        category="math",
        description="d",
        max_gen_length=128,
    )
    assert steps_for(problem) == ["Set x to [1, 2].", "Print {x}."]
    assert steps_for(problem, 1) == ["Set x to two.", "Print {x}."]


def test_the_least_record() -> None:
    text = '\ufeff\n{"prompts": ["a {{}}"], "inputs": [{}]}\r\n'
    assert parse_jsonl(text) == [Problem("2", ("a {{}}",), ({},))]
    # Prompts of a problem are always templates, as in the released script.
    assert steps_for(parse_jsonl(text)[0]) == ["a {}"]


def test_ids_and_surplus_outputs() -> None:
    assert read(id=7).id == "7"
    assert read(outputs=[1, 2, 3]).outputs == (1, 2, 3)
    assert read(max_gen_length=None).max_gen_length is None


def test_a_line_separator_inside_a_string_is_no_line_end() -> None:
    problem = json.dumps({**GOOD, "prompts": ["a\u2028b\x85c"]}, ensure_ascii=False)
    assert parse_jsonl(problem)[0].prompts == ("a\u2028b\x85c",)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"prompts": "a"}, "prompts"),
        ({"prompts": []}, "prompts"),
        ({"prompts": ["a", 1]}, "prompts"),
        ({"inputs": {}}, "inputs"),
        ({"inputs": [1]}, "inputs"),
        ({"outputs": 1}, "outputs"),
        ({"outputs": [1]}, "outputs"),
        ({"name": 1}, "name"),
        ({"category": None}, "category"),
        ({"description": []}, "description"),
        ({"max_gen_length": 0}, "max_gen_length"),
        ({"max_gen_length": True}, "max_gen_length"),
        ({"max_gen_length": 1.5}, "max_gen_length"),
        ({"id": True}, "id"),
        ({"id": None}, "id"),
    ],
)
def test_errors_name_the_line_and_the_field(changes: dict[str, object], field: str) -> None:
    good, bad = json.dumps({**GOOD, "id": "0"}), json.dumps({**GOOD, **changes})
    with pytest.raises(UsageError, match=f'line 3: "{field}"'):
        parse_jsonl(f"{good}\n\n{bad}\n")


@pytest.mark.parametrize("field", ["prompts", "inputs"])
def test_required_fields(field: str) -> None:
    record = {key: value for key, value in GOOD.items() if key != field}
    with pytest.raises(UsageError, match=f'line 1: "{field}": the field is missing'):
        parse_jsonl(json.dumps(record))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not JSON"),
        ("[1]", "not a JSON object"),
        ("[" * 200_000, "not JSON: it is nested too deeply"),
        ("1" * 5000 + "x", "not JSON"),
    ],
)
def test_lines_that_are_no_record(line: str, message: str) -> None:
    with pytest.raises(UsageError, match=f"line 1: {message}") as caught:
        parse_jsonl(line)
    assert "\n" not in str(caught.value)


def test_an_id_may_come_once() -> None:
    with pytest.raises(UsageError, match="line 2: \"id\" '1'"):
        parse_jsonl(json.dumps(GOOD) + "\n" + json.dumps(GOOD))


@pytest.mark.parametrize("index", [-1, 2])
def test_no_such_input(index: int) -> None:
    with pytest.raises(UsageError, match=f"problem 1 has no input {index}.*0 to 1"):
        steps_for(read(), index)


def digest(texts: list[str]) -> str:
    return hashlib.sha256(b"".join(text.encode() + b"\0" for text in texts)).hexdigest()[:16]


@needs_mtpb
def test_every_published_prompt_is_filled_and_wrapped_as_the_script_does() -> None:
    problems = parse_jsonl(MTPB.read_text(encoding="utf-8"))
    assert (len(problems), sum(len(p.prompts) for p in problems)) == (115, 514)
    for problem in problems:
        for index, values in enumerate(problem.inputs):
            expected = [prompt.format(**values) for prompt in problem.prompts]
            assert steps_for(problem, index) == expected
            assert [wrap(step) for step in expected] == [f"# {step}\n" for step in expected]


@needs_mtpb
def test_the_published_program_texts() -> None:
    """Digests of all 575 texts, computed from the file by other code."""
    first: list[str] = []
    whole: list[str] = []
    for problem in parse_jsonl(MTPB.read_text(encoding="utf-8")):
        for index in range(5):
            program = Program()
            steps = steps_for(problem, index)
            first.append(program.prompt(steps[0]))
            for step in steps:
                program = program.add(Turn(step, ""))
            whole.append(program.text)
    assert digest(first) == "7a8c8f01a339d13a"
    assert digest(whole) == "f7425d77b5504c91"
