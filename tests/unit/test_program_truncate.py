"""Truncation: a table of cases, an independent second implementation, and every split."""

from __future__ import annotations

import itertools
import re
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codegen_cli.program import Rule, StopWatcher, truncate

# completion, what stays, the rule that cut (None: nothing was cut)
CASES: list[tuple[str, str, Rule | None]] = [
    # nothing to cut
    ("", "", None),
    ("x = 1", "x = 1", None),
    ("x = 1\n", "x = 1\n", None),
    ("x = 1\n\ny = 2\n", "x = 1\n\ny = 2\n", None),
    ("print(x)", "print(x)", None),
    ("x = 1\nprint(x)\n", "x = 1\nprint(x)\n", None),
    ("def f():\n    return 1\nprint(f())", "def f():\n    return 1\nprint(f())", None),
    ("class A:\n    pass\nclass B:\n    pass", "class A:\n    pass\nclass B:\n    pass", None),
    ("if a:\n    b\nif c:\n    d", "if a:\n    b\nif c:\n    d", None),
    ("async def f(): pass\nasync def g(): pass", "async def f(): pass\nasync def g(): pass", None),
    ("x = 1  # one\ny = 2", "x = 1  # one\ny = 2", None),
    ("if a:\n    # why\n    b", "if a:\n    # why\n    b", None),
    # second print: the word begins a line, whatever follows it
    ("print(1)\nprint(2)", "print(1)\n", Rule.SECOND_PRINT),
    ("print(1)\nprint(2)\nprint(3)", "print(1)\n", Rule.SECOND_PRINT),
    ("printer=1\nprint(x)", "printer=1\n", Rule.SECOND_PRINT),
    ("print\nprint", "print\n", Rule.SECOND_PRINT),
    ("x = 1\nprint(x)\ny = 2\nprinted = y", "x = 1\nprint(x)\ny = 2\n", Rule.SECOND_PRINT),
    ("print(1); print(2)", "print(1); print(2)", None),
    ("for i in x:\n    print(i)\n    print(i)", "for i in x:\n    print(i)\n    print(i)", None),
    ("    print(1)\nprint(2)\n print(3)", "    print(1)\nprint(2)\n print(3)", None),
    ("Print(1)\nprint(2)", "Print(1)\nprint(2)", None),
    ('s = "\nprint"\nprint(s)', 's = "\nprint"\n', Rule.SECOND_PRINT),
    # second def
    ("def f(): pass\ndef g(): pass", "def f(): pass\n", Rule.SECOND_DEF),
    ("default=1\ndef f(): pass", "default=1\n", Rule.SECOND_DEF),
    (
        "def f():\n    def g(): pass\n    return g",
        "def f():\n    def g(): pass\n    return g",
        None,
    ),
    ("def f(): pass\ndefine(f)\n", "def f(): pass\n", Rule.SECOND_DEF),
    # print and def together: the earlier cut wins
    ("def f():\n  1\nprint(f())\ndef g():\n", "def f():\n  1\nprint(f())\n", Rule.SECOND_DEF),
    ("print(1)\ndef f(): 1\ndef g(): 2\nprint(2)", "print(1)\ndef f(): 1\n", Rule.SECOND_DEF),
    ("print(1)\ndef f(): 1\nprint(2)\ndef g(): 2", "print(1)\ndef f(): 1\n", Rule.SECOND_PRINT),
    ("print(1)\nprint(2)\ndef f(): 1\ndef g(): 2", "print(1)\n", Rule.SECOND_PRINT),
    # comment
    ("# lead\nx=1", "", Rule.COMMENT),
    ("x = 1\n# next", "x = 1\n", Rule.COMMENT),
    ("x = 1\n\n# next", "x = 1\n\n", Rule.COMMENT),
    ("x = 1\n#", "x = 1\n", Rule.COMMENT),
    ("s = '''a\n# b\n'''", "s = '''a\n", Rule.COMMENT),
    ("print(1)\n# a\nprint(2)", "print(1)\n", Rule.COMMENT),
    ("print(1)\nprint(2)\n# a", "print(1)\n", Rule.SECOND_PRINT),
    # end of text: it is text, wherever it stands
    ("x = 1<|endoftext|>", "x = 1", Rule.END_OF_TEXT),
    ("<|endoftext|>import os", "", Rule.END_OF_TEXT),
    ('s = "<|endoftext|>"\n# a', 's = "', Rule.END_OF_TEXT),
    ("x = 1\n<|endoftext|>\n# a", "x = 1\n", Rule.END_OF_TEXT),
    ("x <|endoftext| > y", "x <|endoftext| > y", None),
    ("x = 1\n\n<|endoftext|>", "x = 1\n\n", Rule.END_OF_TEXT),
    # quotes at the left margin, even those that close a string
    ("'''doc'''\nx", "", Rule.TRIPLE_SINGLE_QUOTE),
    ("s = '''a\n'''\nx", "s = '''a\n", Rule.TRIPLE_SINGLE_QUOTE),
    ("x\n''''", "x\n", Rule.TRIPLE_SINGLE_QUOTE),
    ("x\n''", "x\n''", None),
    ('x = 1\n"""doc"""', "x = 1\n", Rule.TRIPLE_DOUBLE_QUOTE),
    ('def f():\n    """doc"""\n    return 1', 'def f():\n    """doc"""\n    return 1', None),
    ('s = """a\n\'\'\'\n"""', 's = """a\n', Rule.TRIPLE_SINGLE_QUOTE),
    # blank lines
    ("\n\n\nx=1", "", Rule.BLANK_LINES),
    ("x = 1\n\n\ny = 2", "x = 1", Rule.BLANK_LINES),
    ("x = 1\n\n\n\n# a", "x = 1", Rule.BLANK_LINES),
    ("x = 1\n\n \ny = 2", "x = 1\n\n \ny = 2", None),
    ("x = 1\n\n\nprint(1)\nprint(2)", "x = 1", Rule.BLANK_LINES),
    ("print(1)\nprint(2)\n\n\n", "print(1)\n", Rule.SECOND_PRINT),
    # only \n ends a line for these rules
    ("x = 1\r# a", "x = 1\r# a", None),
    ("x = 1\r\n# a", "x = 1\r\n", Rule.COMMENT),
    ("x = 1\r\n\r\n\r\ny", "x = 1\r\n\r\n\r\ny", None),
    ("x = 1\x0c# a\u2028# b", "x = 1\x0c# a\u2028# b", None),
]

