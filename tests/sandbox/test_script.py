"""What a program did comes back: output, error and line, variables, last print."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from codegen_cli.sandbox import Array, Limits, Opaque, Sandbox, Script


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(1) as made:
        yield made


def test_output_comes_back_apart(sandbox: Sandbox) -> None:
    answer = sandbox.run(Script("import sys\nprint('ä')\nprint('no', file=sys.stderr)"))
    assert answer.ok
    assert (answer.stdout, answer.stderr) == ("ä\n", "no\n")


def test_output_below_python_is_seen_too(sandbox: Sandbox) -> None:
    answer = sandbox.run(Script("import os\nos.write(1, b'\\xff')\nos.write(2, b'e')"))
    assert (answer.stdout, answer.stderr) == ("\ufffd", "e")


def test_a_program_is_main_and_reads_its_input(sandbox: Sandbox) -> None:
    source = "if __name__ == '__main__':\n    print(input() + input())"
    assert sandbox.run(Script(source, stdin="a\nb\n")).stdout == "ab\n"
    assert sandbox.run(Script(source)).error == "EOFError: EOF when reading a line"


@pytest.mark.parametrize(
    ("source", "error", "line"),
    [
        ("x = 1\n\n1 / 0", "ZeroDivisionError: division by zero", 3),
        ("def f():\n    raise ValueError('a\\nb')\nf()", "ValueError: a b", 2),
        ("import json\njson.loads('{')", "json.decoder.JSONDecodeError", 2),
        ("x = (", "SyntaxError: '(' was never closed", 1),
        ("raise Exception", "Exception", 1),
        ("x = '\\0'\nclass E(Exception):\n    def __str__(self): 1 / 0\nraise E", "E", 4),
        ("open('/etc/passwd')", "Error: [Errno", 1),
    ],
)
def test_an_error_is_one_line_and_its_place(
    sandbox: Sandbox, source: str, error: str, line: int
) -> None:
    answer = sandbox.run(Script(source))
    assert answer.status == "exception"
    assert error.rpartition(".")[2] in answer.error
    assert "\n" not in answer.error
    assert answer.error_line == line
    assert answer.variables == ()


def test_the_traceback_is_the_programs_own(sandbox: Sandbox) -> None:
    answer = sandbox.run(Script("def f():\n    1 / 0\nf()"))
    assert answer.stderr.startswith(
        'Traceback (most recent call last):\n  File "program.py", line 3'
    )
    assert "    1 / 0\n" in answer.stderr
    assert "script.py" not in answer.stderr


def test_variables_are_what_the_program_made(sandbox: Sandbox) -> None:
    source = """
import math
from math import pi
x = [1, 2]
_hidden = 1
def f(): pass
class C: pass
c = C()
s = {"b", "a"}
big = list(range(10 ** 6))
"""
    found = {one.name: (one.type, one.text) for one in sandbox.run(Script(source)).variables}
    assert list(found) == ["pi", "x", "f", "C", "c", "s", "big"]
    assert found["x"] == ("list", "[1, 2]")
    assert found["f"] == ("function", "f")
    assert found["C"] == ("type", "C")
    assert found["c"] == ("C", "<__main__.C object>")
    assert found["s"] == ("set", "{'a', 'b'}")
    assert len(found["big"][1]) < 5000


def test_two_runs_of_one_program_look_alike(sandbox: Sandbox) -> None:
    source = """
