"""Nothing is lost: chats that are killed, that run side by side, that meet a broken disk."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from process import Run
from pty_driver import TIMEOUT

from codegen_cli.registry.find import find_model

STEP = 'Assign the list of numbers [4, 8, 15, 16, 23] to a variable named "values".'
CODE = "values = [4, 8, 15, 16, 23]"
STEPS = f"{STEP}\nPrint the largest of values.\n"

#: Three answers, an undo and a save.
LINES = [STEP, "Print the largest of values.", "/retry 0.8", "Print values.", "/undo", "/save a.py"]

#: What the chat says below an answer: by then it is kept.
ANSWERED = re.compile(rb"turn \d+ \xc2\xb7 \d+ tokens")

#: After how many bytes of what it says a chat is killed.
SWEEP = range(150, 960, 60)

_COMMITS = """
import sys
from pathlib import Path
from codegen_cli.program import Turn
from codegen_cli.sessions.records import Provenance
from codegen_cli.sessions.store import SessionStore
store = SessionStore(Path(sys.argv[1]))
session, node = store.create("", None, "nano"), None
while True:
    node = store.add_turn(session, node, Turn("S.", "x" * 3000), Provenance("user"), "step")
    print(node, flush=True)
"""

Sessions = Callable[..., Any]
Piped = Callable[[], "PipedChat"]


@pytest.fixture
def sessions(codegen: Run) -> Sessions:
    """Return a function that runs `codegen sessions ARGUMENTS --json`."""

    def run(*arguments: str, **variables: str) -> Any:
        done = codegen("sessions", *arguments, "--json", **variables)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def database(environment: dict[str, str]) -> Path:
    return Path(environment["HOME"]) / ".local/state/codegen/sessions.db"


class PipedChat:
    """A chat that reads steps from a pipe; what it says is read as far as one wants."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "codegen_cli", "chat"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=folder,
        )
        self.said = b""

    def type(self, text: str) -> None:
        """Send lines."""
        assert self.process.stdin is not None
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def listen(self, most: int = 65536) -> bool:
        """Read what it says next, up to so many bytes; say no at the end."""
        assert self.process.stderr is not None
        more = os.read(self.process.stderr.fileno(), most)
        self.said += more
        return bool(more)

    def end(self) -> str:
        """Close the pipe, wait until the chat ends, and return the program."""
        program, rest = self.process.communicate(timeout=TIMEOUT)
        self.said += rest
        return program.decode()


@pytest.fixture
def piped(environment: dict[str, str], tmp_path: Path) -> Iterator[Piped]:
    """Return a function that starts a chat which reads from a pipe."""
    chats: list[PipedChat] = []

    def start() -> PipedChat:
        chats.append(PipedChat(environment, tmp_path))
        return chats[-1]

    yield start
    for chat in chats:
        with chat.process:
            chat.process.kill()


def kill_after(chat: PipedChat, lines: list[str], most: int) -> bytes:
    """Kill a chat when it has said so many bytes, and return what it said."""
    chat.type("".join(f"{line}\n" for line in lines))
    assert chat.process.stdin is not None
    chat.process.stdin.close()
    while len(chat.said) < most and chat.listen(most - len(chat.said)):
        pass
    chat.process.send_signal(signal.SIGKILL)
    return chat.said


@pytest.mark.parametrize("after", SWEEP)
def test_a_killed_chat_loses_at_most_the_turn_in_flight(
    piped: Piped, codegen: Run, sessions: Sessions, tmp_path: Path, after: int
) -> None:
    said = kill_after(piped(), LINES, after)
    shown = len(ANSWERED.findall(said))
    found = sessions("list")
    if not found:
        assert shown == 0
        return
    kept = sessions("show", found[0]["id"])
    assert shown <= len(kept["nodes"]) <= shown + 1
    assert b"saved " not in said or kept["file"] == str(tmp_path / "a.py")
    resumed = codegen("chat", "--continue", stdin="/show\n")
    assert resumed.returncode == 0, resumed.stderr
    assert resumed.stdout == kept["program"]


def test_the_sweep_reaches_from_before_the_first_turn_to_the_save(piped: Piped) -> None:
    said = kill_after(piped(), LINES, 10_000)
    answers = [found.end() for found in ANSWERED.finditer(said)]
    assert SWEEP.start < answers[0] < answers[-1] < said.index(b"saved ") < SWEEP.stop