FRAGMENTS = [
    *["print", "pri", "nt", "def", "de", "f", "#", "'", "''", "'''", '"', '"""', "\n", "\n\n"],
    *["<|endoftext|>", "<|endo", "ftext|>", "<|", "<", "|>", " ", "    ", "x", "\r", "\r\n"],
]
TEXTS = st.lists(st.sampled_from(FRAGMENTS), max_size=24).map("".join)


def reference(completion: str) -> str:
    """Cut in three passes over lines and finds, without the patterns of the implementation."""
    for word in ("print", "def"):
        lines = completion.split("\n")
        hits = [n for n, line in enumerate(lines) if line[: len(word)] == word]
        if len(hits) > 1:
            completion = "\n".join(lines[: hits[1]]) + "\n"
    ends = [completion.find("<|endoftext|>"), completion.find("\n\n\n")]
    for mark in ("#", "'''", '"""'):
        inside = completion.find("\n" + mark)
        ends += [0 if completion.startswith(mark) else inside + 1 if inside >= 0 else -1]
    return completion[: min((end for end in ends if end >= 0), default=len(completion))]


def stream(pieces: list[str]) -> tuple[list[str], StopWatcher]:
    watcher = StopWatcher()
    return [watcher.feed(piece) for piece in pieces], watcher


