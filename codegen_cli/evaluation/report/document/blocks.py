"""What a document is made of. All text is plain: each format escapes it in its own way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from codegen_cli.evaluation.report.document.plot import Plot

Align = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure or a word, with a smaller remark beside it.

    `link` names an anchor of the page. `unverified` styles a recalled figure; its text says so too.
    """

    text: str
    detail: str = ""
    link: str = ""
    unverified: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table; `heading` starts a group and has no cells. `anchor` can be linked to."""

    cells: tuple[Cell, ...] = ()
    heading: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its title and the notes under it; `columns` are names and alignments."""

    title: str
    columns: tuple[tuple[str, Align], ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """One plot: its file name without ending, what it shows in words, the runs it draws."""

    key: str
    plot: Plot
    alt: str
    runs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Plots that belong together, the key to their marks, and their data where no table has it."""

    title: str
    figures: tuple[Figure, ...]
    key: tuple[tuple[str, str], ...] = ()
    data: Table | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values of one run, and remarks on it."""

    anchor: str
    title: str
    pairs: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Warnings:
    """What to know before reading on."""

    lines: tuple[str, ...]


Block = Table | Figures | Paragraph | Facts | Warnings


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    key: str
    title: str
    blocks: tuple[Block, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Document:
    """The whole report."""

    title: str
    subtitle: str
    sections: tuple[Section, ...]

    def figures(self) -> tuple[Figure, ...]:
        """Return every plot in the order of the page."""
        return tuple(
            figure
            for section in self.sections
            for block in section.blocks
            if isinstance(block, Figures)
            for figure in block.figures
        )
