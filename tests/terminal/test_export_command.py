"""`codegen export` as a real process: what it writes, says, refuses and leaves behind."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from checkpoints import write_checkpoint
from process import Run

SHAPE = {"n_layer": 2, "n_embd": 64, "n_head": 4, "rotary_dim": 8, "vocab_size": 512, "seed": 1}
FILES = {
    "config.json",
    "model.safetensors",
    "vocab.json",
    "merges.txt",
    "added_tokens.json",
    "special_tokens_map.json",
    "tokenizer_config.json",
    "tokenizer.json",
}


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return write_checkpoint(tmp_path / "codegen-tiny-mono", **SHAPE)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != "home")


def test_a_checkpoint_becomes_a_verified_folder(
    codegen: Run, checkpoint: Path, tmp_path: Path
) -> None:
    result = codegen("export", str(checkpoint), "--to", "gptj", "-o", "gptj", "--json")
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert report["verification"]["max_difference"] < 1e-5 and report["dtype"] == "F32"
    assert "wrote gptj" in result.stderr and "verified" in result.stderr
    assert set(names(tmp_path / "gptj")) == FILES
    assert json.loads((tmp_path / "gptj" / "config.json").read_text())["model_type"] == "gptj"
    again = codegen("convert", "gptj", "-o", "m.gguf", "-q", "F32")
    assert again.returncode == 0, again.stderr


def test_shards_and_types_are_as_asked(codegen: Run, checkpoint: Path, tmp_path: Path) -> None:
    arguments = ("--dtype", "f16", "--shard-size", "0.1MB", "--no-verify")
    result = codegen("export", str(checkpoint), "-o", "gptj", *arguments)
    assert result.returncode == 0 and "not verified" in result.stderr
    shards = list((tmp_path / "gptj").glob("model-*.safetensors"))
    assert len(shards) > 2 and all(path.stat().st_size < 110_000 for path in shards)


def test_usage_errors_name_the_value(codegen: Run, checkpoint: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "precious").write_text("x")
    for arguments, code, fragment in [
        (("nowhere", "-o", "out"), 3, '"nowhere"'),
        ((str(checkpoint), "-o", "full"), 2, '"full" exists'),
        ((str(checkpoint), "-o", "no/out"), 2, 'no such folder: "no"'),
        ((str(checkpoint), "-o", "out", "--to", "gpt2"), 2, 'unknown format "gpt2"'),
        ((str(checkpoint), "-o", "out", "--dtype", "Q8_0"), 2, 'unknown type "Q8_0"'),
        ((str(checkpoint), "-o", "out", "--shard-size", "much"), 2, '"much"'),
        ((str(checkpoint), "-o", "out", "--shard-size", "-1GB"), 2, "-1GB"),
    ]:
        result = codegen("export", *arguments)
        assert result.returncode == code and fragment in result.stderr, result.stderr
    assert names(tmp_path) == ["codegen-tiny-mono", "full"]
    assert names(tmp_path / "full") == ["precious"]


def test_quantized_files_and_broken_weights_leave_nothing(
    codegen: Run, checkpoint: Path, tmp_path: Path
) -> None:
    assert codegen("convert", str(checkpoint), "-o", "q.gguf", "-q", "Q8_0").returncode == 0
    result = codegen("export", "q.gguf", "-o", "gptj")
    assert result.returncode == 3 and "in Q8_0, a type that lost something" in result.stderr
    path = checkpoint / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-4] + b"\0\0\xc0\x7f")
    result = codegen("export", str(checkpoint), "-o", "gptj")
    assert result.returncode == 3 and "NaN" in result.stderr
    assert names(tmp_path) == ["codegen-tiny-mono", "q.gguf"]


def test_an_unquantized_file_of_ours_exports(
    codegen: Run, checkpoint: Path, tmp_path: Path
) -> None:
    assert codegen("convert", str(checkpoint), "-o", "f.gguf", "-q", "F32").returncode == 0
    result = codegen("export", "f.gguf", "-o", "gptj", "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["verification"]["kl"] < 1e-5
    assert set(names(tmp_path / "gptj")) == FILES


def test_a_full_disk_leaves_nothing_behind(
    environment: dict[str, str], checkpoint: Path, tmp_path: Path
) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "codegen_cli", "export", checkpoint, "-o", "gptj"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000)),
    )
    assert result.returncode == 1 and 'cannot write "gptj"' in result.stderr, result.stderr
    assert names(tmp_path) == ["codegen-tiny-mono"]


def test_ctrl_c_leaves_nothing_behind(environment: dict[str, str], tmp_path: Path) -> None:
    folder = write_checkpoint(
        tmp_path / "wide", n_layer=6, n_embd=1024, n_head=8, rotary_dim=32, vocab_size=4096, seed=1
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "codegen_cli", "export", folder, "-o", "gptj"],
        env=environment,
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    for _ in range(6000):
        if len(names(tmp_path)) > 1:
            break
        time.sleep(0.02)
    assert names(tmp_path) != ["gptj", "wide"], "it was too fast to interrupt"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "interrupted" in err and "Traceback" not in err
    assert names(tmp_path) == ["wide"]