def split(text: str, cuts: set[int]) -> list[str]:
    marks = [0, *sorted(cut for cut in cuts if cut <= len(text)), len(text)]
    return [text[a:b] for a, b in itertools.pairwise(marks)]


@pytest.mark.parametrize(("completion", "text", "rule"), CASES)
def test_case(completion: str, text: str, rule: Rule | None) -> None:
    result = truncate(completion)
    assert (result.text, result.rule) == (text, rule)
    assert result.text + result.cut == completion
    assert reference(completion) == text


def test_every_rule_has_cases() -> None:
    assert {rule for _, _, rule in CASES} == {None, *Rule}
    assert len(CASES) >= 40


def test_rules_print_as_their_names() -> None:
    assert f"{Rule.SECOND_PRINT}" == str(Rule.SECOND_PRINT) == "second-print"
    assert [str(rule) for rule in Rule] == [
        *["second-print", "second-def", "comment", "end-of-text"],
        *["triple-single-quote", "triple-double-quote", "blank-lines"],
    ]


@given(TEXTS)
def test_equals_the_independent_implementation(completion: str) -> None:
    result = truncate(completion)
    assert result.text == reference(completion)
    assert result.text + result.cut == completion
    assert (result.rule is None) == (result.cut == "")


@given(TEXTS)
def test_the_rule_matches_at_the_cut(completion: str) -> None:
    patterns = {
        Rule.SECOND_PRINT: "print",
        Rule.SECOND_DEF: "def",
        Rule.COMMENT: "#",
        Rule.END_OF_TEXT: r"<\|endoftext\|>",
        Rule.TRIPLE_SINGLE_QUOTE: "'''",
        Rule.TRIPLE_DOUBLE_QUOTE: '"""',
        Rule.BLANK_LINES: "\n\n\n",
    }
    result = truncate(completion)
    if result.rule is not None:
        assert re.match(patterns[Rule(result.rule)], result.cut)


@given(TEXTS, st.sets(st.integers(0, 60)))
@example("print(1)\nprint(2)", {2, 11})
@example("x\n\n\ny", {2, 3})
@example("print\nprint", {3, 8})
@example("print\n#", {3})
def test_streaming_equals_offline_for_any_split(text: str, cuts: set[int]) -> None:
    pieces = split(text, cuts)
    shown, watcher = stream(pieces)
    expected = truncate(text)
    final = watcher.finish()
    assert final == expected
    assert watcher.fired == expected.rule
    safe = "".join(shown)
    assert final.text.startswith(safe)
    if watcher.fired is not None:
        assert safe == final.text


@pytest.mark.parametrize(("completion", "text", "rule"), CASES)
def test_streaming_char_by_char(completion: str, text: str, rule: Rule | None) -> None:
    shown, watcher = stream(list(completion))
    assert watcher.fired == rule
    assert text.startswith("".join(shown))
    assert watcher.finish() == truncate(completion)


@given(TEXTS, TEXTS)
def test_a_cut_is_final(text: str, more: str) -> None:
    before = truncate(text)
    if before.rule is not None:
        after = truncate(text + more)
        assert (after.text, after.rule) == (before.text, before.rule)


@given(TEXTS, st.sets(st.integers(0, 60)))
def test_text_is_held_back_only_while_it_may_be_cut(text: str, cuts: set[int]) -> None:
    """Some continuation cuts the held text where it begins: nothing is held for no reason."""
    shown, watcher = stream(split(text, cuts))
    held = watcher.finish().text.removeprefix("".join(shown))
    if watcher.fired is None and held:
        endings = ["print", "def", "'''", '"""', "<|endoftext|>", "\n\n\n"]
        assert any(
            truncate(text + ending[size:]).text == "".join(shown)
            for ending in endings
            for size in range(len(ending))
        )


