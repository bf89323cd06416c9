"""Streamed code: nothing lost, nothing twice, colours as in one go, and no quadratic cost."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from codegen_cli.highlight import CodeStream, Spaced, styled

CODE = '''def f(x):
    """Doc of f.
    # no comment
    """
    return print("a b", 3, 'it\\'s')  # hi

class A:
    y = """one""" + '"'
'''


def stream(text: str, size: int) -> Text:
    code, out = CodeStream(), Text()
    for start in range(0, len(text), size):
        out.append_text(code.feed(text[start : start + size]))
    return out.append_text(code.finish())


def colours(text: Text) -> list[str]:
    """Return the style of each character."""
    found = [""] * len(text.plain)
    for span in text.spans:
        for i in range(span.start, span.end):
            found[i] = str(span.style)
    return found


@given(st.integers(1, 30))
def test_pieces_have_the_colours_of_the_whole(size: int) -> None:
    streamed = stream(CODE, size)
    assert streamed.plain == CODE
    wrong = [
        character
        for character, ours, whole in zip(
            CODE, colours(streamed), colours(styled(CODE)), strict=True
        )
        if ours != whole and not character.isspace()
    ]
    assert len(wrong) < 0.15 * len(CODE)


@given(st.text(alphabet="ab'\"# \n\\(", max_size=60), st.integers(1, 5))
def test_no_character_is_lost_or_doubled(text: str, size: int) -> None:
    assert stream(text, size).plain == text


def test_a_long_answer_costs_about_as_much_a_token_as_a_short_one() -> None:
    def seconds(lines: int) -> float:
        started = time.process_time()
        stream("value = compute(12345)\n" * lines, 4)
        return time.process_time() - started

    seconds(10)
    assert seconds(800) < 40 * seconds(80)


def test_control_characters_are_shown_not_obeyed() -> None:
    assert stream("x = '\x1b[2J'\n", 3).plain == "x = '␛[2J'\n"


def test_blank_lines_wait_until_something_follows() -> None:
    written: list[str] = []
    spaced = Spaced(lambda text: written.append(text.plain))
    spaced.end("\n")
    assert written == []
    spaced.add(Text("a\n\n"))
    assert written == ["a"]
    spaced.add(Text("b\n\n\n"))
    spaced.wait("\n")
    spaced.add(Text("c"))
    spaced.end("\n")
    assert "".join(written) == "a\n\nb\nc\n"
