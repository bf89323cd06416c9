"""`codegen eval … --ray local` as a real process: the same files, and nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

PROBLEMS = [
    {
        "task_id": f"Own/{number}",
        "prompt": f'def {name}(n):\n    """Return {name} of n."""\n',
        "entry_point": name,
        "canonical_solution": "    return n\n",
        "test": "def check(f):\n    assert f(3) == 3\n",
    }
    for number, name in enumerate(["one", "two", "three"])
]


class Command:
    """Runs `codegen` in a folder, and finds what its processes have started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mark = f"CODEGEN_TEST_MARK={uuid.uuid4()}"
        (folder / "own.jsonl").write_text("".join(json.dumps(p) + "\n" for p in PROBLEMS))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start it as the leader of a process group of its own, as a shell would."""
        name, _, value = self.mark.partition("=")
        return subprocess.Popen(
            [sys.executable, "-m", "codegen_cli", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder,
            env={**os.environ, "HOME": str(self.folder), "CODEGEN_THREADS": "1", name: value},
            start_new_session=True,
        )

    def draw(self, out: str, *more: str) -> subprocess.Popen[str]:
        """Draw three units of 256 samples."""
        return self.start(
            *("eval", "humaneval", "--data", "own.jsonl", "--out", out, "--samples", "128"),
            *("-T", "0.6", "-T", "0.9", "--max-tokens", "8", "--no-score", *more),
        )

    def processes(self) -> list[int]:
        """Return the living processes that have this test's mark in their environment."""
        found = []
        for path in Path("/proc").glob("[0-9]*/environ"):
            try:
                marked = self.mark.encode() in path.read_bytes().split(b"\0")
            except OSError:
                continue
            found += [int(path.parent.name)] if marked else []
        return found

    def samples(self, out: str) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.folder / out).glob("samples-*")}


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    command = Command(tmp_path)
    yield command
    for pid in command.processes():
        os.kill(pid, signal.SIGKILL)


def nothing_left(command: Command, seconds: float = 30) -> bool:
    """Say whether all marked processes end within a time."""
    until = time.monotonic() + seconds
    while command.processes() and time.monotonic() < until:
        time.sleep(0.1)
    return not command.processes()


linux = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads /proc")


@linux
def test_ctrl_c_leaves_no_process_and_the_same_command_goes_on(command: Command) -> None:
    """The samples, in the end, are those of a run without a cluster, byte for byte."""
    local = command.draw("local")
    process = command.draw("ray", "--ray", "local", "--ray-workers", "1")
    assert process.stderr is not None
    while not any(command.samples("ray").values()) and process.poll() is None:
        time.sleep(0.1)
    assert len(command.processes()) > 3, "daemons do not carry the mark: the test proves nothing"
    # As a terminal does it: to every process of the group.
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (130, ""), err
    assert "samples are in ray" in err and "Traceback" not in err
    local.communicate(timeout=200)
    assert local.returncode == 0
    assert nothing_left(command)
    assert 0 < sum(data.count(b"\n") for data in command.samples("ray").values()) < 768

    again = command.draw("ray", "--ray", "local", "--ray-workers", "1")
    out, err = again.communicate(timeout=200)
    assert (again.returncode, out) == (0, ""), err
    assert "1 Ray worker: CPU, 1 thread" in err and "768 of 768 samples" in err
    assert command.samples("ray") == command.samples("local")
    manifest = json.loads((command.folder / "ray" / "run.json").read_text())
    assert manifest["hardware"]["placement"].startswith("1 Ray worker: CPU, 1 thread")
    assert nothing_left(command)
    assert not (command.folder / ".ray").exists()


def test_no_cluster_at_an_address_is_one_line(command: Command) -> None:
    process = command.draw("out", "--ray", "127.0.0.1:1")
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (1, "")
    last = err.strip().splitlines()[-1]
    assert 'no Ray cluster at "127.0.0.1:1"' in last and "ray start --head" in last
    assert "Traceback" not in err
