"""Draw any plot of a document."""

from __future__ import annotations

import importlib.util
from xml.sax.saxutils import escape

from codegen_cli import console
from codegen_cli.evaluation.report.document.blocks import Document, Figure
from codegen_cli.evaluation.report.document.plot import LinePlot

INSTALL = "pip install 'codegen-cli[report]'"


def can_draw() -> bool:
    """Say whether matplotlib is installed."""
    return importlib.util.find_spec("matplotlib") is not None


def draw_all(document: Document) -> dict[str, str]:
    """Return an SVG for every figure of a document, by its key."""
    return {figure.key: draw(figure) for figure in document.figures()}


def draw(figure: Figure) -> str:
    """Return one figure as an SVG element that takes its colours from the page."""
    # Imported here: about 0.5 s, and an optional extra. No pyplot: it wants a display.
    from matplotlib import rc_context
    from matplotlib.figure import Figure as Canvas

    from codegen_cli.evaluation.report.plots.dots import draw_dots
    from codegen_cli.evaluation.report.plots.lines import draw_lines
    from codegen_cli.evaluation.report.plots.svg import SETTINGS, to_svg

    with rc_context(SETTINGS):
        canvas = Canvas(layout="constrained")
        if isinstance(figure.plot, LinePlot):
            draw_lines(canvas, figure.plot)
        else:
            draw_dots(canvas, figure.plot)
        title, words = console.visible(figure.plot.title), console.visible(figure.alt)
        return to_svg(canvas, figure.key, escape(title), escape(words))
