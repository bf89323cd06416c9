"""A check's verdict is the judge's: what a program does or says cannot turn it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from codegen_cli.sandbox import Check, Limits, Sandbox

_TEST = "def check(candidate):\n    assert candidate(1) == 2\n    assert candidate(2) == 3"
_LIMITS = Limits(cpu_seconds=0.5, wall_seconds=1.0)
_HONEST = "def f(x):\n    return x + 1"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(1) as made:
        yield made


def _check(program: str, test: str = _TEST, trusted: str = "") -> Check:
    return Check(program, "f", trusted, test, _LIMITS)


def test_an_honest_function_passes(sandbox: Sandbox) -> None:
    verdict = sandbox.check(_check(_HONEST))
    assert (verdict.passed, verdict.result) == (True, "passed")
    assert 0 < verdict.cpu_seconds < 0.5


@pytest.mark.parametrize(
    ("program", "result"),
    [
        ("def f(x): return x", "failed: AssertionError"),
        ("def f(x): return None", "failed: AssertionError"),
        ("def f(x): raise ValueError('bad')", "failed: ValueError: bad"),
        ("class E(KeyError): pass\ndef f(x): raise E('k')", "failed: E: 'k'"),
        ("def f(x): return g(x)", "failed: NameError: name 'g' is not defined"),
        ("def f(x): return x +", "failed: SyntaxError: invalid syntax"),
        ("1 / 0", "failed: ZeroDivisionError: division by zero"),
        ("{}['f']", "failed: KeyError: 'f'"),
        ("def g(x): return x + 1", "failed: NameError: name 'f' is not defined"),
        ("f = 3", "failed: TypeError: 'int' object is not callable"),
        (
            "def f(): return 2",
            "failed: TypeError: f() takes 0 positional arguments but 1 was given",
        ),
        ("def f(x): return bytes(2 << 30)", "failed: out of memory"),
        ("x = bytes(2 << 30)", "failed: out of memory"),
        ("def f(x):\n    while True: pass", "timed out"),
        ("while True: pass", "timed out"),
        ("import time\ndef f(x): time.sleep(1e6)", "timed out"),
        ("import sys\ndef f(x): sys.exit(0)", "failed: SystemExit: 0"),
        ("import sys\nsys.exit()", "failed: SystemExit"),
        ("def f(x): raise KeyboardInterrupt", "failed: KeyboardInterrupt"),
        ("import os\ndef f(x): os._exit(0)", "failed: the program left (exit code 0)"),
        ("import os\nos._exit(0)", "failed: the program left (exit code 0)"),
        ("import os\ndef f(x): os.abort()", "failed: killed by SIGABRT"),
        ("import ctypes\ndef f(x): ctypes.string_at(0)", "failed: killed by SIGSEGV"),
        (
            "import os, time\ndef f(x):\n    os.closerange(0, 64)\n    time.sleep(1e6)",
            "failed: the program stopped answering",
        ),
    ],
)
def test_the_result_says_why_it_failed(sandbox: Sandbox, program: str, result: str) -> None:
    verdict = sandbox.check(_check(program))
    assert not verdict.passed
    assert verdict.result == result
    assert sandbox.check(_check(_HONEST)).passed


_FRAMES = """
import gc, os, sys
def f(x):
    frame = sys._getframe()
    while frame:
        for value in list(frame.f_locals.values()):
            if isinstance(value, list): value.append("passed")
            if isinstance(value, dict): value.update(passed=True, result="passed")
        frame = frame.f_back
    for value in gc.get_objects():
        if isinstance(value, dict) and "passed" in value: value["passed"] = True
    return 0
"""

_FORGED = """
import json, os, struct
message = json.dumps({{"passed": True, "result": "passed"}}).encode()
frame = struct.pack(">I", len(message)) + message
def f(x):
    for number in range(64):
        try: os.write(number, frame)
        except OSError: pass
    {ending}
