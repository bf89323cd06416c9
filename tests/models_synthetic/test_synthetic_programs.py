"""Programs: determinism, recorded results, disjoint splits, the turn protocol."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from codegen_cli.errors import UsageError
from models.synthetic import frames
from models.synthetic.corpus import document, write_corpus
from models.synthetic.grammar import Split, wordings
from models.synthetic.produce import make
from models.synthetic.program import PREFIX

_SPLITS: tuple[Split, ...] = ("train", "validation", "test")
_COUNT = 150


def _silent(*_: float) -> None:
    pass


def test_the_same_seed_gives_the_same_bytes_whatever_the_workers(tmp_path: Path) -> None:
    for workers in (1, 2):
        write_corpus(tmp_path / str(workers), "train", 50, 3, workers, _silent, 20)
    one, two = (sorted((tmp_path / n).iterdir()) for n in "12")
    assert [p.name for p in one] == [p.name for p in two]
    assert [p.read_bytes() for p in one] == [p.read_bytes() for p in two]
    lines = [line for p in one if p.suffix == ".jsonl" for line in p.read_text().splitlines()]
    assert len(lines) == 50


def test_a_corpus_goes_on_where_it_stopped(tmp_path: Path) -> None:
    write_corpus(tmp_path, "train", 30, 3, 1, _silent, 10)
    shards = sorted(tmp_path.glob("*.jsonl"))
    before = [p.read_bytes() for p in shards]
    kept = shards[0].stat().st_mtime_ns
    shards[1].unlink()
    write_corpus(tmp_path, "train", 30, 3, 1, _silent, 10)
    assert [p.read_bytes() for p in shards] == before
    assert shards[0].stat().st_mtime_ns == kept


def test_a_folder_of_another_corpus_is_refused(tmp_path: Path) -> None:
    write_corpus(tmp_path, "train", 2, 3, 1, _silent)
    with pytest.raises(UsageError, match="other settings"):
        write_corpus(tmp_path, "train", 2, 4, 1, _silent)


def test_another_seed_gives_other_programs() -> None:
    assert document(make("train", 0, 5)) != document(make("train", 1, 5))


def test_a_fresh_process_prints_the_recorded_results() -> None:
    rows = [document(make("train", 7, i)) for i in range(_COUNT)]
    runner = (
        "import contextlib, io, json, sys\n"
        "for text in json.load(sys.stdin):\n"
        "    shown = []\n"
        "    exec(text, {'__name__': 'x', 'print': lambda value: shown.append(str(value))})\n"
        "    sys.stdout.write(json.dumps(shown[-1]) + '\\n')\n"
    )
    texts = json.dumps([row["text"] for row in rows])
    done = subprocess.run(
        [sys.executable, "-c", runner], input=texts, capture_output=True, text=True, check=True
    )
    assert [json.loads(line) for line in done.stdout.splitlines()] == [r["result"] for r in rows]


def test_families_of_the_splits_are_disjoint() -> None:
    families = {s: {make(s, 0, i).program.family for i in range(_COUNT)} for s in _SPLITS}
    for a, b in (("train", "test"), ("train", "validation"), ("validation", "test")):
        assert families[a].isdisjoint(families[b])


@pytest.mark.parametrize(
    "name", [n for n, v in vars(frames).items() if n.isupper() and n != "OPENERS"]
)
def test_sentences_of_the_splits_are_disjoint(name: str) -> None:
    patterns = getattr(frames, name)
    texts = {split: set(wordings(patterns, split)) for split in _SPLITS}
    assert all(texts.values())
    assert texts["train"].isdisjoint(texts["test"] | texts["validation"])
    assert texts["train"].isdisjoint(wordings(patterns, "test", "far"))


def test_no_step_of_the_test_set_is_one_of_training() -> None:
    steps = {
        split: {turn.step for i in range(400) for turn in make(split, 0, i).program.turns}
        for split in ("train", "test")
    }
    assert steps["train"].isdisjoint(steps["test"])


def test_weights_cover_the_prefix_and_every_step() -> None:
    row = document(make("train", 0, 1))
    begin, end, weight = row["weights"][0]
    assert row["text"][begin:end] == PREFIX
    assert weight == 0.1
    for begin, end, weight in row["weights"][1:]:
        assert weight == 0.25
        assert row["text"][begin:end].startswith("# ")
        assert row["text"].index("\n", begin) + 1 == end
    assert all(a[1] < b[0] for a, b in pairwise(row["weights"][1:]))


def test_code_keeps_to_the_turn_protocol() -> None:
    for i in range(_COUNT):
        turns = make("train", 2, i).program.turns
        for turn in turns:
            assert turn.step and "\n" not in turn.step
            assert not turn.code.startswith("\n") and "\n\n\n" not in turn.code
            assert turn.code.count("print(") <= 1
            assert sum(line.startswith("def ") for line in turn.code.splitlines()) <= 1
            assert not any(line.startswith("#") for line in turn.code.splitlines())
        assert "print(" in turns[-1].code
