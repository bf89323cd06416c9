"""`codegen convert` as a real process: what it writes, says, refuses and leaves behind."""

from __future__ import annotations

import io
import json
import pickle
import resource
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from checkpoints import write_checkpoint
from process import Run


def small(folder: Path, **changes: Any) -> Path:
    shape: dict[str, Any] = {
        "n_layer": 2,
        "n_embd": 64,
        "n_head": 4,
        "rotary_dim": 8,
        "vocab_size": 512,
        "seed": 1,
    }
    return write_checkpoint(folder, **{**shape, **changes})


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return small(tmp_path / "codegen-tiny-mono")


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if "gguf" in path.name]


def test_a_checkpoint_becomes_a_verified_file_that_runs(
    codegen: Run, checkpoint: Path, tmp_path: Path
) -> None:
    result = codegen("convert", str(checkpoint), "-o", "m.gguf", "-q", "Q8_0", "--json")
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["file_type"] == "Q8_0" and report["size"] == (tmp_path / "m.gguf").stat().st_size
    assert 0 <= report["verification"]["kl"] < 0.02
    assert "verified" in result.stderr
    answer = codegen("complete", "x = ", "--model", "m.gguf", "--json", "--max-tokens", "5")
    assert json.loads(answer.stdout)["generated_tokens"] > 0
    assert leftovers(tmp_path) == ["m.gguf"]


def test_the_file_carries_its_provenance(codegen: Run, checkpoint: Path) -> None:
    (checkpoint / "README.md").write_text("---\nlicense: bsd-3-clause\n---\nhello\n")
    codegen("convert", str(checkpoint), "-o", "m.gguf", "-q", "F16", "--name", "Tiny")
    details = json.loads(codegen("models", "show", "./m.gguf", "--json").stdout)
    assert details["name"] == "Tiny" and details["family"] == "Mono"
    assert details["license"] == "bsd-3-clause" and details["file_type"] == "F16"
    assert details["config"]["n_embd"] == 64 and details["converter"].startswith("codegen-cli ")
    assert {"model.safetensors", "config.json", "vocab.json", "merges.txt"} <= set(
        details["sha256"]
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"n_inner": 160},
        {"rotary_dim": 16},
        {"tie": True},
        {"vocab_size": 499},
        {"n_head": 8},
        {"n_ctx": 64},
        {"dtype": "BF16"},
    ],
    ids=str,
)
def test_fine_tunes_of_other_shapes_work(
    codegen: Run, tmp_path: Path, changes: dict[str, Any]
) -> None:
    folder = small(tmp_path / "tuned", **changes)
    result = codegen("convert", str(folder), "-o", "m.gguf", "-q", "F32", "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["verification"]["kl"] < 1e-6


def test_rows_that_fit_no_block_fall_back_and_it_is_said(codegen: Run, checkpoint: Path) -> None:
    result = codegen("convert", str(checkpoint), "-o", "m.gguf", "-q", "Q4_K_M", "--json")
    assert json.loads(result.stdout)["fallbacks"]["Q4_K → Q5_0"] > 0
    assert "fell back Q4_K → Q5_0" in result.stderr


def test_an_existing_file_needs_force(codegen: Run, checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_text("precious")
    refused = codegen("convert", str(checkpoint), "-o", "m.gguf")
    assert refused.returncode == 2 and "--force" in refused.stderr
    assert (tmp_path / "m.gguf").read_text() == "precious"
    assert codegen("convert", str(checkpoint), "-o", "m.gguf", "--force").returncode == 0
    assert (tmp_path / "m.gguf").read_bytes()[:4] == b"GGUF"


def corrupt_weights(checkpoint: Path, value: bytes) -> None:
    """Overwrite the last weight of the file (F32)."""
    path = checkpoint / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-4] + value)


def edit_header(checkpoint: Path, old: bytes, new: bytes) -> None:
    path = checkpoint / "model.safetensors"
    data = path.read_bytes()
    assert old in data and len(old) == len(new)
    path.write_bytes(data.replace(old, new, 1))


