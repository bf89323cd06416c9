"""What is recorded of a program's prints, and that recording changes nothing for the program."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from codegen_cli.sandbox import Opaque, Sandbox, Script


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(1) as made:
        yield made


def test_recording_prints_changes_nothing_for_the_program(sandbox: Sandbox) -> None:
    """An iterator is emptied by the program alone, an open file read by it alone."""
    source = "m = map(int, '12')\nprint(m)\nprint(list(m))"
    assert sandbox.run(Script(source, prints=True)).last_print == [1, 2]
    source = "open('f', 'w').write('a\\nb')\nf = open('f')\nprint(f)\nprint(f.read())\nf.close()"
    assert sandbox.run(Script(source, prints=True)).last_print == "a\nb"
    answer = sandbox.run(Script("print(1)", prints=True))
    assert answer.variables == () and answer.stdout == "1\n"


def test_an_iterator_printed_last_tells_its_items(sandbox: Sandbox) -> None:
    for source in ("print(map(int, '12'))", "g = iter([1, 2])\nprint(g)\n1/0"):
        last = sandbox.run(Script(source, prints=True)).last_print
        assert isinstance(last, Opaque) and last.items == (1, 2)
    raising = "def g():\n    yield 1\n    raise SystemExit\nprint(g())"
    answer = sandbox.run(Script(raising, prints=True))
    assert answer.ok and isinstance(answer.last_print, Opaque)


@pytest.mark.parametrize(
    "source",
    [
        "print(1)\nprint()",
        "import builtins\nbuiltins.print(1)",
        "from builtins import print\nprint(1)",
        "import pprint\npprint.pprint(1)",
        "import traceback\ntry: 1/0\nexcept ZeroDivisionError: traceback.print_exc()",
    ],
)
def test_only_values_that_the_program_itself_prints_count(sandbox: Sandbox, source: str) -> None:
    answer = sandbox.run(Script(source, prints=True))
    assert answer.ok and not answer.printed
