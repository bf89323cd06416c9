"""Show on stderr what a search across turns does."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.text import Text

from codegen_cli import console

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.status import Status

    from codegen_cli.synthesis.branch import Branch, Fate
    from codegen_cli.synthesis.search import Round

_WORDS: dict[Fate, str] = {
    "failed": "failed",
    "merged": "alike",
    "crowded": "behind",
    "kept": "alive",
}

#: Candidates that the pass grid shows.
_MOST_ROWS = 10


class SearchView:
    """A spinner while a step is written and run, then a line about what became of it."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._status: Status | None = None

    def __enter__(self) -> SearchView:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def step(self, number: int) -> None:
        """Say that the model writes and the sandbox runs."""
        if console.stderr().is_terminal:
            self._status = console.stderr().status(f"[muted]step {number} of {self._steps}[/]")
            self._status.start()

    def round(self, done: Round) -> None:
        """Sum up a step; warn when nothing of it ran."""
        self._stop()
        console.note(f"step {done.number} of {self._steps}: {summary(done)}")
        if done.all_failed:
            console.warn(f"step {done.number}: every program fails; the likeliest is kept")

    def _stop(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None


def summary(done: Round) -> str:
    """Return the one line about a step of a search."""
    counts = Counter(branch.fate for branch in done.branches)
    parts = [f"{len(done.branches)} written"]
    parts += [f"{counts[fate]} {word}" for fate, word in _WORDS.items() if counts[fate]]
    if done.all_failed:
        parts[1:] = ["all failed"]
    return " · ".join([*parts, f"{done.tokens} tokens"])


def pass_grid(branches: Sequence[Branch], width: int, encoding: str) -> list[Text]:
    """Return a table with a line for each candidate, best first.

    Marks that do not fit the width are left out, and those that no `encoding` has are replaced.
    """
    marks = _marks(encoding)
    rows = [branch for branch in branches if branch.fate != "merged"]
    cases = len(rows[0].programs)
    fits = len(_header(cases)) <= width
    column = max(cases, len("cases")) if fits else 0
    lines = [Text(_header(column), "muted")]
    for number, branch in enumerate(rows[:_MOST_ROWS], 1):
        line = Text(f"{number:>2}  ")
        for case in range(cases if fits else 0):
            line.append(*marks[_verdict(branch, case)])
        line.append(" " * (column - cases if fits else 0))
        line.append(f"  {f'{sum(branch.passed)}/{cases}':<6}", "value")
        line.append(f"  {branch.share:.0%}", "muted")
        lines.append(line)
    if len(rows) > _MOST_ROWS:
        lines.append(Text(f"and {len(rows) - _MOST_ROWS} more", "muted"))
    if fits:
        legend = (f"{mark} {verdict}" for verdict, (mark, _) in marks.items())
        lines.append(Text("  ".join(legend), "muted"))
    return lines


def _header(column: int) -> str:
    return f" #  {'cases'[:column]:<{column}}  passed  share"


def _verdict(branch: Branch, case: int) -> str:
    if branch.passed[case]:
        return "passes"
    return "wrong" if branch.executions[case].ok else "fails"


def _marks(encoding: str) -> dict[str, tuple[str, str]]:
    """Return a character and a style for each verdict."""
    try:
        "✓✗".encode(encoding)
        right, wrong = "✓", "✗"
    except (UnicodeError, LookupError):
        right, wrong = "+", "x"
    return {"passes": (right, "ok"), "wrong": (wrong, "error"), "fails": ("!", "warning")}
