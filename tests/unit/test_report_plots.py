"""Plots as SVG: well-formed, in the page's colours, telling kinds apart without colour."""

from __future__ import annotations

import importlib.util
import itertools
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from eval_runs import Fake, mtpb, write_run

from codegen_cli.evaluation.report import write
from codegen_cli.evaluation.report.document.blocks import Figure
from codegen_cli.evaluation.report.document.plot import (
    Dot,
    DotPlot,
    DotRow,
    Line,
    LinePlot,
    Point,
    Series,
)
from codegen_cli.evaluation.report.document.sizes import size_ticks
from codegen_cli.evaluation.report.findings.report import Report, build
from codegen_cli.evaluation.report.plots.axes import spread
from codegen_cli.evaluation.report.plots.ink import EVERY, FAINT, LOOKS, PAPER, TEXT
from codegen_cli.evaluation.report.read.folder import read_run

HOSTILE = '<a href="x">$x_1$ & 漢字 \x1b\u202e' + "long " * 40


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_all_words_can_be_read_on_light_and_dark_pages() -> None:
    for look in (*LOOKS.values(), TEXT, FAINT):
        assert contrast(look.light, PAPER.light) >= 4.5, look
        assert contrast(look.dark, PAPER.dark) >= 4.5, look


def test_every_kind_has_a_marker_and_a_colour_of_its_own() -> None:
    for name in ("marker", "light", "dark", "variable"):
        assert len({getattr(look, name) for look in LOOKS.values()}) == len(LOOKS)
    assert len({look.variable for look in EVERY}) == len(EVERY)


def test_names_are_spread_and_stay_in_order() -> None:
    moved = spread([0.5, 0.5, 0.52, 0.99], 0.1, 0.0, 1.0)
    assert all(b - a >= 0.1 - 1e-9 for a, b in itertools.pairwise(moved))
    assert moved[-1] <= 1.0


def test_ticks_are_round_and_few() -> None:
    assert [name for _, name in size_ticks(5.3e6, 16e9)] == ["10M", "100M", "1B", "10B"]
    assert [name for _, name in size_ticks(300e6, 16e9)] == ["300M", "1B", "3B", "10B"]


LINES = LinePlot(
    "pass@1",
    "weights",
    "passed, %",
    ((1e9, "1B"),),
    (
        Line(HOSTILE, "mono", (Point(1e9, 0.1, 0.05, 0.2), Point(2e9, 0.2, 0.1, 0.3))),
        Line(
            "paper",
            "mono",
            (Point(1e9, 0.1, origin="confirmed"), Point(2e9, 0.2, origin="unverified")),
        ),
    ),
)
DOTS = DotPlot(
    HOSTILE,
    "passed, %",
    (Series("several", "mono"), Series("single", "multi", filled=False)),
    (DotRow(HOSTILE, (Dot(0, 5.0, 1.0, 9.0), Dot(1, 4.0)), HOSTILE), DotRow("", ())),
    span=(0, 100),
    zero=True,
)


@pytest.fixture
def drawing() -> None:
    pytest.importorskip("matplotlib")


@pytest.mark.usefixtures("drawing")
@pytest.mark.parametrize("plot", [LINES, DOTS], ids=["lines", "dots"])
def test_an_svg_is_well_formed_and_takes_its_colours_from_the_page(
    plot: LinePlot | DotPlot,
) -> None:
    from codegen_cli.evaluation.report.plots.draw import draw
    from codegen_cli.evaluation.report.plots.svg import standalone

    svg = draw(Figure("some-key", plot, HOSTILE, (0,)))
    root = ElementTree.fromstring(svg)
    assert (
        root.get("role") == "img" and root.get("aria-labelledby") == "some-key-title some-key-desc"
    )
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert all(name and name.startswith("some-key-") for name in ids)
    assert len(ids) == len(set(ids))
    assert re.findall(r"#fe00..", svg) == [] and "var(--mono)" in svg
    assert "<style" not in svg and "\x1b" not in svg
    words = [element.text or "" for element in root.iter() if element.tag.endswith("}text")]
    assert any("$x_1$" in word for word in words)  # no formula
    alone = ElementTree.fromstring(standalone(svg))
    assert int(alone.get("width", "0")) > 300
    assert "prefers-color-scheme: dark" in standalone(svg)


@pytest.mark.usefixtures("drawing")
def test_the_same_plot_gives_the_same_bytes() -> None:
    from codegen_cli.evaluation.report.plots.draw import draw

    figure = Figure("key", LINES, "alt", (0,))
    assert draw(figure) == draw(figure)


@pytest.mark.usefixtures("drawing")
def test_published_points_look_other_than_ours() -> None:
    from codegen_cli.evaluation.report.plots.draw import draw

    svg = draw(Figure("key", LINES, "alt", (0,)))
    assert "stroke-dasharray" in svg
    assert "fill: var(--paper)" in svg  # the open marker of a confirmed figure


@pytest.fixture
def report(tmp_path: Path) -> Report:
    fakes = [
        Fake(samples=2, problems=5, model="a" * 199, file_type="b" * 199, engine="c" * 199),
        Fake(samples=1, problems=1, parameters=1, perplexity=False),
        mtpb(problems=5, samples=1),
        mtpb(problems=5, samples=1, turns="single"),
    ]
    return build([read_run(write_run(tmp_path / str(n), f)) for n, f in enumerate(fakes)])


@pytest.mark.usefixtures("drawing")
def test_a_folder_holds_the_report_and_its_plots(report: Report, tmp_path: Path) -> None:
    folder = tmp_path / "report"
    write.make_folder(folder)
    assert write.write_report(folder, report) == ""
    assert {p.name for p in folder.iterdir()} == {
        "report.md",
        "report.html",
        "report.json",
        "plots",
    }
    pictures = re.findall(r"!\[.*?\]\((.*?)\)", (folder / "report.md").read_text())
    assert sorted(pictures) == sorted(f"plots/{p.name}" for p in (folder / "plots").iterdir())
    page = (folder / "report.html").read_text()
    assert page.count("<svg ") == len(pictures) == page.count("<figure>")
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_without_matplotlib_the_report_says_how_to_get_it(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    folder = tmp_path / "report"
    write.make_folder(folder)
    assert "pip install 'codegen-cli[report]'" in write.write_report(folder, report)
    assert {p.name for p in folder.iterdir()} == {"report.md", "report.html", "report.json"}
    assert "pip install" in (folder / "report.html").read_text()
