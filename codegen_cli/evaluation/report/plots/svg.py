"""From a matplotlib figure to an SVG that follows the page: its fonts, light and dark."""

from __future__ import annotations

import io
import re
import warnings
from typing import Any

from codegen_cli.evaluation.report.plots.ink import EVERY, css, sentinel

#: Text stays text, names are no formulas, and the same plot gives the same bytes.
SETTINGS: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "codegen",
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.size": 9,
}

#: How many pixels a unit of the plot has where no page sets its width.
_PIXELS = 1.4
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_PIECES = (
    # The prologue, matplotlib's own metadata, and a rule for every element of the page around it.
    (re.compile(r"^.*?(?=<svg )", re.DOTALL), ""),
    (re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL), ""),
    (re.compile(r"\s*<defs>\s*<style.*?</style>\s*</defs>", re.DOTALL), ""),
    (re.compile(r"font-family: [^;\"]*"), "font-family: inherit"),
    (re.compile(r' width="[\d.]+pt" height="[\d.]+pt"'), ""),
)


def to_svg(figure: Any, key: str, title: str, description: str) -> str:
    """Return an SVG element; `key` keeps its ids apart from those of other plots of the page."""
    stream = io.StringIO()
    with warnings.catch_warnings():
        # A model's name may have letters that matplotlib's font lacks; the reader's has them.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(
            stream, format="svg", transparent=True, metadata={"Date": None, "Creator": None}
        )
    text = stream.getvalue()
    for pattern, replacement in _PIECES:
        text = pattern.sub(replacement, text, count=0)
    text = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{key}-", text)
    for look in EVERY:
        text = text.replace(sentinel(look), f"var({look.variable})")
    head = (
        f'<svg role="img" aria-labelledby="{key}-title {key}-desc" '
        f'style="stroke-linejoin: round; font-family: {_FONT}" '
    )
    words = f'<title id="{key}-title">{title}</title><desc id="{key}-desc">{description}</desc>'
    text = text.replace("<svg ", head, 1)
    return re.sub(r"(<svg [^>]*>)", lambda match: match[1] + words, text, count=1).strip() + "\n"


def standalone(svg: str) -> str:
    """Return the SVG as a file of its own, which brings the colours that the page has."""
    style = (
        f"<style>:root {{ {css(dark=False)} color-scheme: light dark }} "
        f"@media (prefers-color-scheme: dark) {{ :root {{ {css(dark=True)} }} }}</style>"
    )
    head = '<?xml version="1.0" encoding="utf-8"?>\n'
    sized = re.sub(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', _sized, svg, count=1)
    return head + re.sub(r"(<svg [^>]*>)", lambda match: match[1] + style, sized, count=1)


def _sized(match: re.Match[str]) -> str:
    width, height = (round(float(side) * _PIXELS) for side in match.groups())
    return f'width="{width}" height="{height}" {match[0]}'