"""

_SECRETS = """
import gc, sys
held = [value for value in gc.get_objects() if isinstance(value, (list, tuple, dict))]
frame = sys._getframe()
while frame:
    held.append(frame.f_locals)
    frame = frame.f_back
seen = any("".join(("SECRET", "TEST")) in str(value) for value in held)
def f(x): return x + 1 if seen else 0
"""


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(_FRAMES, id="walk frames and write 'passed' into what is there"),
        pytest.param(_FORGED.format(ending="return 0"), id="write a verdict to every descriptor"),
        pytest.param(_FORGED.format(ending="os._exit(0)"), id="write a verdict and leave"),
        pytest.param(_SECRETS, id="look for the test in memory"),
        pytest.param(
            "class Yes:\n    def __eq__(self, other): return True\n    __hash__ = None\n"
            "def f(x): return Yes()",
            id="equal everything",
        ),
        pytest.param(
            "class Yes(int):\n    def __eq__(self, other): return True\ndef f(x): return Yes(7)",
            id="an integer that equals everything",
        ),
        pytest.param(
            "class Yes(list):\n    def __eq__(self, other): return True\ndef f(x): return Yes()",
            id="a list that equals everything",
        ),
        pytest.param(
            "import builtins\nbuiltins.AssertionError = ValueError\ndef f(x): return 0",
            id="replace AssertionError",
        ),
        pytest.param("def check(candidate): pass\ndef f(x): return 0", id="replace the test"),
        pytest.param(
            "import sys\nclass M:\n    def __getattr__(self, name): return self\n"
            "    def __call__(self, *rest, **more): return self\n"
            "for name in list(sys.modules): sys.modules[name] = M()\ndef f(x): return 0",
            id="replace every module",
        ),
        pytest.param(
            "import json, os\njson.dumps = json.loads = lambda *rest, **more: None\n"
            "os.read = os.write = lambda *rest: b''\ndef f(x): return 0",
            id="patch what the harness uses",
        ),
        pytest.param(
            "import threading, os\ndef spam():\n    while True:\n"
            "        for number in range(3, 10):\n"
            "            try: os.write(number, b'\\0\\0\\0\\6[true]')\n"
            "            except OSError: pass\n"
            "threading.Thread(target=spam, daemon=True).start()\ndef f(x): return 0",
            id="garbage on every pipe",
        ),
        pytest.param("def f(x): return float('nan')", id="not a number"),
        pytest.param("def f(x):\n    l = []\n    l.append(l)\n    return l", id="an endless value"),
        pytest.param("def f(x): return list(range(10 ** 7))", id="a huge value"),
        pytest.param("def f(x): return 'x' * 10 ** 8", id="a huge text"),
        pytest.param(
            "import itertools\ndef f(x): return itertools.count()", id="an endless iterator"
        ),
        pytest.param("def f(x): return f", id="a function"),
    ],
)
def test_no_program_forges_a_pass(sandbox: Sandbox, program: str) -> None:
    verdict = sandbox.check(_check(program, _TEST + "\n# SECRETTEST"))
    assert not verdict.passed
    assert verdict.result == "timed out" or verdict.result.startswith("failed: ")
    assert sandbox.check(_check(_HONEST)).passed


def test_a_judge_that_never_began_leaves_its_test_to_nobody(sandbox: Sandbox) -> None:
    easy = "def check(candidate): pass\n#" + "x" * (8 << 20)
    for _ in range(5):
        hasty = Check("while True: pass", "f", "", easy, Limits(cpu_seconds=0.0))
        assert sandbox.check(hasty).result == "timed out"
    assert not sandbox.check(_check("def f(x): return 0")).passed
    assert sandbox.check(_check(_HONEST)).passed


def test_a_forgery_does_not_outlive_its_program(sandbox: Sandbox) -> None:
    """Memory of earlier tests is no help either: the zygote never holds one."""
    marked = _TEST + "\n# SECRETTEST"
    for _ in range(3):
        assert sandbox.check(_check(_HONEST, marked)).passed
        assert not sandbox.check(_check(_SECRETS, marked)).passed


@pytest.mark.parametrize(
    "value",
    [
        "None", "True", "3", "2 ** 100", "-(2 ** 64)", "1.5", "float('inf')", "1j",
        "'ä\\ud800'", "b'x'",
        "[1, [2]]", "(1, (2,))", "{1, 2}", "frozenset({1})", "{'a': {1: None}}", "[]", "()", "''",
    ],
)  # fmt: skip
def test_values_cross_both_ways_unchanged(sandbox: Sandbox, value: str) -> None:
    test = f"""
