"""`codegen convert` on archives and TPU checkpoints, as real processes."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from checkpoints import write_checkpoint
from process import Run
from tpu_checkpoint import haiku_tree, leaves, write_run_config, write_tpu_checkpoint

from codegen_cli.convert.checkpoint import open_checkpoint
from codegen_cli.engine.gguf import read_gguf

SHAPE = {"n_layer": 2, "n_embd": 64, "n_head": 4, "rotary_dim": 8, "vocab_size": 512, "seed": 1}


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return write_checkpoint(tmp_path / "codegen-tiny-mono", **SHAPE)


def pack(folder: Path, kind: str, *leave_out: str) -> Path:
    """Return an archive of a folder beside it, and remove the folder."""
    path = folder.parent / f"{folder.name}.{kind}"
    files = [file for file in sorted(folder.iterdir()) if file.name not in leave_out]
    if kind == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                archive.write(file, f"{folder.name}/{file.name}")
    else:
        with tarfile.open(path, "w:gz" if kind == "tar.gz" else "w") as archive:
            for file in files:
                archive.add(file, f"{folder.name}/{file.name}")
    shutil.rmtree(folder)
    return path


def weights(path: Path) -> bytes:
    return path.read_bytes()[read_gguf(path).data_offset :]


@pytest.mark.parametrize("kind", ["tar.gz", "tar", "zip"])
def test_an_archive_gives_the_file_that_its_folder_gives(
    codegen: Run, checkpoint: Path, tmp_path: Path, kind: str
) -> None:
    assert codegen("convert", str(checkpoint), "-o", "a.gguf", "-q", "Q8_0").returncode == 0
    archive = pack(checkpoint, kind)
    before = sorted(tmp_path.iterdir())
    result = codegen("convert", str(archive), "-o", "b.gguf", "-q", "Q8_0", "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["verification"]["kl"] < 0.02
    assert weights(tmp_path / "a.gguf") == weights(tmp_path / "b.gguf")
    assert sorted(tmp_path.iterdir()) == sorted([*before, tmp_path / "b.gguf"])
    details = json.loads(codegen("models", "show", "./b.gguf", "--json").stdout)
    assert details["name"] == "codegen-tiny-mono" and details["family"] == "Mono"
    assert list(details["sha256"]) == [archive.name]


def test_a_release_without_tokenizer_asks_for_one_offline(
    codegen: Run, checkpoint: Path, tmp_path: Path
) -> None:
    tokenizer = tmp_path / "tokenizer"
    shutil.copytree(checkpoint, tokenizer)
    names = [file.name for file in checkpoint.iterdir() if file.name != "config.json"]
    archive = pack(checkpoint, "tar.gz", *(name for name in names if "safetensors" not in name))
    result = codegen("convert", str(archive), "-o", "m.gguf", HF_HOME=str(tmp_path / "hf"))
    assert result.returncode == 3
    assert "hf download Salesforce/codegen-350M-mono" in result.stderr
    assert len([line for line in result.stderr.splitlines() if line.startswith("error:")]) == 1
    given = ("--tokenizer", str(tokenizer))
    result = codegen("convert", str(archive), "-o", "m.gguf", *given)
    assert result.returncode == 0, result.stderr
    assert f"tokenizer: {tokenizer}" in result.stderr


def test_a_hostile_archive_gets_one_line_and_leaves_nothing(
    codegen: Run, checkpoint: Path, tmp_path: Path
) -> None:
    archive = pack(checkpoint, "tar")
    with tarfile.open(archive, "a") as appended:
        entry = tarfile.TarInfo("../../escaped")
        entry.size = 1
        appended.addfile(entry, io.BytesIO(b"x"))
    result = codegen("convert", str(archive), "-o", "m.gguf")
    assert result.returncode == 3
    assert result.stderr.count("error:") == 1 and "leads out of it: refused" in result.stderr
    assert not (tmp_path.parent / "escaped").exists() and not (tmp_path / "m.gguf").exists()


def test_weights_alone_are_told_from_an_archive(codegen: Run, checkpoint: Path) -> None:
    with zipfile.ZipFile(checkpoint / "pytorch_model.bin", "w") as archive:
        archive.writestr("x/data.pkl", b"")
    result = codegen("convert", str(checkpoint / "pytorch_model.bin"), "-o", "m.gguf")
    assert result.returncode == 3 and "give a checkpoint's folder" in result.stderr
    result = codegen("convert", str(checkpoint / "config.json"), "-o", "m.gguf")
    assert result.returncode == 3 and "is a file, not a checkpoint folder" in result.stderr


def test_a_tpu_checkpoint_needs_its_run_s_configuration(
    codegen: Run, checkpoint: Path, tmp_path: Path
) -> None:
    with open_checkpoint(checkpoint) as opened:
        tensors = {name: tensor.float32() for name, tensor in opened.tensors.items()}
    bias_E = np.zeros(64, np.float32)
    folder = write_tpu_checkpoint(tmp_path / "150000", list(leaves(haiku_tree(tensors, 2, bias_E))))
    command = (
        "convert",
        str(folder),
        "-o",
        "tpu.gguf",
        "-q",
        "F32",
        "--tokenizer",
        "codegen-tiny-mono",
    )
    result = codegen(*command)
    assert result.returncode == 3 and "--config" in result.stderr
    config = json.loads((checkpoint / "config.json").read_text())
    write_run_config(tmp_path / "run.json", config)
    result = codegen(*command, "--config", "run.json", "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["verification"]["kl"] < 1e-6
    assert codegen("convert", str(checkpoint), "-o", "hf.gguf", "-q", "F32").returncode == 0
    assert weights(tmp_path / "tpu.gguf") == weights(tmp_path / "hf.gguf")
    details = json.loads(codegen("models", "show", "./tpu.gguf", "--json").stdout)
    assert details["name"] == "codegen_tiny_mono" and details["family"] == "Mono"


def test_tpu_options_with_another_source_are_refused(codegen: Run, checkpoint: Path) -> None:
    result = codegen("convert", str(checkpoint), "-o", "m.gguf", "--config", "run.json")
    assert result.returncode == 2 and "not a TPU checkpoint" in result.stderr
