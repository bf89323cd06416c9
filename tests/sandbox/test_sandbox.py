"""The pool: lazy, in order of completion, healing, and gone when it is closed or its owner dies."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from outside import descendants

from codegen_cli.errors import CodegenError
from codegen_cli.sandbox import Check, Limits, Sandbox, Script, Verdict

_SLOW = Script("import time\ntime.sleep(0.5)\nprint('slow')")
_ENDLESS = Script("import time\ntime.sleep(1e6)", Limits(wall_seconds=100))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give every test a folder for temporary files, and see that no worker leaves anything."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = descendants(os.getpid())
    yield tmp_path
    assert descendants(os.getpid()) == before
    assert list(tmp_path.glob("codegen-sandbox-*")) == []


def _until(true: object, seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if callable(true) and true():
            return True
        time.sleep(0.05)
    return False


def test_jobs_are_pulled_when_a_worker_is_free() -> None:
    pulled = 0

    def jobs() -> Iterator[Script]:
        nonlocal pulled
        for number in range(10):
            pulled += 1
            yield Script(f"print({number})")

    with Sandbox(2) as sandbox:
        seen = []
        for number, answer in sandbox.map(jobs()):
            assert pulled <= len(seen) + 3
            assert answer.stdout == f"{number}\n"
            seen.append(number)
    assert sorted(seen) == list(range(10))


def test_answers_come_in_order_of_completion() -> None:
    with Sandbox(2) as sandbox:
        list(sandbox.map([Script(""), Script("")]))
        numbers = [number for number, _ in sandbox.map([_SLOW, Script(""), Script("")])]
    assert numbers == [1, 2, 0]


def test_programs_and_checks_mix() -> None:
    check = Check("def f(): return 1", "f", "", "def check(c): assert c() == 1")
    with Sandbox(1) as sandbox:
        answers = dict(sandbox.map([check, Script("print(1)"), check]))
    assert [type(answers[n]) is Verdict for n in range(3)] == [True, False, True]


def test_a_stop_drops_what_is_under_way() -> None:
    with Sandbox(1) as sandbox:
        seen = []
        for number, _ in sandbox.map(
            [Script(""), _ENDLESS, Script("")], should_stop=lambda: len(seen) == 1
        ):
            seen.append(number)
        assert seen == [0]
        assert sandbox.run(Script("print(1)")).stdout == "1\n"


def test_who_stops_listening_leaves_nothing_running() -> None:
    with Sandbox(2) as sandbox:
        answers = sandbox.map([Script(""), _ENDLESS, _ENDLESS])
        next(answers)
        answers.close()
        assert sandbox.run(Script("print(1)")).stdout == "1\n"


def test_closing_ends_what_is_under_way() -> None:
    # Python's own helpers of other tests may be there.
    before = descendants(os.getpid())
    sandbox = Sandbox(1)
    answers = sandbox.map([Script(""), _ENDLESS])
    next(answers)
    answers_of_another = sandbox.map([Script(""), Script("")])
    next(answers_of_another)
    sandbox.close()
    assert descendants(os.getpid()) <= before
    answers.close()
    answers_of_another.close()


def test_a_program_may_be_run_while_others_are() -> None:
    with Sandbox(1) as sandbox:
        for _ in sandbox.map([Script(""), Script("")]):
            assert sandbox.run(Script("print(1)")).stdout == "1\n"


def test_a_job_whose_worker_is_killed_is_done_by_another() -> None:
    with Sandbox(1) as sandbox:
        before = descendants(os.getpid())
        killer = threading.Timer(0.2, lambda: [os.kill(pid, signal.SIGKILL) for pid in before])
        killer.start()
        assert sandbox.run(_SLOW).stdout == "slow\n"
        killer.join()


def test_a_job_whose_workers_keep_dying_is_given_up() -> None:
    with Sandbox(1) as sandbox:
        done = threading.Event()

        def kill() -> None:
            while not done.wait(0.05):
                for pid in descendants(os.getpid()):
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)

        # The second worker dies at its start or at its work, whichever comes first.
        killer = threading.Thread(target=kill)
        killer.start()
        try:
            assert sandbox.run(_ENDLESS).error == "the sandbox's worker died"
        except CodegenError as error:
            assert "the sandbox does not start" in str(error)
        finally:
            done.set()
            killer.join()


def test_nothing_outlives_an_owner_that_is_killed(folder: Path) -> None:
    code = f"""if 1:
    import tempfile
    tempfile.tempdir = {str(folder)!r}
    from codegen_cli.sandbox import Limits, Sandbox, Script
    endless = Script("while True: pass", Limits(cpu_seconds=1000))
    with Sandbox(2) as sandbox:
        list(sandbox.map([Script(""), Script("")]))
        print("ready", flush=True)
        list(sandbox.map([endless, endless]))