@pytest.mark.parametrize("turns", range(1, 13))
def test_a_killed_writer_keeps_every_commit(tmp_path: Path, turns: int) -> None:
    path = tmp_path / "sessions.db"
    with subprocess.Popen(
        [sys.executable, "-c", _COMMITS, str(path)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        for _ in range(turns):
            last = int(writer.stdout.readline())
        # Into whatever it is doing by now: most likely the next transaction.
        writer.send_signal(signal.SIGKILL)
    with sqlite3.connect(path) as plain:
        # Reading first rolls back what the killed one left half done.
        assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        (kept,) = plain.execute("SELECT MAX(node) FROM turn").fetchone()
        (head,) = plain.execute("SELECT node FROM move ORDER BY number DESC LIMIT 1").fetchone()
    plain.close()
    assert last <= kept
    assert head == kept


def test_two_chats_at_once_are_two_sessions(piped: Piped, sessions: Sessions) -> None:
    chats = [piped(), piped()]
    for chat in chats:
        chat.type(STEPS)
    programs = [chat.end() for chat in chats]
    assert [chat.process.returncode for chat in chats] == [0, 0]
    found = sessions("list")
    assert [(s["turns"], s["drawn"]) for s in found] == [(2, 2), (2, 2)]
    assert [sessions("show", s["id"])["program"] for s in found] == programs


def test_two_chats_go_on_with_one_session(
    codegen: Run, sessions: Sessions, environment: dict[str, str]
) -> None:
    codegen("chat", stdin=f"{STEP}\n")
    (found,) = sessions("list")
    for step in ("Print values.", "Print the largest of values."):
        assert codegen("chat", "--resume", found["id"][:4], stdin=f"/undo\n/redo\n{step}\n/undo\n")
    kept = sessions("show", found["id"])
    assert [(n["parent"], n["step"]) for n in kept["nodes"]] == [
        (None, STEP),
        (1, "Print values."),
        (1, "Print the largest of values."),
    ]
    assert len(sessions("list")) == 1


def test_a_pending_turn_is_pending_again(codegen: Run, sessions: Sessions) -> None:
    codegen("chat", stdin=f"{STEP}\n/bogus\n")
    database_says = sessions("show", "last")
    assert not database_says["pending"], "leaving accepts it"
    kept = codegen("chat", "-c", stdin="Print values.\n/retry 0.9\n/drop\n")
    assert "1 turn" in kept.stderr
    assert sessions("show", "last")["head"] == 1
    assert len(sessions("show", "last")["nodes"]) == 3


def test_a_session_is_found_again_as_it_was_set(codegen: Run, sessions: Sessions) -> None:
    codegen("chat", stdin=f"/set max_tokens 40\n{STEP}\nPrint values.\n/undo\n/pin 1\n/n 2\n")
    done = codegen(
        "chat", "-c", "--top-k", "9", stdin="/redo\n/n\n/set max_tokens\n/set top_k\n/pin\n"
    )
    assert "session" in done.stderr
    assert "1 turn · top_k 9 · max_tokens 40 · 2 answers a step · pinned: 1 · /help" in done.stderr
    assert "brought back turn 2: Print values." in done.stderr
    for said in ("2 answers a step", "max_tokens     40", "top_k          9", "pinned turns: 1"):
        assert f"\n{said}\n" in done.stderr
    assert done.stdout.endswith("print(values)\n")
    last = sessions("show", "last")
    assert (last["setup"]["undone"], last["setup"]["sampling"]["top_k"]) == ([], 9)
    loaded = codegen("chat", stdin=f"/load {last['id']}\n/set top_k\n/n\n/pin\n").stderr
    for said in ("top_k          9", "2 answers a step", "pinned turns: 1"):
        assert f"\n{said}\n" in loaded


def test_a_stop_string_comes_back_and_a_copy_goes_on(codegen: Run, sessions: Sessions) -> None:
    begun = codegen("chat", stdin=f'/fork\n{STEP}\n/set stop "a b" \\n\n/fork\nPrint values.\n')
    assert "error: there is no session to copy yet → write a turn first" in begun.stderr
    copy, left = re.search(r"session (\w+) goes on, (\w+) stays", begun.stderr).groups()  # type: ignore[union-attr]
    assert [len(sessions("show", name)["nodes"]) for name in (left, copy)] == [1, 2]
    again = codegen("chat", "-c", stdin="/set stop\n")
    assert r'2 turns · stop "a b" "\n" · /help' in again.stderr
    assert r'stop           "a b" "\n"' in again.stderr
    assert codegen("replay", copy, "--verify").returncode == 0


def test_a_session_goes_on_with_its_model(codegen: Run, sessions: Sessions, tmp_path: Path) -> None:
    def models() -> list[str]:
        return [node["provenance"]["model"] for node in sessions("show", "last")["nodes"]]

    model = tmp_path / "mine.gguf"
    shutil.copy(find_model("nano"), model)
    codegen("chat", "--model", "mine.gguf", stdin=f"{STEP}\n")
    codegen("chat", "-c", stdin="/retry\n")
    assert models() == [str(model), str(model)]
    loaded = codegen("chat", "-m", "nano", stdin=f"/load {sessions('show', 'last')['id']}\n")
    assert f"its last answer is {model}'s; /model goes on with that one" in loaded.stderr
    codegen("chat", "-c", "-m", "nano", stdin="/retry\n")
    assert models() == [str(model), str(model), "nano"]
    codegen("chat", "-c", "-m", "mine.gguf", stdin="/retry\n")
    model.unlink()
    gone = codegen("chat", "-c")
    assert gone.returncode == 3
    assert gone.stderr == (
        f'error: the session\'s model is gone: no such model file: "{model}" '
        "→ --model NAME goes on with another\n"
    )
    assert codegen("chat", "-c", "-m", "nano").returncode == 0


def test_a_chat_goes_on_when_its_session_cannot_be_kept(
    codegen: Run, environment: dict[str, str]
) -> None:
    path = database(environment)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no database " * 1000)
    done = codegen("chat", stdin=STEPS)
    assert done.returncode == 0
    assert CODE in done.stdout
    warnings = [line for line in done.stderr.splitlines() if "is damaged" in line]
    assert len(warnings) == 1, "said once"
    assert warnings[0].startswith(f'warning: this chat is not kept: "{path}" is damaged: ')
    assert f"mv {path} {path}.damaged" in warnings[0]
    for arguments in (("sessions",), ("replay", "last"), ("chat", "--continue")):
        failed = codegen(*arguments)
        assert (failed.returncode, failed.stdout) == (1, "")
        assert len(failed.stderr.splitlines()) == 1
        assert "is damaged" in failed.stderr
    path.rename(path.with_suffix(".damaged"))
    assert codegen("sessions", "list").returncode == 0


def test_a_full_disk_costs_the_record_and_not_the_chat(
    environment: dict[str, str], codegen: Run, tmp_path: Path
) -> None:
    # A limit on the size of files is what a full disk looks like to SQLite.
    script = "ulimit -f 56; exec " + " ".join([sys.executable, "-m", "codegen_cli", "chat"])
    steps = "".join(f"{STEP} {'x' * 200}{i}\n/undo\n" for i in range(12)) + STEPS
    codegen("sessions", "list")
    done = subprocess.run(
        ["bash", "-c", script],
        input=steps,
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "print(max(values))" in done.stdout
    said = [line for line in done.stderr.splitlines() if "this chat is not kept" in line]
    assert len(said) == 1
    assert "check the disk" in said[0]
    listed = codegen("sessions", "show", "last", "--json")
    assert 0 < len(json.loads(listed.stdout)["nodes"]) < 14


@pytest.mark.skipif(
    subprocess.run(["unshare", "-rm", "true"], capture_output=True, check=False).returncode != 0
    if shutil.which("unshare")
    else True,
    reason="no mounts of one's own here",
)
@pytest.mark.parametrize(
    ("mount", "said"),
    [
        ("mount --bind $HOME $HOME && mount -o remount,ro,bind $HOME", "Read-only file system"),
        ("mount -t tmpfs -o size=16k full $HOME/.local/state/codegen", "is full"),
    ],
)
def test_a_disk_that_takes_nothing_is_said_once_and_the_chat_goes_on(
    environment: dict[str, str], codegen: Run, tmp_path: Path, mount: str, said: str
) -> None:
    codegen("chat", stdin=STEPS)
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", f"{mount} && exec {sys.executable} -m codegen_cli chat"],
        input=f"{STEPS}/retry 0.8\n/undo\n/save a.py\n",
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert CODE in done.stdout
    assert CODE in (tmp_path / "a.py").read_text()
    warnings = [line for line in done.stderr.splitlines() if "this chat is not kept" in line]
    assert len(warnings) == 1
    assert said in warnings[0]
    assert "Traceback" not in done.stderr


def test_a_chat_can_be_kept_from_being_kept(codegen: Run, environment: dict[str, str]) -> None:
    assert codegen("chat", "--no-session", stdin=STEPS).returncode == 0
    assert not database(environment).exists()


def test_the_file_of_sessions_is_private(codegen: Run, environment: dict[str, str]) -> None:
    codegen("chat", stdin=STEPS)
    assert database(environment).stat().st_mode & 0o777 == 0o600
    assert database(environment).parent.stat().st_mode & 0o777 == 0o700


def test_a_resumed_chat_does_not_overwrite_what_was_changed_by_hand(
    codegen: Run, tmp_path: Path
) -> None:
    file = tmp_path / "a.py"
    codegen("chat", stdin=f"{STEP}\n/save a.py\n")
    assert "saved 1 turn to" in codegen("chat", "-c", stdin="/save\n").stderr
    file.write_text(file.read_text() + "mine = 1\n")
    refused = codegen("chat", "-c", stdin="/save\n")
    assert "already exists" in refused.stderr
    assert file.read_text().endswith("mine = 1\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--resume", "abcd"), "no session is kept yet → codegen chat begins one"),
        (("--continue",), "no session is kept yet → leave out --continue"),
        (("--resume", "abcd", "--continue"), "name two programs"),
        (("--resume", "abcd", "a.py"), "name two programs"),
    ],
)
def test_a_session_that_cannot_be_resumed_is_one_line(
    codegen: Run, arguments: tuple[str, ...], message: str
) -> None:
    done = codegen("chat", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def memory_files(environment: dict[str, str]) -> list[Path]:
    return sorted((Path(environment["HOME"]) / ".cache/codegen/kv").glob("*"))


def test_a_session_that_goes_on_has_what_was_evaluated(
    codegen: Run, sessions: Sessions, environment: dict[str, str]
) -> None:
    codegen("chat", stdin=STEPS)
    (found,) = sessions("list")
    (kept,) = memory_files(environment)
    assert (kept.name, kept.stat().st_mode & 0o777) == (f"{found['id']}.kv", 0o600)
    resumed = codegen("chat", "--continue", stdin="Print values.\n")
    assert resumed.returncode == 0, resumed.stderr
    last = sessions("show", "last")["nodes"][-1]["provenance"]
    assert "fresh" not in last
    assert codegen("replay", "last", "--verify").returncode == 0
    codegen("sessions", "rm", "last", "--yes")
    assert memory_files(environment) == []


def test_a_broken_memory_is_evaluated_anew_without_a_word(
    codegen: Run, sessions: Sessions, environment: dict[str, str]
) -> None:
    codegen("chat", stdin=STEPS)
    (kept,) = memory_files(environment)
    data = kept.read_bytes()
    kept.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    resumed = codegen("chat", "--continue", stdin="Print values.\n")
    assert resumed.returncode == 0
    assert "kv" not in resumed.stderr and "warning" not in resumed.stderr
    assert sessions("show", "last")["nodes"][-1]["provenance"]["fresh"] is True
    assert codegen("replay", "last", "--verify").returncode == 0
    # The next end of the chat has mended it.
    codegen("chat", "--continue", stdin="Print the largest of values.\n")
    assert "fresh" not in sessions("show", "last")["nodes"][-1]["provenance"]


def test_a_chat_that_is_not_kept_leaves_no_memory(
    codegen: Run, environment: dict[str, str]
) -> None:
    codegen("chat", "--no-session", stdin=STEPS)
    assert memory_files(environment) == []


def test_a_session_that_is_removed_while_its_chat_goes_on_leaves_no_memory(
    piped: Piped, sessions: Sessions, environment: dict[str, str]
) -> None:
    chat = piped()
    chat.type(STEPS)
    while len(ANSWERED.findall(chat.said)) < 2 and chat.listen():
        pass
    sessions("rm", "last", "--yes")
    chat.end()
    assert chat.process.returncode == 0, chat.said.decode()
    assert memory_files(environment) == []