import random
import numpy as np
print(random.random(), np.random.rand(), hash("x"), {"a", "b", "c"})
x = object()
"""
    with Sandbox(1) as other:
        first, second = sandbox.run(Script(source)), other.run(Script(source))
    assert first.ok
    assert (first.stdout, first.variables) == (second.stdout, second.variables)


@pytest.mark.parametrize(
    ("source", "status", "value"),
    [
        ("print(1, 2)\nprint((1, [2.5, None]), 'x')", "ok", (1, [2.5, None])),
        ("print({'a': {1}})", "ok", {"a": {1}}),
        ("print(3)\n1 / 0", "exception", 3),
        ("print(3)\nwhile True: pass", "cpu", 3),
        ("print(3)\nimport os\nos._exit(0)", "exit", 3),
        ("print(3)\nprint()", "ok", 3),
        ("print(2 ** 100, float('inf'))", "ok", 2**100),
        ("import numpy\nprint(numpy.float32(0.5))", "ok", Array("scalar", "float32", (), (0.5,))),
        (
            "import numpy\nprint(numpy.arange(4).reshape(2, 2))",
            "ok",
            Array("array", "int64", (2, 2), (0, 1, 2, 3)),
        ),
        ("print(range(3))", "ok", Opaque("range", "range(0, 3)", (0, 1, 2), None, True)),
        (
            "from fractions import Fraction\nprint(Fraction(1, 2))",
            "ok",
            Opaque("Fraction", "1/2", None, 0.5, True),
        ),
        ("l = [1]\nprint(l)\nl.append(2)", "ok", [1]),
        ("print('x' * 10 ** 7)", "output", Opaque("str", "")),
        ("l = []\nl.append(l)\nprint(l)", "ok", Opaque("list", "")),
    ],
)
def test_the_last_print_survives_what_follows(
    sandbox: Sandbox, source: str, status: str, value: object
) -> None:
    answer = sandbox.run(Script(source, Limits(cpu_seconds=0.5), prints=True))
    assert answer.status == status, answer
    assert answer.printed
    assert answer.last_print == value
    assert type(answer.last_print) is type(value)


def test_no_print_is_told_from_a_printed_none(sandbox: Sandbox) -> None:
    assert not sandbox.run(Script("x = 1", prints=True)).printed
    answer = sandbox.run(Script("print(None)", prints=True))
    assert (answer.printed, answer.last_print) == (True, None)
    assert not sandbox.run(Script("print(None)")).printed


def test_the_environment_is_the_same_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_LIBRARY_PATH", "/nonexistent")
    monkeypatch.setenv("PYTHONPATH", "/nonexistent")
    source = (
        "import os, sys\nprint(sorted(os.environ), sys.argv)\nprint('/nonexistent' in sys.path)"
    )
    with Sandbox(1) as sandbox:
        shown, path = sandbox.run(Script(source)).stdout.splitlines()
    assert "'HOME'" in shown and "'TMPDIR'" in shown and "['program.py']" in shown
    assert "LD_LIBRARY_PATH" not in shown and "PYTHONPATH" not in shown
    assert path == "False"


def test_limits_are_each_programs_own(sandbox: Sandbox) -> None:
    source = "import time\nt = time.process_time()\nwhile time.process_time() < t + 0.3: pass"
    assert sandbox.run(Script(source, Limits(cpu_seconds=0.1))).status == "cpu"
    answer = sandbox.run(Script(source, Limits(cpu_seconds=2)))
    assert answer.ok
    assert 0.3 <= answer.cpu_seconds <= 2
    big = "x = bytes(200 << 20)"
    assert sandbox.run(Script(big)).ok
    assert sandbox.run(Script(big, Limits(memory_bytes=250 << 20))).status == "memory"


def test_nothing_is_left_in_the_scratch_folder(sandbox: Sandbox) -> None:
    source = "import os\nprint(os.listdir('.'))\nos.makedirs('a/b')\nopen('a/b/c', 'w').write('x')"
    for _ in range(2):
        assert sandbox.run(Script(source)).stdout == "[]\n"


def test_ordinary_work_is_not_in_the_way(sandbox: Sandbox) -> None:
    source = """
import tempfile, threading, queue, pathlib, sqlite3, decimal, datetime, csv, subprocess, io
with tempfile.NamedTemporaryFile("w+") as f:
    f.write("1,2"); f.seek(0); print(next(csv.reader(f)))
q = queue.Queue()
t = threading.Thread(target=q.put, args=(1,)); t.start(); t.join(); print(q.get())
p = pathlib.Path("d"); p.mkdir(); (p / "x").write_text("y"); print([e.name for e in p.iterdir()])
print(sqlite3.connect("base").execute("select 1").fetchone(), p.resolve().name)
import numpy as np
print(np.linalg.inv(np.eye(2)).tolist(), datetime.date(2020, 1, 1))
import asyncio
async def double(x): await asyncio.sleep(0); return 2 * x
print(asyncio.run(double(2)))
exit()
"""
    answer = sandbox.run(Script(source))
    assert answer.stdout == (
        "['1', '2']\n1\n['x']\n(1,) d\n[[1.0, 0.0], [0.0, 1.0]] 2020-01-01\n4\n"
    ), answer
    assert answer.status == "exit"
