"""`codegen models` as real processes: list, show, path, verify and rm."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from process import Run

REPO = "Salesforce/codegen-350M-mono"


@pytest.fixture
def folder(environment: dict[str, str]) -> Path:
    path = Path(environment["HOME"]) / ".local/share/codegen/models"
    path.mkdir(parents=True)
    return path


@pytest.fixture
def packaged(codegen: Run) -> Path:
    return Path(codegen("models", "path", "nano").stdout.strip())


def put(folder: Path, packaged: Path, stem: str, **changes: Any) -> Path:
    """Put a model into the folder, registered as a pull registers it."""
    path = folder / f"{stem}.gguf"
    shutil.copy(packaged, path)
    record = {
        "version": 1,
        "name": "350M-mono",
        "repo": REPO,
        "revision": "main",
        "commit": "c" * 40,
        "file_type": "Q8_0",
        "size": path.stat().st_size,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "license": "bsd-3-clause",
        "converter": "codegen-cli 0.1.0",
        "pulled": "2026-11-24T10:00:00+00:00",
    }
    path.with_name(f"{path.name}.json").write_text(json.dumps({**record, **changes}))
    return path


def listed(codegen: Run) -> dict[str, dict[str, Any]]:
    entries = json.loads(codegen("models", "list", "--json").stdout)
    return {entry["name"]: entry for entry in entries}


def test_the_list_has_packaged_local_and_known_models_with_sizes_as_numbers(
    codegen: Run, folder: Path, packaged: Path
) -> None:
    path = put(folder, packaged, "350M-mono-Q8_0")
    models = listed(codegen)
    assert models["nano"]["kind"] == "packaged" and models["nano"]["repo"] is None
    local = models["350M-mono-Q8_0"]
    assert local["kind"] == "local" and local["repo"] == REPO and local["commit"] == "c" * 40
    assert local["size"] == path.stat().st_size
    recipe = models["350M-mono"]
    assert recipe["kind"] == "recipe" and recipe["pulled"] == ["350M-mono-Q8_0"]
    assert recipe["download_size"] == 797310976 and recipe["size"]["Q4_K_M"] > 2e8
    assert models["codegen2.5-7B-mono"]["size"]["Q4_K_M"] and models["2B-nl"]["pulled"] == []
    text = codegen("models", "list").stdout
    assert "350M-mono" in text and "pulled" in text


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 2}', '{"version": 1, "x": 1}'])
def test_a_broken_registration_is_none(
    codegen: Run, folder: Path, packaged: Path, text: str
) -> None:
    path = put(folder, packaged, "mine")
    path.with_name("mine.gguf.json").write_text(text)
    assert listed(codegen)["mine"]["repo"] is None
    assert codegen("models", "verify", "mine").stdout == "mine  structure ok, no registered hash\n"


def test_a_recipe_is_shown_with_sizes_and_memory_for_each_type(codegen: Run) -> None:
    details = json.loads(codegen("models", "show", "Salesforce/codegen-16B-mono", "--json").stdout)
    assert details["name"] == "16B-mono" and details["shape"]["layers"] == 34
    assert details["scores"][0]["pass_at_1"] == 29.28 and details["scores"][0]["verified"]
    types = details["types"]
    assert types["Q4_K_M"]["size"] < types["Q8_0"]["size"] < types["F16"]["size"]
    memory = types["Q4_K_M"]["memory"]
    assert types["Q4_K_M"]["size"] < memory["512"] < memory["1024"] < memory["2048"]
    text = codegen("models", "show", "16B-mono").stdout
    assert "memory at 2048" in text and "Q4_K_M" in text


def test_a_pulled_model_is_shown_with_file_registration_and_scores(
    codegen: Run, folder: Path, packaged: Path
) -> None:
    put(folder, packaged, "350M-mono-Q8_0")
    details = json.loads(codegen("models", "show", "350M-mono", "--json").stdout)
    assert details["registered"]["repo"] == REPO and details["layers"] == 6
    assert details["scores"][0]["pass_at_1"] == 12.76
    assert details["memory"]["2048"] > details["size"]


def test_the_largest_of_several_types_is_meant_unless_one_is_named(
    codegen: Run, folder: Path, packaged: Path
) -> None:
    small = put(folder, packaged, "350M-mono-Q4_0")
    large = put(folder, packaged, "350M-mono-Q8_0")
    with large.open("ab") as file:
        file.write(bytes(32))
    for name in ("350M-mono", REPO, "codegen-350M-mono"):
        assert codegen("models", "path", name).stdout == f"{large}\n"
    assert codegen("models", "path", "350m-mono-q4_0").stdout == f"{small}\n"
    assert codegen("models", "path", str(small)).stdout == f"{small}\n"


def test_near_names_are_suggested_and_known_ones_can_be_pulled(codegen: Run) -> None:
    for verb in ("show", "path", "rm", "verify"):
        result = codegen("models", verb, "350M-mon")
        assert result.returncode == 3 and "did you mean 350M-mono?" in result.stderr
    for verb in ("path", "rm", "verify"):
        result = codegen("models", verb, REPO)
        assert result.returncode == 3 and "codegen pull 350M-mono" in result.stderr


def test_verify_finds_a_flipped_bit_and_a_broken_file(
    codegen: Run, folder: Path, packaged: Path
) -> None:
    path = put(folder, packaged, "350M-mono-Q8_0")
    assert codegen("models", "verify").returncode == 0
    assert codegen("models", "verify", "350M-mono").stdout == "350M-mono-Q8_0  ok\n"
    before = path.stat()
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    (folder / "bad.gguf").write_bytes(b"GGUF")
    result = codegen("models", "verify", "--json")
    states = {entry["name"]: entry["state"] for entry in json.loads(result.stdout)}
    assert states["350M-mono-Q8_0"] == states["bad"] == "damaged"
    assert result.returncode == 5 and "and 1 more" in result.stderr
    single = codegen("models", "verify", "350M-mono")
    assert single.returncode == 5 and "SHA-256" in single.stderr


def test_rm_removes_file_and_registration_but_never_what_it_must_not(
    codegen: Run, folder: Path, packaged: Path, tmp_path: Path
) -> None:
    put(folder, packaged, "350M-mono-Q8_0")
    put(folder, packaged, "350M-mono-Q4_0")
    unsure = codegen("models", "rm", "350M-mono", "--yes")
    assert unsure.returncode == 2 and "350M-mono-Q4_0, 350M-mono-Q8_0" in unsure.stderr
    silent = codegen("models", "rm", "350M-mono-Q8_0")
    assert silent.returncode == 2 and "--yes" in silent.stderr
    result = codegen("models", "rm", "350M-mono-Q8_0", "--yes", "--json")
    assert json.loads(result.stdout)["removed"] == "350M-mono-Q8_0"
    assert {path.name for path in folder.iterdir()} == {
        "350M-mono-Q4_0.gguf",
        "350M-mono-Q4_0.gguf.json",
    }
    assert codegen("models", "rm", "nano", "--yes").returncode == 2 and packaged.exists()
    outside = tmp_path / "outside.gguf"
    shutil.copy(packaged, outside)
    refused = codegen("models", "rm", str(outside), "--yes")
    assert refused.returncode == 2 and "not in the models folder" in refused.stderr
    assert outside.exists()


@pytest.mark.parametrize(("answer", "stays"), [("n", True), ("y", False)])
def test_rm_asks_at_a_terminal(
    environment: dict[str, str], folder: Path, packaged: Path, answer: str, stays: bool
) -> None:
    path = put(folder, packaged, "350M-mono-Q8_0")
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "codegen_cli", "models", "rm", "350M-mono"],
        env=environment,
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    seen = b""
    deadline = time.monotonic() + 60
    while b"Remove 350M-mono-Q8_0" not in seen and time.monotonic() < deadline:
        if select.select([master], [], [], 0.1)[0]:
            seen += os.read(master, 4096)
    os.write(master, f"{answer}\n".encode())
    while process.poll() is None:
        if select.select([master], [], [], 0.1)[0]:
            try:
                os.read(master, 4096)
            except OSError:
                break
    os.close(master)
    assert process.wait(timeout=60) == (1 if stays else 0), seen
    assert path.exists() is stays