@pytest.mark.parametrize(
    ("pieces", "shown"),
    [
        (["pri", "nt(1)\n", "pri", "nt"], ["pri", "nt(1)", "\n", ""]),
        (["de", "f f(): 1", "\nde", "x"], ["de", "f f(): 1", "\n", "dex"]),
        (["pri", "nt\n#"], ["pri", "nt\n"]),
        (["x", "\n", "\n", "y"], ["x", "", "", "\n\ny"]),
        (["x\n\n", "# y"], ["x", "\n\n"]),
        (["a <", "|endo", "ftext|", "> b"], ["a ", "", "", ""]),
        (["a <", "|end of"], ["a ", "<|end of"]),
        (["'", "'", "a"], ["", "", "''a"]),
        (["x '", "'"], ["x '", "'"]),
        (["print(1)\n", " print", "(2)"], ["print(1)", "\n print", "(2)"]),
    ],
)
def test_what_is_shown_when(pieces: list[str], shown: list[str]) -> None:
    assert stream(pieces)[0] == shown


def test_pieces_after_the_cut_are_kept_in_the_cut_part() -> None:
    shown, watcher = stream(["x\n#", " a", " b"])
    assert shown == ["x\n", "", ""]
    assert watcher.finish().cut == "# a b"


def test_feeding_a_long_line_is_linear() -> None:
    watcher = StopWatcher()
    begin = time.perf_counter()
    for _ in range(100_000):
        watcher.feed("abcdefghij")
    # About 0.3 s; scanning the whole text each time would take hours.
    assert time.perf_counter() - begin < 20


def test_rules_can_be_ignored() -> None:
    ignored = frozenset({Rule.SECOND_PRINT, Rule.SECOND_DEF})
    text = "print(1)\ndef f(): 1\ndef g(): 2\nprint"
    for rest, rule in (("(2)\n# no", Rule.COMMENT), ("\n\n\nx", Rule.BLANK_LINES)):
        found = truncate(text + rest, ignored)
        assert (found.rule, found.text + found.cut) == (rule, text + rest)
        watcher = StopWatcher(ignored)
        # An unfinished word of an ignored rule is no reason to wait.
        assert "".join(map(watcher.feed, text[:-2])) == text[:-2]
        watcher.feed(text[-2:] + rest)
        assert watcher.fired is rule and watcher.finish() == found
    assert truncate(text + "\n", ignored).rule is None
    quoting = StopWatcher(frozenset({Rule.TRIPLE_DOUBLE_QUOTE}))
    assert quoting.feed('x\n""') == 'x\n""'


@pytest.mark.parametrize("size", [1, 3, 50])
@pytest.mark.parametrize(
    ("before", "completion", "text", "rule"),
    [
        ("x = 1", "# no comment at a line's start\n# one", "# no comment at a line's start\n", "#"),
        ("print(1)\n", "x = 1\nprint(2)\n", "x = 1\n", "print"),
        ("x = 1 # print\n", "print(1)\nprint(2)\n", "print(1)\n", "print"),
        ("pri", "nt(1)\nprint(2)\nprint(3)", "nt(1)\nprint(2)\n", "print"),
        ("def f():\n    return 1\n\n\n", "x = 1", "x = 1", ""),
    ],
)
def test_what_a_completion_goes_on_counts_and_is_not_cut(
    before: str, completion: str, text: str, rule: str, size: int
) -> None:
    watcher = StopWatcher(before=before)
    for start in range(0, len(completion), size):
        watcher.feed(completion[start : start + size])
    done = watcher.finish()
    assert (done.text, done.cut) == (text, completion[len(text) :])
    assert done.cut.startswith(rule)
    assert watcher.fired == done.rule


def test_the_page_of_the_chat_lists_every_rule() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "chat.md").read_text(encoding="utf-8")
    table = page[page.index("| `ended by` |") : page.index("## Several answers")]
    assert [rule for rule in Rule if f"`{rule}`" not in table] == []