class Hostile:
    """A pickle that would run a command."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        import os

        return os.system, ("touch ran-the-pickle",)


def hostile_bin(checkpoint: Path) -> None:
    (checkpoint / "model.safetensors").unlink()
    with zipfile.ZipFile(checkpoint / "pytorch_model.bin", "w") as archive:
        archive.writestr("x/data.pkl", pickle.dumps(Hostile(), protocol=2))


def legacy_bin(checkpoint: Path) -> None:
    (checkpoint / "model.safetensors").unlink()
    stream = io.BytesIO()
    pickle.dump(0x1950A86A20F9469CFC6C, stream, protocol=2)
    (checkpoint / "pytorch_model.bin").write_bytes(stream.getvalue())


BROKEN: dict[str, tuple[Any, str]] = {
    "nan": (lambda c: corrupt_weights(c, struct.pack("<f", float("nan"))), "NaN"),
    "infinity": (lambda c: corrupt_weights(c, struct.pack("<f", float("inf"))), "infinite"),
    "renamed": (
        lambda c: edit_header(c, b"h.1.ln_1.bias", b"h.1.ln_9.bias"),
        "lacks transformer.h.1.ln_1",
    ),
    "truncated": (
        lambda c: (c / "model.safetensors").write_bytes(
            (c / "model.safetensors").read_bytes()[:-100]
        ),
        "model.safetensors",
    ),
    "empty": (lambda c: (c / "model.safetensors").write_bytes(b""), "empty"),
    "no weights": (lambda c: (c / "model.safetensors").unlink(), "pytorch_model.bin"),
    "hostile pickle": (hostile_bin, "system"),
    "legacy pickle": (legacy_bin, "torch.save"),
    "no tokenizer": (lambda c: (c / "vocab.json").unlink(), "no tokenizer"),
    "no config": (lambda c: (c / "config.json").unlink(), "config.json"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_checkpoints_get_one_line_and_leave_nothing(
    codegen: Run, checkpoint: Path, tmp_path: Path, case: str
) -> None:
    damage, fragment = BROKEN[case]
    damage(checkpoint)
    result = codegen("convert", str(checkpoint), "-o", "m.gguf", "-q", "F16")
    errors = [line for line in result.stderr.splitlines() if line.startswith("error:")]
    assert result.returncode == 3, result.stderr
    assert len(errors) == 1 and fragment in errors[0], result.stderr
    assert "Traceback" not in result.stderr
    assert leftovers(tmp_path) == [] and not (tmp_path / "ran-the-pickle").exists()


def test_usage_errors_name_the_value(codegen: Run, checkpoint: Path) -> None:
    for arguments, code, fragment in [
        (("nowhere", "-o", "m.gguf"), 3, '"nowhere"'),
        (("Salesforce/codegen-mono", "-o", "m.gguf"), 3, "350M"),
        ((str(checkpoint), "-o", "m.gguf", "-q", "Q4_K"), 2, "did you mean Q4_K_"),
        ((str(checkpoint), "-o", "no/m.gguf"), 2, '"no"'),
        ((str(checkpoint), "-o", "."), 2, "folder"),
        ((str(checkpoint), "-o", "m.gguf", "--family", "Duo"), 2, "Duo"),
        ((str(checkpoint),), 2, "--output"),
    ]:
        result = codegen("convert", *arguments)
        assert result.returncode == code and fragment in result.stderr, result.stderr


def test_a_full_disk_leaves_nothing_behind(
    environment: dict[str, str], checkpoint: Path, tmp_path: Path
) -> None:
    def small_files_only() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    result = subprocess.run(
        [sys.executable, "-m", "codegen_cli", "convert", checkpoint, "-o", "m.gguf", "-q", "F32"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=small_files_only,
    )
    assert result.returncode == 1 and 'cannot write "m.gguf"' in result.stderr, result.stderr
    assert leftovers(tmp_path) == []
