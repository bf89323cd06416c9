"""The written report: its tables, its marks, and text that nobody vouches for."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from eval_runs import Fake, mtpb, write_run

from codegen_cli.evaluation.report.document.blocks import Document, Table
from codegen_cli.evaluation.report.document.build import build_document
from codegen_cli.evaluation.report.document.marks import numbered
from codegen_cli.evaluation.report.findings.report import Report, build
from codegen_cli.evaluation.report.formats.html import to_html
from codegen_cli.evaluation.report.formats.markdown import escaped, to_markdown
from codegen_cli.evaluation.report.formats.to_json import to_json
from codegen_cli.evaluation.report.paper import published
from codegen_cli.evaluation.report.read.folder import read_run
from codegen_cli.evaluation.report.run import PromptScore, Tally

VOID = {"meta", "br", "link", "img"}
EVIL = "<script>alert(1)</script><img src=x onerror=a()>\"'&|`$x_1$\x1b[2J\u202e\n[a](javascript:b)"


class Page(HTMLParser):
    """The elements of a page, checked for being closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def values(self, name: str) -> list[str]:
        return [value or "" for key, value in self.attributes if key == name]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("runs")
    fakes = [
        Fake(samples=10, problems=20),
        Fake(samples=10, problems=20, limit=5, temperatures=(0.2,), model="mine", parameters=None),
        Fake(samples=10, problems=20, model="gpt-j-6B", family="gptj", parameters=6_053_381_344),
        mtpb(problems=20),
        mtpb(problems=20, turns="single", skill=-4),
    ]
    return build([read_run(write_run(folder / str(n), fake)) for n, fake in enumerate(fakes)])


@pytest.fixture(scope="module")
def document(report: Report) -> Document:
    return build_document(report)


@pytest.fixture
def evil(report: Report) -> Report:
    """Return the same report, with hostile words wherever a manifest can have words."""
    runs = []
    for run in report.runs:
        facts = run.manifest
        model = replace(facts.model, name=EVIL, file_type=EVIL, family=EVIL, sha256=EVIL)
        machine = replace(facts.hardware, cpu=EVIL, placement=EVIL, platform=EVIL)
        words = {"data": EVIL, "engine": EVIL, "version": EVIL, "sandbox": EVIL, "started": EVIL}
        new = replace(facts, model=model, hardware=machine, **words)  # type: ignore[arg-type]
        runs.append(replace(run, folder=EVIL, manifest=new))
    return replace(report, runs=tuple(runs))


def tables(document: Document) -> dict[str, Table]:
    return {
        block.title: block
        for section in document.sections
        for block in section.blocks
        if isinstance(block, Table)
    }


def row_of(table: Table, number: int) -> list[str]:
    [row] = [row for row in table.rows if row.cells and row.cells[0].text == f"#{number}"]
    return [cell.text for cell in row.cells]


def test_a_document_has_its_sections(document: Document) -> None:
    assert [section.key for section in document.sections] == [
        "first",
        "humaneval",
        "mtpb",
        "runs",
        "reading",
    ]


def test_every_row_has_a_cell_for_every_column(document: Document) -> None:
    for table in tables(document).values():
        for row in table.rows:
            assert row.heading or len(row.cells) == len(table.columns)


def test_published_figures_stand_beside_the_run_of_the_same_model(document: Document) -> None:
    table = tables(document)["pass@k in per cent, the best temperature for each k"]
    assert row_of(table, 1)[4::2] == ["12.76 [C]", "23.11 [C]", "35.19 [C]"]
    assert row_of(table, 3)[4::2] == ["11.62 [C]", "15.74 [C]", "27.74 [C]"]
    assert row_of(table, 2)[4::2] == ["–", "–", "–"]
    details = {row.cells[0].text: row.cells[1].detail for row in table.rows if row.cells}
    assert details["#2"] == "no published counterpart, problems B"
    others = [row.cells[1].text for row in table.rows if row.cells and row.cells[0].text == "–"]
    assert "Codex" in others and others.count("CodeGen-Mono") == 3 and "GPT-J" not in others


def test_a_single_temperature_is_called_one(document: Document) -> None:
    notes = tables(document)["pass@k in per cent, the best temperature for each k"].notes
    assert any("#2: " in note and "a single temperature, 0.2" in note for note in notes)


def test_recalled_figures_are_marked_in_every_format(report: Report, document: Document) -> None:
    unsure = [f"{f.value:.2f}" for f in published() if not f.verified and f.metric == "pass@10"]
    markdown, page = to_markdown(document, {}), to_html(document, {})
    for text in unsure:
        assert f"*{text} \\[R" in markdown
        assert re.search(rf'class="right unverified">{re.escape(text)} \[R', page)
    assert "recalled, not checked against the paper" in markdown
    assert "recalled, not checked against the paper" in page
    data = json.loads(to_json(report))
    for figure in data["published"]:
        assert figure["verified"] is (figure["certainty"] == "C")
        assert ("recalled" in (figure["note"] or "")) is not figure["verified"]


