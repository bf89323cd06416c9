"""A conversion that is cut off goes on: real processes, killed at random points."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from checkpoints import write_checkpoint
from process import Run
from shards import shard

from codegen_cli.engine.gguf import read_gguf

MIB = 1 << 20


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write 126 MB of F16 weights in three shards; F32 output is 252 MB, synced every 64 MiB."""
    folder = write_checkpoint(
        tmp_path_factory.mktemp("hub") / "tiny-mono",
        n_layer=5,
        n_embd=1024,
        n_head=8,
        rotary_dim=32,
        vocab_size=512,
        dtype="F16",
        seed=1,
    )
    return shard(folder, 3)


def convert(checkpoint: Path, *extra: str) -> list[str]:
    command = [sys.executable, "-m", "codegen_cli", "convert", str(checkpoint), "-o", "m.gguf"]
    return [*command, "-q", "F32", "--no-verify", "--json", *extra]


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if "gguf" in path.name)


def size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def run_until(
    command: list[str], part: Path, bytes_written: int, how: signal.Signals, **kwargs: object
) -> tuple[int, str]:
    """Run until the part is so long, send the signal, and return the exit code and stderr."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        **kwargs,  # type: ignore[call-overload]
    )
    while size(part) < bytes_written and process.poll() is None:
        time.sleep(0.001)
    process.send_signal(how)
    _, err = process.communicate(timeout=120)
    return process.returncode, err


@pytest.mark.parametrize("seed", range(3))
def test_killed_at_random_points_it_gives_the_same_file_and_repeats_less_than_a_shard(
    environment: dict[str, str], codegen: Run, checkpoint: Path, tmp_path: Path, seed: int
) -> None:
    plain = subprocess.run(
        [*convert(checkpoint), "-o", "plain.gguf"], env=environment, cwd=tmp_path, check=True
    )
    assert plain.returncode == 0
    expected = read_gguf(tmp_path / "plain.gguf")
    part, journal = tmp_path / ".m.gguf.part", tmp_path / ".m.gguf.journal"
    shards = [path.stat().st_size for path in checkpoint.glob("*.safetensors")]
    chance = random.Random(seed)
    points = sorted(chance.sample(range(expected.size // 20, expected.size * 19 // 20), 3))
    for point in points:
        code, err = run_until(
            convert(checkpoint), part, point, signal.SIGKILL, env=environment, cwd=tmp_path
        )
        assert code == -signal.SIGKILL, err
        assert "m.gguf" not in leftovers(tmp_path)
        complete = max(0, len(journal.read_text().splitlines()) - 1)
        again = [t for t in expected.tensors[complete:] if t.offset < size(part)]
        # The source is F16, so half as many bytes as the F32 that is written.
        assert sum(tensor.nbytes for tensor in again) / 2 <= max(shards)
    resumed = codegen(*convert(checkpoint)[3:])
    assert resumed.returncode == 0, resumed.stderr
    assert json.loads(resumed.stdout)["resumed"] == complete > 0
    assert f"{complete} of {len(expected.tensors)} tensors are complete" in resumed.stderr
    digests = {
        hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()
        for name in ("m.gguf", "plain.gguf")
    }
    assert len(digests) == 1 and leftovers(tmp_path) == ["m.gguf", "plain.gguf"]


def test_ctrl_c_keeps_what_is_complete_and_says_so(
    environment: dict[str, str], codegen: Run, checkpoint: Path, tmp_path: Path
) -> None:
    part = tmp_path / ".m.gguf.part"
    code, err = run_until(
        convert(checkpoint), part, 150 * MIB, signal.SIGINT, env=environment, cwd=tmp_path
    )
    assert code == 130 and "Traceback" not in err
    found = re.search(r"interrupted after (\d+) of \d+ tensors", err)
    assert found and "go on from there" in err, err
    resumed = codegen(*convert(checkpoint)[3:])
    assert json.loads(resumed.stdout)["resumed"] == int(found[1])
    assert leftovers(tmp_path) == ["m.gguf"]


def test_another_conversion_does_not_go_on_from_it(
    environment: dict[str, str], codegen: Run, checkpoint: Path, tmp_path: Path
) -> None:
    part = tmp_path / ".m.gguf.part"
    run_until(convert(checkpoint), part, 150 * MIB, signal.SIGKILL, env=environment, cwd=tmp_path)
    other = codegen(*convert(checkpoint, "--name", "another")[3:])
    assert other.returncode == 2 and "--restart" in other.stderr, other.stderr
    assert leftovers(tmp_path) == [".m.gguf.journal", ".m.gguf.part"]
    again = codegen(*convert(checkpoint, "--name", "another", "--restart")[3:])
    assert json.loads(again.stdout)["resumed"] == 0
    assert leftovers(tmp_path) == ["m.gguf"]


def test_a_changed_shard_makes_it_another_conversion(
    environment: dict[str, str], codegen: Run, checkpoint: Path, tmp_path: Path
) -> None:
    part = tmp_path / ".m.gguf.part"
    run_until(convert(checkpoint), part, 150 * MIB, signal.SIGKILL, env=environment, cwd=tmp_path)
    last = max(checkpoint.glob("*.safetensors"))
    data = last.read_bytes()
    last.write_bytes(data[:-2] + b"\0\0")
    try:
        other = codegen(*convert(checkpoint)[3:])
        assert other.returncode == 2 and "was begun with other" in other.stderr
    finally:
        last.write_bytes(data)
    forced = codegen(*convert(checkpoint, "--force")[3:])
    assert forced.returncode == 0 and json.loads(forced.stdout)["resumed"] > 0


def test_another_layout_of_the_same_weights_does_not_go_on_from_it(
    environment: dict[str, str], codegen: Run, checkpoint: Path, tmp_path: Path
) -> None:
    part = tmp_path / ".m.gguf.part"
    run_until(convert(checkpoint), part, 150 * MIB, signal.SIGKILL, env=environment, cwd=tmp_path)
    other = codegen(*convert(checkpoint, "--cores", "8")[3:])
    assert other.returncode == 2 and "was begun with other" in other.stderr, other.stderr


def test_a_killed_quantization_goes_on_unless_its_source_changed(
    environment: dict[str, str], codegen: Run, checkpoint: Path, tmp_path: Path
) -> None:
    assert codegen(*convert(checkpoint)[3:]).returncode == 0
    quantize = ["quantize", "m.gguf", "-o", "q.gguf", "-q", "F16", "--no-verify", "--json"]
    command = [sys.executable, "-m", "codegen_cli", *quantize]
    part = tmp_path / ".q.gguf.part"
    run_until(command, part, 100 * MIB, signal.SIGKILL, env=environment, cwd=tmp_path)
    source = tmp_path / "m.gguf"
    status = source.stat()
    with source.open("r+b") as file:
        file.seek(-4, 2)
        file.write(bytes(4))
    refused = codegen(*quantize)
    assert refused.returncode == 2 and "was begun with other" in refused.stderr, refused.stderr
    os.utime(source, ns=(status.st_atime_ns, status.st_mtime_ns))
    resumed = codegen(*quantize)
    assert json.loads(resumed.stdout)["resumed"] > 0, resumed.stderr