def check(candidate):
    value = {value}
    answer = candidate(value)
    assert answer == value and type(answer) is type(value)
    assert candidate(x=value) == value
"""
    verdict = sandbox.check(_check("def f(x): return x", test))
    assert verdict.passed, verdict.result


def test_numpy_values_behave_in_the_test(sandbox: Sandbox) -> None:
    program = (
        "import numpy as np\ndef f(x): return (np.float64(0.5), np.arange(4).reshape(2, 2), x)"
    )
    test = """
import numpy as np
def check(candidate):
    scalar, array, back = candidate(np.array([1.5, 2.5]))
    assert scalar == 0.5 and isinstance(scalar, float)
    assert array.shape == (2, 2) and array.dtype == np.int64 and array.sum() == 6
    assert np.allclose(back, [1.5, 2.5])
"""
    verdict = sandbox.check(_check(program, test))
    assert verdict.passed, verdict.result


def test_what_does_not_cross_can_still_be_listed(sandbox: Sandbox) -> None:
    test = """
def check(candidate):
    answer = candidate(3)
    assert list(answer) == [0, 1, 2] and answer != [0, 1, 2] and answer != answer
"""
    assert sandbox.check(_check("def f(x): return (n for n in range(x))", test)).passed


def test_a_test_may_expect_an_exception(sandbox: Sandbox) -> None:
    test = """
def check(candidate):
    try:
        candidate(1)
    except LookupError as error:
        assert error.args == ("k",)
    else:
        assert False
"""
    program = "class E(KeyError): pass\ndef f(x): raise E('k')"
    assert sandbox.check(_check(program, test)).passed
    assert not sandbox.check(_check(_HONEST, test)).passed
    # An exit, or a death, is no exception that a test may catch.
    catching = "def check(candidate):\n    try: candidate(1)\n    except Exception: pass"
    assert sandbox.check(_check("def f(x): 1 / 0", catching)).passed
    assert not sandbox.check(_check("def f(x): raise SystemExit", catching)).passed
    assert not sandbox.check(_check("import os\ndef f(x): os._exit(0)", catching)).passed


def test_the_test_uses_what_is_trusted_not_what_the_program_says(sandbox: Sandbox) -> None:
    trusted = "def double(x): return 2 * x\ndef f(x):\n    '''Half.'''"
    test = "def check(candidate):\n    assert double(candidate(4)) == 4"
    assert sandbox.check(_check("def f(x): return x // 2", test, trusted)).passed
    cheat = "def double(x): return 4\ndef f(x): return 0"
    assert not sandbox.check(_check(cheat, test, trusted)).passed


def test_the_judge_is_enclosed_too(sandbox: Sandbox) -> None:
    for attack in ("open('/etc/passwd')", "open('f', 'w')", "__import__('os').fork()"):
        verdict = sandbox.check(_check(_HONEST, f"def check(candidate):\n    {attack}"))
        assert verdict.result.startswith("failed: "), verdict
    endless = "def check(candidate):\n    while True: pass"
    assert sandbox.check(_check(_HONEST, endless)).result == "timed out"


def test_a_large_test_and_large_arguments_fit(sandbox: Sandbox) -> None:
    test = f"""
def check(candidate):
    assert candidate(list(range(100000))) == 100000
# {"x" * (1 << 20)}
"""
    verdict = sandbox.check(Check("def f(x): return len(x)", "f", "", test))
    assert verdict.passed, verdict.result
