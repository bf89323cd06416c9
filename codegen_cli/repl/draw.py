"""Pictures in letters: the tree of turns, and bars of tokens. Pure; no colour is needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codegen_cli.console import visible
from codegen_cli.program import Program
from codegen_cli.program.tree import Tree

#: Columns that a bar may take.
_BAR = 20


def tree_lines(tree: Tree, pending: int | None, width: int) -> Iterator[str]:
    """Yield a line a turn: mark, #id, the lanes of forks, number, step, names of branches.

    `*` marks a turn of the program, `?` the pending one.
    """
    ids = max((len(str(node)) for node in tree.nodes), default=1) + 1
    for row in tree.rows():
        lanes = "".join("│ " if more else "  " for more in row.lanes)
        if row.begins:
            lanes = lanes[:-2] + ("├ " if row.lanes[-1] else "└ ")
        mark = "?" if row.node.id == pending else "*" if row.on_way else " "
        names = f" ({', '.join(row.names)})" if row.names else ""
        here = " ← here" if row.is_head else ""
        head = f"{mark} {'#' + str(row.node.id):<{ids}} {lanes}{row.number}. "
        step = " ".join(visible(row.node.turn.step).split())
        room = max(width - len(head) - len(names) - len(here), 8)
        yield head + (step if len(step) <= room else step[: room - 1] + "…") + names + here


def bars(
    program: Program,
    prefix: int,
    counts: Sequence[int],
    folded: Sequence[int],
    size: int,
    width: int,
) -> Iterator[str]:
    """Yield a line a turn: its number, tokens, a bar against the longest, and its step."""
    rows = [("", prefix, "before the first step")] if prefix else []
    for number, (turn, count) in enumerate(zip(program.turns, counts, strict=True), 1):
        note = " (folded in the prompt)" if number in folded else ""
        rows.append((str(number), count, " ".join(visible(turn.step).split()) + note))
    most = max((count for _, count, _ in rows), default=0)
    room = min(_BAR, max(width // 4, 4))
    for name, count, step in rows:
        bar = "█" * max(round(room * count / most), 1) if most else ""
        line = f"{name:>3} {count:>5} {count / size:>4.0%} {bar:<{room}} {step}"
        yield line if len(line) <= width else line[: width - 1] + "…"
