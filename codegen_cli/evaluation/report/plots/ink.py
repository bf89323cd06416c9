"""Colours and markers. A kind is told by both, so that no meaning hangs on colour alone.

The hues are those of Okabe and Ito's palette for colour-blind readers, darkened on white and
lightened on black until each has a contrast of 3:1 or more with the page.
"""

from __future__ import annotations

from dataclasses import dataclass

from codegen_cli.evaluation.report.document.plot import Ink


@dataclass(frozen=True, slots=True)
class Look:
    """A CSS variable, its colour on a light and a dark page, and matplotlib's marker."""

    variable: str
    light: str
    dark: str
    marker: str = "o"


#: What is drawn by kind.
LOOKS: dict[Ink, Look] = {
    "nl": Look("--nl", "#0072b2", "#56b4e9", "o"),
    "multi": Look("--multi", "#c1500a", "#f59a4a", "s"),
    "mono": Look("--mono", "#007a5e", "#2fc79c", "D"),
    "neo": Look("--neo", "#8a4b87", "#d79bd3", "^"),
    "j": Look("--j", "#7a6000", "#e0c34a", "v"),
    "codex": Look("--codex", "#4a5568", "#b4bfcc", "p"),
    "other": Look("--other", "#6b6b6b", "#a8a8a8", "h"),
}

#: What is drawn once: words, faint words and axes, grid lines, the page behind open markers.
TEXT = Look("--text", "#1b1f24", "#e6e8eb")
FAINT = Look("--faint", "#59616b", "#a3abb5")
GRID = Look("--grid", "#e3e6ea", "#30363d")
PAPER = Look("--paper", "#ffffff", "#14171a")
#: The shade at the edge of a table that goes on.
SHADOW = Look("--shadow", "#c9ced4", "#000000")

EVERY = (*LOOKS.values(), TEXT, FAINT, GRID, PAPER, SHADOW)


def sentinel(look: Look) -> str:
    """Return a colour that nothing else has, which becomes the variable in the finished SVG."""
    return f"#fe00{EVERY.index(look):02x}"


def css(dark: bool) -> str:
    """Return the declarations of all variables."""
    return " ".join(f"{look.variable}: {look.dark if dark else look.light};" for look in EVERY)