def test_gains_are_as_sure_as_the_less_sure_figure(document: Document) -> None:
    table = tables(document)["Several turns against a single one, in per cent"]
    assert row_of(table, 4)[-1] == "+11.23 [C]"


def test_every_run_is_listed_with_what_it_stands_on(document: Document) -> None:
    row = row_of(tables(document)["All runs"], 2)
    assert row[2:7] == ["HumanEval", "5 of 20 (B)", "10", "0.2", "42"]
    assert row[8:] == [
        "0.0.0-synthetic",
        "os-strict",
        "synthetic (no machine measured this)",
        "complete",
    ]
    page = "".join(Page(to_html(document, {})).words)
    for name in ("model SHA-256", "seed", "sandbox tier", "codegen version", "placement", "cores"):
        assert page.count(name) >= 5


def test_a_page_is_one_file_that_loads_and_runs_nothing(document: Document) -> None:
    page = Page(to_html(document, {}))
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert page.values("src") == []
    assert all(link.startswith("#") for link in page.values("href"))
    assert set(page.values("href")) <= {f"#{anchor}" for anchor in page.values("id")}
    assert len(page.values("id")) == len(set(page.values("id")))
    assert "viewport" in page.values("name") and "Content-Security-Policy" in page.values(
        "http-equiv"
    )


def test_hostile_words_stay_words_in_html(evil: Report) -> None:
    text = to_html(build_document(evil), {})
    page = Page(text)
    assert "script" not in page.tags and "img" not in page.tags
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert "\x1b" not in text and "\u202e" not in text
    assert any("<script>alert(1)" in words for words in page.words)


def test_hostile_words_stay_words_in_markdown(evil: Report) -> None:
    text = to_markdown(build_document(evil), {})
    assert not re.search(r"(?<!\\)<(?!br>)", text)
    assert not re.search(r"(?<!\\)[`$]", text)
    assert "\x1b" not in text and "\u202e" not in text
    check_tables(text)


def test_markdown_tables_are_whole(document: Document) -> None:
    assert check_tables(to_markdown(document, {})) > 10


def check_tables(markdown: str) -> int:
    """Check that all lines of a table have as many cells, and count the tables."""
    blocks = re.findall(r"(?:^\|.*\n)+", markdown, re.MULTILINE)
    for block in blocks:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}) == 1
    return len(blocks)


def test_escaping_keeps_one_line() -> None:
    assert escaped("a\nb\tc  d") == "a b c d"
    assert escaped("[x](y) _z_ #1") == "\\[x\\](y) \\_z\\_ \\#1"


def test_json_keeps_hostile_words_and_no_nan(evil: Report) -> None:
    data = json.loads(to_json(evil), parse_constant=lambda text: pytest.fail(text))
    assert data["runs"][0]["model"]["name"] == EVIL


def test_json_has_the_figures_with_intervals(report: Report) -> None:
    data: dict[str, Any] = json.loads(to_json(report))
    assert [run["run"] for run in data["runs"]] == [1, 2, 3, 4, 5]
    assert data["runs"][1]["problems_letter"] == "B" and data["runs"][0]["problems_letter"] is None
    first = data["humaneval"][0]
    best = first["best"]["10"]
    assert 0 <= best["low"] <= best["value"] <= best["high"] <= 1 and best["temperatures"] == 3
    assert first["published"]["1"]["value"] == 0.1276
    assert data["humaneval"][1]["published"] is None
    assert list(first["by_temperature"]) == ["0.2", "0.6", "0.8"]
    [pair] = data["turns"]
    assert (pair["multi"], pair["single"]) == (4, 5)
    assert sum(gain["problems"] for gain in pair["by_difficulty"].values()) == 20
    assert {item["run"] for item in data["perplexity"]} == {1, 2, 3, 4, 5}
    assert data["mtpb"][0]["published"]["value"] == 0.1698


def test_json_has_no_infinity_where_nothing_varies(report: Report) -> None:
    run = report.runs[0]
    solved = {name: Tally(int(name[-1] in "02468"), 1) for name in run.tallies[0.2]}
    prompts = tuple(PromptScore(name, 1, 1.0 + tally.passed) for name, tally in solved.items())
    same = build([replace(run, tallies={0.2: solved}, prompts=prompts)])
    assert same.perplexity[0].test and math.isinf(same.perplexity[0].test.t)
    data = json.loads(to_json(same), parse_constant=lambda text: pytest.fail(text))
    assert data["perplexity"][0]["test"]["p"] == 0 and data["perplexity"][0]["auroc"] == 0


def test_missing_plots_are_said_and_the_tables_stay(report: Report) -> None:
    document = build_document(report, "No plots: matplotlib is not installed.")
    for text in (to_markdown(document, {}), to_html(document, {})):
        assert "No plots: matplotlib is not installed" in text
        # The data that stands behind the curves is then a table of its own.
        assert "by temperature, in per cent" in text
    assert "<figure" not in to_html(document, {})


def test_runs_are_named_as_ranges() -> None:
    assert numbered([0, 1, 2, 4, 6, 7]) == "#1–#3, #5, #7–#8"