"""
    owner = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert owner.stdout is not None
    with owner.stdout:
        assert owner.stdout.readline() == b"ready\n"
        assert _until(lambda: len(descendants(owner.pid)) >= 4)
        running = descendants(owner.pid)
        owner.kill()
        owner.wait()
    assert _until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in running))
    assert _until(lambda: not list(folder.glob("codegen-sandbox-*")))


def test_the_terminals_signals_and_the_owners_niceness_reach_the_right_processes() -> None:
    before = descendants(os.getpid())
    with Sandbox(1):
        for pid in descendants(os.getpid()) - before:
            assert os.getpgid(pid) != os.getpgid(0)
            assert os.getsid(pid) == os.getsid(0)


def test_a_starved_program_is_not_taken_for_one_that_waits() -> None:
    limits = Limits(cpu_seconds=0.1, wall_seconds=0.5)
    command = [sys.executable, "-c", "while True: pass"]
    load = [subprocess.Popen(command) for _ in range(os.cpu_count() or 1)]
    try:
        with Sandbox(1) as sandbox:
            for pid in descendants(os.getpid()) - {process.pid for process in load}:
                os.setpriority(os.PRIO_PROCESS, pid, 19)
            starved = sandbox.run(Script("while True: pass", limits))
            asleep = sandbox.run(Script("import time\ntime.sleep(1e6)", limits))
    finally:
        for process in load:
            process.kill()
            process.wait()
    assert (starved.status, asleep.status) == ("cpu", "wall")
    assert starved.wall_seconds > limits.wall_seconds


def test_an_owner_with_threads_may_ask_from_any() -> None:
    done = threading.Event()
    spinners = [threading.Thread(target=done.wait) for _ in range(8)]
    answers = []

    def ask() -> None:
        with Sandbox(2) as sandbox:
            answers.extend(a.stdout for _, a in sandbox.map(Script("print(1)") for _ in range(20)))

    for thread in spinners:
        thread.start()
    asker = threading.Thread(target=ask)
    asker.start()
    asker.join()
    done.set()
    for thread in spinners:
        thread.join()
    assert answers == ["1\n"] * 20


def test_no_room_for_scratch_is_said_clearly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nonexistent")
    with pytest.raises(CodegenError, match="cannot make a scratch folder: .*nonexistent.*TMPDIR"):
        Sandbox(1)


def _in_a_shell(
    before: str, folder: Path, python: str = sys.executable, prefix: Sequence[str] = ()
) -> str:
    code = (
        "from codegen_cli.sandbox import Sandbox, Script\n"
        "with Sandbox(1) as s: print(s.run(Script('print(1)')).stdout)"
    )
    done = subprocess.run(
        [*prefix, "sh", "-c", f'{before} exec {python} -c "$0"', code],
        cwd=folder,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    return (done.stdout + done.stderr).strip()


@pytest.mark.parametrize(
    "before",
    [
        pytest.param("mkdir gone; cd gone; rmdir ../gone;", id="no current folder"),
        pytest.param("cd /proc;", id="a folder that nobody can write"),
        pytest.param("ulimit -v 2000000; ulimit -n 64; ulimit -f 1000;", id="low hard limits"),
        pytest.param("umask 0777;", id="a strict umask"),
        pytest.param("exec 0<&- 2>&-;", id="closed standard streams"),
    ],
)
def test_it_works_in_odd_places(before: str, folder: Path) -> None:
    assert _in_a_shell(before, folder) == "1"


def test_it_works_without_numpy(folder: Path) -> None:
    assert _in_a_shell("", folder, f"{sys.executable} -S") == "1"


def test_full_disks_are_said_clearly(folder: Path) -> None:
    if sys.executable.startswith(("/tmp/", "/var/tmp/")):
        pytest.skip("the interpreter itself would be hidden")
    mounts = [f"mount -t tmpfs -o nr_inodes=1 none {name} &&" for name in ("/tmp", "/var/tmp")]
    full = " ".join([*mounts, "cd /proc &&"])
    unshare = ["unshare", "-Urm"]
    if subprocess.run([*unshare, "sh", "-c", full + "true"], capture_output=True).returncode:
        pytest.skip("needs a user namespace")
    said = _in_a_shell(full, folder, prefix=unshare)
    assert "cannot make a scratch folder: [Errno 2] No usable temporary directory found" in said
