"""`codegen sessions`, `replay` and `blame` on what a real chat left behind."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from process import Run
from rich.cells import cell_len

from codegen_cli.registry.find import find_model

STEP = 'Assign the list of numbers [4, 8, 15, 16, 23] to a variable named "values".'
LARGEST = "Print the largest of values."


@pytest.fixture
def session(codegen: Run) -> str:
    """Leave a session behind: a first turn, a retried second one, and a program that was saved."""
    done = codegen("chat", stdin=f"{STEP}\n{LARGEST}\n/retry 0.8\n/save a.py\n")
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(codegen("sessions", "list", "--json").stdout)
    return str(found["id"])


def test_the_list_and_the_search_name_the_session(codegen: Run, session: str) -> None:
    (found,) = json.loads(codegen("sessions", "list", "--json").stdout)
    assert (found["turns"], found["drawn"], found["model"]) == (2, 3, "nano")
    assert (found["first_step"], found["last_step"]) == (STEP, LARGEST)
    listed = codegen("sessions").stdout
    assert session in listed
    assert "Assign the list" in listed
    hits = codegen("sessions", "search", "LARGEST").stdout
    assert hits == f"{session} #3  # {LARGEST}\n{session} #2  # {LARGEST}\n"
    assert "    print(max(values))\n" in codegen("sessions", "search", "max(").stdout
    assert codegen("sessions", "search", "pandas", "--json").stdout == "[]\n"
    assert 'no turn with "pandas"' in codegen("sessions", "search", "pandas").stderr


def test_a_session_shows_all_of_its_turns(codegen: Run, session: str) -> None:
    shown = codegen("sessions", "show", session[:4]).stdout
    assert [line[:4] for line in shown.splitlines() if "#" in line[:3]] == ["* #1", "  #2", "* #3"]
    record = json.loads(codegen("sessions", "show", "last", "--json").stdout)
    made = record["nodes"][2]["provenance"]
    assert (made["origin"], made["attempt"], made["sampling"]["temperature"]) == ("model", 1, 0.8)
    assert len(made["model_sha256"]) == len(made["prompt_sha256"]) == 64
    assert len(made["tokens"]) == len(made["logprobs"]) > 0


def test_a_shown_session_has_the_blank_lines_of_its_code(codegen: Run, tmp_path: Path) -> None:
    (tmp_path / "b.py").write_text("# Set a and b.\na = 1\n\nif a:\n\n    b = 2\n")
    codegen("chat", "b.py", stdin=f"{STEP}\n")
    shown = codegen("sessions", "show", "last").stdout
    assert "\n    a = 1\n\n    if a:\n\n        b = 2\n* #2 " in shown


def test_loading_a_session_that_is_not_there_points_to_a_command_of_the_chat(
    codegen: Run, session: str
) -> None:
    said = codegen("chat", stdin="/load nope\n/load\n").stderr
    assert '\nerror: no session "nope" → see /sessions\n' in said


def test_an_export_is_written_once(codegen: Run, session: str, tmp_path: Path) -> None:
    source = (tmp_path / "a.py").read_text()
    assert codegen("sessions", "export", session).stdout == source
    assert codegen("sessions", "export", session, "--at", "1").stdout in source
    assert codegen("sessions", "export", session, "-o", "a.ipynb").stdout == ""
    assert len(json.loads((tmp_path / "a.ipynb").read_text())["cells"]) == 3
    again = codegen("sessions", "export", session, "-o", "a.ipynb")
    assert (again.returncode, "exists" in again.stderr) == (2, True)
    assert codegen("sessions", "export", session, "-o", "a.ipynb", "--force").returncode == 0
    lines = codegen("sessions", "export", session, "-f", "jsonl").stdout.splitlines()
    assert [json.loads(line).get("turn") for line in lines] == [None, 1, 2]
    for wrong in (("-o", "a.doc"), ("-f", "doc"), ("--at", "9")):
        assert codegen("sessions", "export", session, *wrong).returncode == 2


def test_a_session_is_removed_only_when_that_is_sure(codegen: Run, session: str) -> None:
    asked = codegen("sessions", "rm", session)
    assert (asked.returncode, "give --yes" in asked.stderr) == (2, True)
    done = codegen("sessions", "rm", session, "--yes", "--json")
    assert json.loads(done.stdout) == {"removed": session, "turns": 3}
    assert json.loads(codegen("sessions", "list", "--json").stdout) == []
    gone = codegen("sessions", "show", session)
    assert (gone.returncode, gone.stdout) == (2, "")


def test_every_turn_is_drawn_again(codegen: Run, session: str) -> None:
    done = codegen("replay", session, "--verify")
    assert done.returncode == 0, done.stderr
    assert "3 of 3 turns came out token for token as recorded\n" in done.stdout
    assert "the model and the build are the recorded ones\n" in done.stdout
    record = json.loads(codegen("replay", session, "--json").stdout)
    assert (record["drawn"], record["same"], record["first_difference"]) == (3, 3, None)
    assert record["models"][0]["same_model"]
    assert record["models"][0]["same_build"]


def test_a_chat_with_everything_in_it_replays(codegen: Run) -> None:
    codegen("chat", stdin=f"{STEP}\n{LARGEST}\n/start print(\n{LARGEST}\n/edit 2 Print values.\n")
    codegen("chat", "-c", stdin="Print the sum of values.\n/more\n/undo 2\n/retry 0.9\n")
    record = json.loads(codegen("replay", "last", "--json").stdout)
    verdicts = [turn["verdict"] for turn in record["turns"]]
    assert set(verdicts) == {"same", "copy"}, record["first_difference"]
    assert verdicts.count("same") >= 6
    shown = json.loads(codegen("sessions", "show", "last", "--json").stdout)
    assert {node["provenance"]["origin"] for node in shown["nodes"]} == {"model"}
    assert any(node["provenance"].get("start") == "print(" for node in shown["nodes"])


def test_another_model_is_reported_as_drift(codegen: Run, session: str, tmp_path: Path) -> None:
    data = bytearray(find_model("nano").read_bytes())
    for at in range(len(data) // 2, len(data), 34 * 997):
        data[at] ^= 0x10
    (tmp_path / "other.gguf").write_bytes(data)
    done = codegen("replay", session, "--model", "other.gguf", "--verify", "--json")
    record = json.loads(done.stdout)
    assert not record["models"][0]["same_model"]
    assert all(turn["logprob_gap"] > 0 for turn in record["turns"])
    assert all("mean_logprob" in turn for turn in record["turns"])
    first = record["first_difference"]
    assert done.returncode == (5 if first else 0)
    if first:
        assert f"turn #{first['node']} differs from token {first['first_token']} on" in done.stderr
    assert "the recorded tokens have a mean log-probability of " in (
        codegen("replay", session, "--model", "other.gguf").stdout
    )


def test_a_tampered_record_fails_the_check(
    codegen: Run, session: str, environment: dict[str, str]
) -> None:
    import sqlite3

    path = Path(environment["HOME"]) / ".local/state/codegen/sessions.db"
    with sqlite3.connect(path) as plain:
        plain.execute(
            "UPDATE turn SET provenance = json_set(provenance, '$.tokens[2]', 5) WHERE node = 2"
        )
    plain.close()
    done = codegen("replay", session, "--verify")
    assert done.returncode == 5
    assert "turn #2 differs from token 3 on" in done.stderr
    assert "2 of 3 turns" in done.stdout
    assert codegen("replay", session).returncode == 0, "without --verify it only reports"


def test_a_model_that_is_gone_is_named(codegen: Run, tmp_path: Path) -> None:
    shutil.copy(find_model("nano"), tmp_path / "mine.gguf")
    codegen("chat", "--model", "mine.gguf", stdin=f"{STEP}\n")
    assert codegen("replay", "last", "--verify").returncode == 0
    (tmp_path / "mine.gguf").unlink()
    done = codegen("replay", "last")
    assert done.returncode == 3
    assert "the recorded model or adapter is gone" in done.stderr
    assert "--model draws with another" in done.stderr


def test_blame_tells_the_model_from_a_hand(codegen: Run, session: str, tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text(file.read_text().replace("print(max(values))", "print(min(values))"))
    codegen("chat", "a.py", stdin="Print values.\n/save\n")
    lines = json.loads(codegen("blame", "a.py", "--json").stdout)
    assert [line["text"] for line in lines] == file.read_text().splitlines()
    found = {line["text"]: (line["author"], line["session"] == session) for line in lines}
    assert found[f"# {STEP}"] == ("step", True)
    assert found["values = [4, 8, 15, 16, 23]"] == ("model", True)
    assert found["print(min(values))"][0] == "human"
    assert found["# Print values."] == ("step", False)
    assert "human  │ print(min(values))\n" in codegen("blame", "a.py").stdout


def test_blame_of_a_strangers_file_says_so(codegen: Run, session: str, tmp_path: Path) -> None:
    (tmp_path / "b.py").write_text("# Mine.\nx = 1\n")
    done = codegen("blame", "b.py")
    assert (done.returncode, done.stdout) == (2, "")
    assert 'no session wrote "b.py"' in done.stderr


def on_a_terminal(arguments: list[str], environment: dict[str, str], folder: Path) -> bytes:
    """Return what a command says to a terminal."""
    master, slave = pty.openpty()
    said = b""
    with subprocess.Popen(
        [sys.executable, "-m", "codegen_cli", *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=environment,
        cwd=folder,
    ):
        os.close(slave)
        # Linux's end of a pseudo-terminal is an error.
        with contextlib.suppress(OSError):
            while more := os.read(master, 65536):
                said += more
    os.close(master)
    return said


@pytest.mark.parametrize(
    ("columns", "head"),
    [
        (80, "ID        CHANGED           TURNS  FILE  FIRST STEP"),
        (40, "ID        CHANGED     TURNS  FIRST STEP"),
    ],
)
def test_the_list_fits_its_terminal(
    codegen: Run, environment: dict[str, str], tmp_path: Path, columns: int, head: str
) -> None:
    for step in ("Print a list of many words: " + "数" * 60, "Print 7."):
        codegen("chat", "--max-tokens", "8", stdin=f"{step}\n/save a.py\n/save! a.py\n")
        (tmp_path / "a.py").unlink()
    terminal = {**environment, "COLUMNS": str(columns), "NO_COLOR": "1"}
    for limit, rows in (("1", 2), ("2", 3)):
        said = on_a_terminal(["sessions", "list", "--limit", limit], terminal, tmp_path)
        lines = re.sub(r"\x1b\[\d*m", "", said.decode()).splitlines()
        assert lines[0] == head
        assert max(map(cell_len, lines)) <= columns
        assert ("there are more than these 1: see --limit" in lines) == (limit == "1")
        assert sum(not line.startswith("there") for line in lines) == rows
    assert lines[1].endswith("Print 7.")
    assert lines[2].endswith("…")
    assert "a.py" in lines[2] or columns == 40
    assert "数" * 60 in codegen("sessions", "list").stdout


def test_escapes_of_a_step_never_reach_a_terminal(
    codegen: Run, environment: dict[str, str], tmp_path: Path
) -> None:
    codegen("chat", stdin="Say \x1b]0;owned\x07 [bold]hi[/bold].\n/save a.py\n")
    for arguments in (["sessions"], ["sessions", "show", "last"], ["blame", "a.py"]):
        said = on_a_terminal(arguments, {**environment, "COLUMNS": "120"}, tmp_path)
        assert b"\x1b]0;owned" not in said
        assert "Say ␛]0;owned␇ [bold]hi[/bold].".encode() in said
