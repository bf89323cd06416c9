"""The document as GitHub-flavoured Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping

from codegen_cli import console
from codegen_cli.evaluation.report.document.blocks import (
    Block,
    Cell,
    Document,
    Facts,
    Figures,
    Paragraph,
    Table,
    Warnings,
)

#: What Markdown, its tables or its formulas would take for a sign.
_SIGNS = re.compile(r"[\\`*_{}\[\]<>|~$#&!@]")


def to_markdown(document: Document, pictures: Mapping[str, str]) -> str:
    """Return the page; `pictures` are the paths of the plots by key, none where there are none."""
    lines = [f"# {escaped(document.title)}", "", escaped(document.subtitle), ""]
    for section in document.sections:
        lines += [f"## {escaped(section.title)}", ""]
        for block in section.blocks:
            lines += [*_block(block, pictures), ""]
    return "\n".join(lines).rstrip() + "\n"


def escaped(text: str) -> str:
    r"""Return text that Markdown shows as it is, on one line.

    >>> escaped("a|b <img> *c*")
    'a\\|b \\<img\\> \\*c\\*'
    """
    line = " ".join(console.visible(text).split())
    return _SIGNS.sub(r"\\\g<0>", line)


def _block(block: Block, pictures: Mapping[str, str]) -> list[str]:
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Figures):
        return _figures(block, pictures)
    if isinstance(block, Facts):
        return _facts(block)
    if isinstance(block, Warnings):
        return [f"- {escaped(line)}" for line in block.lines]
    return _paragraph(block)


def _paragraph(block: Paragraph) -> list[str]:
    return [escaped(block.text)]


def _table(table: Table) -> list[str]:
    names = [escaped(name) for name, _ in table.columns]
    rules = ["---:" if align == "right" else "---" for _, align in table.columns]
    lines = [f"### {escaped(table.title)}", "", _line(names), _line(rules)]
    for row in table.rows:
        if row.heading:
            first = f"*{escaped(row.heading)}*"
            lines.append(_line([first, *[""] * (len(names) - 1)]))
        else:
            lines.append(_line([_cell(cell) for cell in row.cells]))
    if table.notes:
        lines += ["", *(f"- {escaped(note)}" for note in table.notes)]
    return lines


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: Cell) -> str:
    text = escaped(cell.text)
    if cell.unverified:
        text = f"*{text}*"
    return f"{text}<br>{escaped(cell.detail)}" if cell.detail else text


def _figures(block: Figures, pictures: Mapping[str, str]) -> list[str]:
    if not pictures:
        return _table(block.data) if block.data else []
    lines = [f"### {escaped(block.title)}", ""]
    lines += [
        f"![{escaped(figure.alt)}]({pictures[figure.key]})"
        for figure in block.figures
        if figure.key in pictures
    ]
    lines += ["", *(f"- {mark} {escaped(meaning)}" for mark, meaning in block.key)]
    if block.data:
        lines += ["", *_table(block.data)]
    return lines


def _facts(block: Facts) -> list[str]:
    lines = [f"### {escaped(block.title)}", ""]
    if block.remarks:
        lines += [*(f"- {escaped(remark)}" for remark in block.remarks), ""]
    lines += [_line(["setting", "value"]), _line(["---", "---"])]
    return [*lines, *(_line([escaped(name), escaped(value)]) for name, value in block.pairs)]
