"""Overlaps with benchmarks: what counts as one, and what is done about it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from checkpoints import shared

from codegen_cli.errors import UsageError
from models.data.decontaminate.benchmarks import statements
from models.data.decontaminate.phrases import phrases_of
from models.data.decontaminate.stage import decontaminate_work
from models.data.documents import Document, read_shard, write_shard
from models.data.settings import DecontaminateSettings

LONG = "Return the list of all prefixes of a string ordered from shortest to longest one first"
SHORT = "Remove every odd number from the given list"


def problems(text: str, *given: tuple[str, str]) -> list[str]:
    return [one.problem for one in phrases_of(given, 13).overlaps(text)]


def test_a_run_of_thirteen_words_is_an_overlap_whatever_stands_between() -> None:
    words = LONG.split()
    inside = "x = 1 # " + ",\n    ".join(words[2:15]).upper() + " y"
    assert problems(inside, ("p", LONG)) == ["p"]
    assert problems("x " + " ".join(words[:12]), ("p", LONG)) == []
    assert problems(" ".join(words[:12]) + " x " + " ".join(words[12:]), ("p", LONG)) == []


def test_a_short_statement_counts_as_a_whole() -> None:
    assert problems(f"# {SHORT}.\n", ("p", SHORT)) == ["p"]
    assert problems("# remove every odd number from the list", ("p", SHORT)) == []
    assert problems("print the sum of the list", ("p", "Print the sum of the list")) == []


def test_numbers_and_single_letters_are_no_phrase() -> None:
    numbers = " ".join(map(str, range(40)))
    letters = " ".join("abcdefghijklmnopqrstuvwxyz")
    assert problems(numbers + letters, ("p", numbers), ("q", letters)) == []
    assert problems("assert f(1) == 2 " * 20, ("p", "assert f(1) == 2 " * 20)) == []


def test_each_problem_is_told_once_and_several_at_once() -> None:
    assert problems(f"{LONG} {SHORT} {LONG}", ("p", LONG), ("q", SHORT), ("r", LONG)) == [
        "p", "r", "q",
    ]  # fmt: skip


def test_published_shapes_are_read(tmp_path: Path) -> None:
    row = {"task_id": "HumanEval/0", "prompt": "a", "canonical_solution": "b", "test": "c"}
    path = tmp_path / "h.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps(row).encode() + b"\n"))
    assert list(statements(path)) == [("HumanEval/0", "a\nb"), ("HumanEval/0", "c")]
    other = tmp_path / "m.jsonl"
    other.write_text(json.dumps({"id": 7, "prompts": ["Set {x} aside", "Print"]}) + "\n")
    assert list(statements(other)) == [
        ("MTPB/7", "Set "), ("MTPB/7", " aside"), ("MTPB/7", "Print"),
    ]  # fmt: skip
    for bad in (b"[]", b"{}", b"not json", b"\x1f\x8b broken"):
        other.write_bytes(bad + b"\n")
        with pytest.raises(UsageError, match="cannot read the benchmark"):
            list(statements(other))


@pytest.mark.parametrize("drop", [True, False])
def test_documents_are_dropped_or_only_listed(tmp_path: Path, drop: bool) -> None:
    benchmark = tmp_path / "m.jsonl"
    benchmark.write_text(json.dumps({"id": 1, "prompts": [LONG]}) + "\n")
    shard = tmp_path / "docs-00000.jsonl"
    with write_shard(shard) as writer:
        for text in ("x = 1\n", f"# {LONG}\n", "y = 2\n"):
            writer.add(Document(text, f"s{len(text)}"))
    out = tmp_path / "out"
    out.mkdir()
    settings = DecontaminateSettings((str(benchmark),), drop=drop)
    names, tally = decontaminate_work(settings)(out, 0, str(shard))
    texts = [one.text for one in read_shard(out / names[0])]
    assert texts == (["x = 1\n", "y = 2\n"] if drop else ["x = 1\n", f"# {LONG}\n", "y = 2\n"])
    assert tally.counted == {"overlap: MTPB/1": 1, "documents with an overlap": 1}
    listed = json.loads((out / names[1]).read_text())
    assert listed["problem"] == "MTPB/1" and listed["phrase"] == " ".join(LONG.lower().split()[:13])


def test_the_benchmarks_themselves_are_found_whole() -> None:
    data = shared("data")
    if data is None:
        pytest.skip("the optional folder shared/data is absent")
    for name, count in (("HumanEval.jsonl.gz", 164), ("mtpb.jsonl", 100)):
        given = list(statements(data / name))
        phrases = phrases_of(given, 13)
        found = {p for p, text in given for p2, _ in phrases.overlaps(text) if p2 == p}
        assert len(found) >= count
