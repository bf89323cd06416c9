"""A program as a script, a notebook, a page, records: no form loses anything of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen_cli.errors import UsageError
from codegen_cli.program import Program, Turn
from codegen_cli.sessions.encode import load_provenance
from codegen_cli.sessions.export import FORMS, export, form_of
from codegen_cli.sessions.records import Provenance
from codegen_cli.settings import Sampling

MODEL = Provenance(
    "model",
    seed=43,
    sampling=Sampling(),
    model="/models/350M_mono-Q8_0.gguf",
    tokens=(1, 2, 3),
    logprobs=(-0.5, -0.25, -1.0),
    finish_reason="stop",
    stop_rule="comment",
)
FILE = Provenance("file")

PROGRAM = (
    Program("import os\n\n")
    .add(Turn("Make *x* of `y`.", "x = 1"))
    .add(Turn("Two\nlines.", 'print("""```\n````""")\n\n\n'))
    .add(Turn("Nothing.", ""))
)
ORIGINS = (MODEL, FILE, Provenance("user"))

STEPS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=20)
PROGRAMS = st.builds(
    lambda prefix, turns: _grown(Program(prefix), turns),
    st.sampled_from(["", "import os\n\n", "import numpy as np\n"]),
    st.lists(st.tuples(STEPS, STEPS), max_size=4),
)


def _grown(program: Program, turns: list[tuple[str, str]]) -> Program:
    for step, code in turns:
        program = program.add(Turn(step, code))
    return program


def test_the_script_is_the_program() -> None:
    assert export(PROGRAM, ORIGINS, "py") == PROGRAM.source


def test_the_notebook_is_valid_and_has_a_cell_a_turn() -> None:
    notebook = json.loads(export(PROGRAM, ORIGINS, "ipynb"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    cells = notebook["cells"]
    assert [cell["id"] for cell in cells] == ["turn-0", "turn-1", "turn-2", "turn-3"]
    for cell in cells:
        assert set(cell) == {
            "cell_type",
            "execution_count",
            "id",
            "metadata",
            "outputs",
            "source",
        }
    assert "".join(cells[1]["source"]) == "# Make *x* of `y`.\nx = 1"
    assert cells[1]["metadata"]["codegen"]["seed"] == 43
    assert cells[2]["metadata"]["codegen"] == {"step": "Two\nlines.", "origin": "file"}


@given(PROGRAMS)
def test_the_cells_of_a_notebook_are_the_lines_of_the_program(program: Program) -> None:
    origins = [FILE] * len(program.turns)
    cells = json.loads(export(program, origins, "ipynb"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells)

    def lines(source: str) -> list[str]:
        return [line for line in source.split("\n") if line]

    assert lines(text) == lines(program.source)


@given(PROGRAMS)
def test_records_hold_the_whole_program(program: Program) -> None:
    origins = [MODEL] * len(program.turns)
    head, *turns = [json.loads(line) for line in export(program, origins, "jsonl").split("\n")[:-1]]
    made = tuple(Turn(t["step"], t["code"], t["tail"], t["header"]) for t in turns)
    assert Program(head["prefix"], made) == program
    assert all(load_provenance(json.dumps(t["provenance"])) == MODEL for t in turns)


def test_the_page_takes_steps_literally_and_fences_code() -> None:
    page = export(PROGRAM, ORIGINS, "md")
    assert page == (
        "```python\nimport os\n```\n\n"
        "## 1. Make \\*x\\* of \\`y\\`.\n\n```python\nx = 1\n```\n\n"
        "*350M\\_mono-Q8\\_0, seed 43, 3 tokens, end: comment*\n\n"
        '## 2. Two lines.\n\n`````python\nprint("""```\n````""")\n`````\n\n*from the file*\n\n'
        "## 3. Nothing.\n\n*by hand*\n"
    )


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_program_can_be_exported(form: str) -> None:
    text = export(Program(""), [], form)
    assert text == {"py": "", "md": "", "jsonl": '{"prefix": ""}\n'}.get(form, text)
    if form == "ipynb":
        assert json.loads(text)["cells"] == []


def test_a_form_is_known_by_the_name_of_the_file() -> None:
    assert [form_of(Path(f"a.b.{end}")) for end in ("py", "IPYNB", "md", "jsonl")] == list(FORMS)


@pytest.mark.parametrize("name", ["a", "a.txt", "py"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match=r"end it in \.py, \.ipynb, \.md, \.jsonl"):
        form_of(Path(name))


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(UsageError, match="there are py, ipynb, md, jsonl"):
        export(PROGRAM, ORIGINS, "pdf")
