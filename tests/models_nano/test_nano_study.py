"""What the packaged models' study measures, and what its pictures show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.nano.curves import draw, losses
from models.nano.reproduce import logged, report
from models.nano.stages_plot import Point, write_plot
from models.nano.study import Measurement, measurements, points


def test_every_size_stage_set_and_form_is_measured_once_the_last_stage_first() -> None:
    found = list(measurements(["nano", "pico"], ["synthetic", "MTPB"]))

    assert len({one.folder for one in found}) == len(found) == 2 * 3 * 2 * 2
    assert [one.stage for one in found] == ["mono"] * 8 + ["multi"] * 8 + ["nl"] * 8


def test_our_own_problems_are_shown_by_category_and_the_published_as_a_whole() -> None:
    summary = {
        "passed": 3,
        "total": 10,
        "by_category": {
            "near wording": {"passed": 2, "total": 5},
            "far wording": {"passed": 1, "total": 5},
        },
    }

    own = list(points(Measurement("nano", "mono", "synthetic", "multi"), summary))
    published = list(points(Measurement("nano", "mono", "MTPB", "single"), summary))

    assert [(p.problems, p.percent) for p in own] == [("near wording", 40.0), ("far wording", 20.0)]
    assert published == [Point("nano", "Mono", "MTPB", "single", 3, 10)]


def test_the_picture_has_a_panel_a_set_and_a_line_a_size_and_form(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    some = [
        Point(size, stage, problems, turns, 1, 4)
        for size in ("nano", "pico")
        for stage in ("Mono", "NL", "Multi")
        for problems in ("near wording", "MTPB")
        for turns in ("multi", "single")
    ]

    write_plot(tmp_path / "stages.svg", some)

    drawn = (tmp_path / "stages.svg").read_text(encoding="utf-8")
    for words in ("near wording", "MTPB", "nano, multi turn", "pico, single turn"):
        assert f"<!-- {words} -->" in drawn
    assert drawn.index("<!-- NL -->") < drawn.index("<!-- Mono -->")
    assert list(tmp_path.iterdir()) == [tmp_path / "stages.svg"]


def _log(path: Path, rows: list[dict[str, float]], end: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + end, encoding="utf-8")
    return path


_ROWS = [
    {"step": 1, "loss": 7.0, "tokens": 2048},
    {"step": 10, "loss": 6.0, "tokens": 20480},
    {"step": 10, "validation_loss": 5.0},
]


def test_losses_are_drawn_over_the_tokens_that_were_read(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    for stage in ("nl", "multi", "mono"):
        _log(tmp_path / f"nano/{stage}.jsonl", _ROWS)

    training, validation = losses(tmp_path / "nano/mono.jsonl")
    panels = draw([tmp_path / "nano"]).axes

    assert training == [(0.002048, 7.0), (0.02048, 6.0)]
    assert validation == [(0.02048, 5.0)]
    assert [panel.get_title() for panel in panels] == ["nl", "multi", "mono"]


def test_a_loss_that_is_not_the_logged_one_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = logged(_log(tmp_path / "log.jsonl", _ROWS, end='{"step": 20, "lo'))

    assert kept == {1: 7.0, 10: 6.0}
    assert report(kept, {1: 7.0, 10: 6.0}, 50, 0.0) == 0
    assert report(kept, {1: 7.0, 10: 6.00001}, 50, 0.0) == 1
    assert report(kept, {1: 7.0, 10: 6.00001}, 50, 1e-4) == 0
    assert report(kept, {1: 7.0}, 50, 1e-4) == 1
    assert "differs" in capsys.readouterr().out
