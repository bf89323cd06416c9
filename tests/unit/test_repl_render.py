"""The pure parts of what a chat prints."""

from __future__ import annotations

import pytest

from codegen_cli.engine.records import Completion
from codegen_cli.program import Program, Rule, Turn
from codegen_cli.program.syntax import syntax_fault
from codegen_cli.repl.check import problems
from codegen_cli.repl.lines import cut_lines, numbered, summary, toolbar
from codegen_cli.synthesis.turn import TurnResult


def result(code: str, reason: str = "stop", rule: str | None = None) -> TurnResult:
    completion = Completion(
        code,
        "",
        reason,  # type: ignore[arg-type]
        rule,
        (1, 2, 3),
        (0.0, 0.0, 0.0),
        prompt_tokens=20,
        reused_tokens=15,
        prompt_seconds=0.5,
        generation_seconds=1.5,
    )
    return TurnResult(Turn("a step", code), completion, 0)


def test_summary_names_the_rule_or_the_reason() -> None:
    line = "turn 4 · 3 tokens (15 reused) · 2.0 s · 2 tokens/s · ended by "
    assert summary(4, result("x", rule=Rule.BLANK_LINES)) == line + "blank-lines"
    assert summary(4, result("x", "eos")) == line + "eos"


def test_cut_text_is_marked_without_colour() -> None:
    assert cut_lines("\n\n# Print it.\nprint(x)") == [
        "┊ # Print it.",
        "┊ print(x)   (cut; /more takes it)",
    ]
    assert cut_lines("\n\n\n") == cut_lines("# ") == []
    assert len(cut_lines("x\n" * 99)) == 5


def test_numbered_marks_the_first_line_of_each_turn() -> None:
    program = Program("import re\n\n", (Turn("a\nb", "a = 1\n"), Turn("c", "c = 1")))
    shown = numbered(program, pending=True)
    assert shown.plain.split("\n") == [
        "    import re",
        "",
        " 1  # a",
        "    # b",
        "    a = 1",
        "",
        "2?  # c",
        "    c = 1",
    ]
    assert numbered(program, pending=False).plain.startswith("   import re\n\n1  # a\n")


def test_numbers_stay_at_their_lines_when_blank_lines_are_tidied() -> None:
    program = Program("", (Turn("a", "a = 1\n\n\n\n"), Turn("b", "\n"), Turn("c", "c = 1")))
    marked = [line for line in numbered(program, pending=False).plain.split("\n") if line[:1] > " "]
    assert marked == ["1  # a", "2  # b", "3  # c"]


def test_the_colour_of_a_number_stays_on_it() -> None:
    shown = numbered(Program("", (Turn("a", "x"),)), pending=False)
    assert not shown.style
    assert [shown.plain[a:b] for a, b, style in shown.spans if style == "prompt"] == ["1  ", "   "]


def test_an_empty_program_shows_nothing() -> None:
    assert numbered(Program(""), pending=False).plain == ""


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_the_toolbar_fits_and_keeps_its_numbers(width: int) -> None:
    line = toolbar("nano Q8_0", "CPU, 2 threads, kernels: avx512-vnni", "9/2048 tokens", width)
    assert len(line) <= width
    assert line.startswith(" nano Q8_0 · CPU")
    assert line.endswith(" · 9/2048 tokens ")


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (60, " nano Q8_0 · CPU, 2 threads… · 9/2048 tokens · 81 tokens/s "),
        (47, " nano Q8_0 · 9/2048 tokens · 81 tokens/s "),
        (40, " 9/2048 tokens · 81 tokens/s "),
    ],
)
def test_in_a_narrow_toolbar_the_numbers_stay(width: int, line: str) -> None:
    placement = "CPU, 2 threads, kernels: avx512-vnni"
    assert toolbar("nano Q8_0", placement, "9/2048 tokens · 81 tokens/s", width) == line


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("x = 1\n", ""),
        ('x = "\\d"\n', ""),
        ("", ""),
        ("x = \n", "invalid syntax (line 1)"),
        ("x = 1\n  y = 2", "unexpected indent (line 2)"),
        ("\0", "null bytes"),
        ("(" * 500, "parenthes"),
    ],
)
def test_syntax_fault(source: str, fault: str) -> None:
    found = syntax_fault(source)
    assert (fault in found) if fault else found == ""


def test_deep_nesting_is_a_fault_and_not_a_crash() -> None:
    assert syntax_fault("-" * 100_000 + "1")


def test_a_fault_names_its_line_once() -> None:
    assert syntax_fault("x = 1\n\ny = 'a\n").count("line") == 1


def test_problems_of_a_turn() -> None:
    def of(code: str, reason: str = "stop") -> list[str]:
        written = result(code, reason)
        return problems(Program("").add(written.turn), written)

    assert of("x = 1") == []
    assert [line[:17] for line in of(" \n")] == ["the turn is empty"]
    assert [line[:15] for line in of("x = (", "length")] == ["cut at 3 tokens", "the program doe"]
