"""The document as one HTML file: no script, nothing to load, light and dark."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path

from codegen_cli import console
from codegen_cli.evaluation.report.document.blocks import (
    Block,
    Cell,
    Document,
    Facts,
    Figure,
    Figures,
    Row,
    Section,
    Table,
    Warnings,
)
from codegen_cli.evaluation.report.document.marks import numbered, run_anchor
from codegen_cli.evaluation.report.plots.ink import css

_STYLE = Path(__file__).with_name("page.css")


def to_html(document: Document, plots: Mapping[str, str]) -> str:
    """Return the page; `plots` are SVG elements by key, none where there are none."""
    style = _STYLE.read_text(encoding="utf-8")
    colours = (
        f":root {{ {css(dark=False)} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ {css(dark=True)} }} }}\n"
    )
    links = "".join(
        f'<li><a href="#{section.key}">{_text(section.title)}</a></li>'
        for section in document.sections
    )
    sections = "".join(_section(section, plots) for section in document.sections)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        # Nothing in the page may run or load, whatever stood in the files it was made from.
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{_text(document.title)}</title>\n<style>\n{colours}{style}</style>\n</head>\n"
        f"<body>\n<header><h1>{_text(document.title)}</h1><p>{_text(document.subtitle)}</p>"
        f'<nav aria-label="Sections"><ul>{links}</ul></nav></header>\n'
        f"<main>\n{sections}</main>\n</body>\n</html>\n"
    )


def _text(text: str) -> str:
    return escape(console.visible(text))


def _section(section: Section, plots: Mapping[str, str]) -> str:
    blocks = "\n".join(_block(block, plots) for block in section.blocks)
    return f'<section id="{section.key}">\n<h2>{_text(section.title)}</h2>\n{blocks}\n</section>\n'


def _block(block: Block, plots: Mapping[str, str]) -> str:
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Figures):
        return _figures(block, plots)
    if isinstance(block, Facts):
        return _facts(block)
    if isinstance(block, Warnings):
        return f'<div class="warnings" role="note">{_list(block.lines)}</div>'
    return f"<p>{_text(block.text)}</p>"


def _table(table: Table) -> str:
    head = "".join(
        f'<th scope="col" class="{align}">{_text(name)}</th>' for name, align in table.columns
    )
    rows = "\n".join(_row(row, table) for row in table.rows)
    title = _text(table.title)
    notes = f'<div class="notes">{_list(table.notes)}</div>' if table.notes else ""
    return (
        # A table wider than the page scrolls by itself, by keyboard too.
        f'<h3>{title}</h3>\n<div class="scroll" tabindex="0" role="region" aria-label="{title}">'
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>{notes}"
    )


def _row(row: Row, table: Table) -> str:
    if row.heading:
        wide = len(table.columns)
        return (
            f'<tr class="heading"><th scope="rowgroup" colspan="{wide}">'
            f"<span>{_text(row.heading)}</span></th></tr>"
        )
    cells = (
        f'<td class="{align}{" unverified" if cell.unverified else ""}">{_cell(cell)}</td>'
        for cell, (_, align) in zip(row.cells, table.columns, strict=True)
    )
    anchor = f' id="{row.anchor}"' if row.anchor else ""
    return f"<tr{anchor}>{''.join(cells)}</tr>"


def _cell(cell: Cell) -> str:
    text = _text(cell.text)
    if cell.link:
        text = f'<a href="#{cell.link}">{text}</a>'
    return f"{text}<small>{_text(cell.detail)}</small>" if cell.detail else text


def _figures(block: Figures, plots: Mapping[str, str]) -> str:
    if not plots:
        return _table(block.data) if block.data else ""
    figures = "\n".join(_figure(figure, plots[figure.key]) for figure in block.figures)
    key = "".join(
        f"<li><span>{_text(mark)}</span> {_text(words)}</li>" for mark, words in block.key
    )
    data = ""
    if block.data:
        data = f"<details><summary>Data of these plots</summary>{_table(block.data)}</details>"
    return (
        f'<h3>{_text(block.title)}</h3>\n<div class="figures">{figures}</div>'
        f'<ul class="key">{key}</ul>{data}'
    )


def _figure(figure: Figure, svg: str) -> str:
    runs = sorted(set(figure.runs))
    word = "run" if len(runs) == 1 else "runs"
    links = f'<a href="#{run_anchor(runs[0])}">{word} {numbered(runs)}</a>'
    return f"<figure>{svg}<figcaption>Settings: {links}</figcaption></figure>"


def _facts(block: Facts) -> str:
    pairs = "".join(
        f"<div><dt>{_text(name)}</dt><dd>{_text(value)}</dd></div>" for name, value in block.pairs
    )
    remarks = _list(block.remarks) if block.remarks else ""
    return (
        # The anchor is inside, for then a link to it opens the block.
        f'<details class="run"><summary>{_text(block.title)}</summary>'
        f'<div id="{block.anchor}">{remarks}<dl>{pairs}</dl></div></details>'
    )


def _list(lines: tuple[str, ...]) -> str:
    return f"<ul>{''.join(f'<li>{_text(line)}</li>' for line in lines)}</ul>"
