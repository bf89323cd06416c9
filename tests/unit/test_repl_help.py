"""/help in terminals of any width: no word is broken, nothing is left out."""

from __future__ import annotations

import pytest

from codegen_cli.repl.commands import COMMANDS
from codegen_cli.repl.help import help_rows, key_lines


def shown(columns: int | None) -> list[str]:
    rows = "\n".join(form + words for form, words in help_rows(COMMANDS, columns))
    return [*rows.split("\n"), *key_lines(columns)]


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_help_is_broken_between_words(columns: int) -> None:
    assert all(len(line) <= columns for line in shown(columns))
    assert " ".join(" ".join(shown(columns)).split()) == " ".join(" ".join(shown(None)).split())


def test_narrow_terminals_have_the_words_under_the_command() -> None:
    assert shown(40)[:2] == ["/accept", "    Keep the pending turn; so do Enter"]
    assert shown(80)[0].startswith("/accept     ")
