"""What /help says, for screens of several widths."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from codegen_cli.repl.commands import COMMANDS
from codegen_cli.repl.help import help_lines, keys_help


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_is_wider_than_the_screen_and_no_word_is_lost(width: int) -> None:
    lines = [line.plain for line in help_lines(list(COMMANDS), width)]
    assert all(cell_len(line.rstrip("\n")) <= width for line in lines if not _is_form(line))
    said = " ".join(" ".join(lines).split())
    for command in COMMANDS:
        assert " ".join(command.help.split()) in said


def test_without_a_screen_nothing_is_wrapped() -> None:
    lines = [line.plain for line in (*help_lines(list(COMMANDS), None), *keys_help(None))]
    assert any(cell_len(line) > 90 for line in lines)


def test_several_topics_have_headings_and_each_command_stands_under_its_own() -> None:
    lines = [line.plain for line in help_lines(list(COMMANDS), None)]
    headings = [line for line in lines if not line.startswith(" ")]
    assert headings == [f"{topic}\n" for topic in dict.fromkeys(c.topic for c in COMMANDS)]
    assert lines.index("files\n") < next(i for i, x in enumerate(lines) if "/save " in x)
    (alone,) = help_lines([next(iter(COMMANDS))], 80)
    assert alone.plain.startswith("  /")


def _is_form(line: str) -> bool:
    """Say whether a line is a command that stands alone, however long it is."""
    return line.startswith("  /") and line.count("  ") == 1
