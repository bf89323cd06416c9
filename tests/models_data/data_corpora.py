"""Small corpora, and runs of the pipeline on them in processes of their own."""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

_WORDS = """
    count total value items index result table record buffer window parse render update remove
    insert select filter merge split join queue stack graph node edge weight score limit offset
""".split()  # noqa: SIM905


def program(seed: int, lines: int = 12) -> str:
    """Return a Python file of its own; names and numbers are random."""
    draw = random.Random(seed)
    parts = [f'"""Work on the {draw.choice(_WORDS)} of the {draw.choice(_WORDS)}."""\n']
    for i in range(lines):
        a, b, c = (draw.choice(_WORDS) for _ in range(3))
        number = draw.randrange(10_000)
        parts.append(
            f"\ndef {a}_{b}_{i}({c}):\n    # Add {number} to the {c}.\n"
            f"    {b} = [{a} + {number} for {a} in {c} if {a} > {number % 97}]\n    return {b}\n"
        )
    return "".join(parts)


def write_folder(folder: Path, files: int) -> Path:
    """Write programs into a folder, some of them twice and some nearly so."""
    for i in range(files):
        path = folder / f"package{i % 5}" / f"module_{i:03d}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = program(i)
        if i % 10 == 7:
            text = program(i - 1)
        if i % 10 == 8:
            text = program(i - 2) + "\n# The end.\n"
        path.write_text(text, encoding="utf-8")
    return folder


def write_config(folder: Path, inputs: list[Any], **tables: dict[str, Any]) -> Path:
    """Write a run's TOML file with shards and buckets so small that every stage has many units."""
    settings: dict[str, dict[str, Any]] = {
        "tokenizer": {"vocab_size": 400},
        "read": {"shard_bytes": 20_000},
        "dedup": {"bucket_bytes": 8_000},
        "rows": {"row_length": 128, "rows_per_shard": 50, "shuffle_bytes": 40_000},
    }
    for name, table in tables.items():
        settings[name] = {**settings.get(name, {}), **table}
    lines = ['out = "out"', "workers = 1"]
    for name, table in settings.items():
        lines.append(f"[{name}]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in table.items()]
    lines += ["[corpus.code]", f"inputs = {toml(inputs)}"]
    path = folder / "run.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def toml(value: Any) -> str:
    """Return a value in TOML's notation."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(one) for one in value) + "]"
    return json.dumps(value)


def start(*arguments: str, **variables: str) -> subprocess.Popen[str]:
    """Start `python -m models.data ARGUMENTS` as the leader of a group, as a shell does."""
    return subprocess.Popen(
        [sys.executable, "-m", "models.data", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m models.data ARGUMENTS` to its end."""
    process = start(*arguments, **variables)
    out, err = process.communicate(timeout=240)
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)


def hashes(out: Path) -> dict[str, str]:
    """Return the hash of every product of a run: all files but the reports with their times."""
    reports = ("report.json", "stage.json")
    return {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name not in reports and not path.name.startswith("unit-")
    }
