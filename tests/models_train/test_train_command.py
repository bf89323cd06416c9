"""The command line: stages in turn, fine-tuning, and errors of one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from checkpoints import write_checkpoint
from train_rows import write_rows

from codegen_cli.convert.config import read_config
from codegen_cli.convert.export.tokenizer_files import write_fast_tokenizer
from codegen_cli.convert.vocab import read_vocab
from models.train.__main__ import main
from models.train.hf_import import import_weights

RECIPE = """
[model]
layers = 1
width = 16
heads = 4
rotary = 4
vocab = 64
context = 16
[training]
steps = 2
batch = 2
sequence = 8
learning_rate = 0.01
peak_tflops = 0.1
log_every = 1
[stage.nl]
[stage.mono]
steps = 3
scan = true
"""


def losses(folder: Path) -> list[float]:
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line)["loss"] for line in lines]


def test_each_stage_starts_from_the_last_and_is_trained_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = write_rows(tmp_path / "rows")
    (tmp_path / "r.toml").write_text(RECIPE)
    data = ["--data", f"nl={rows}", "--data", f"mono={rows}"]
    command = ["run", str(tmp_path / "r.toml"), *data, "--out", str(tmp_path / "out")]
    assert main(command) == 0
    first = losses(tmp_path / "out/nl"), losses(tmp_path / "out/mono")
    assert [len(one) for one in first] == [2, 3]
    assert "step 3/3" in capsys.readouterr().out
    assert main(command) == 0
    assert (losses(tmp_path / "out/nl"), losses(tmp_path / "out/mono")) == first
    assert "step" not in capsys.readouterr().out
    # What the second stage began with is what the first exported: training from there is the same.
    start = ["--from", str(tmp_path / "out/nl/hf")]
    changes = ["--set", "steps=3", "--set", "scan=true"]
    other = ["run", command[1], *data, "--out", str(tmp_path / "other"), *start, *changes]
    assert main(other) == 0
    assert losses(tmp_path / "other/nl") == losses(tmp_path / "out/mono")


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """Return a checkpoint with a fast tokenizer."""
    sizes: dict[str, Any] = {"n_layer": 1, "n_embd": 32, "n_head": 4, "rotary_dim": 4}
    folder = write_checkpoint(tmp_path / "hf", vocab_size=320, seed=1, n_ctx=64, **sizes)
    write_fast_tokenizer(read_vocab(folder, read_config(folder).vocab_size), folder)
    return folder


@pytest.mark.parametrize("rank", [0, 2])
def test_finetuning_on_code_lowers_the_loss_and_keeps_what_it_should(
    tmp_path: Path, checkpoint: Path, rank: int
) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code/a.py").write_text("import numpy as np\nprint(np.zeros(3))\n" * 40)
    (tmp_path / "code/b.txt").write_text("not code")
    settings = "steps=25 batch=4 accumulate=2 sequence=32 learning_rate=0.02 peak_tflops=0.1"
    changes = [part for pair in settings.split() for part in ("--set", pair)]
    data = ["--data", str(tmp_path / "code"), "--out", str(tmp_path / "out")]
    assert main(["finetune", str(checkpoint), *data, "--lora", str(rank), *changes]) == 0
    seen = losses(tmp_path / "out")
    assert seen[-1] < seen[0] - 0.5
    before, after = import_weights(checkpoint), import_weights(tmp_path / "out/hf")
    changed = jax.tree.map(lambda a, b: bool(np.any(a != b)), before, after)
    assert changed["h_0"]["fc_in"]["kernel"]
    assert changed["wte"]["embedding"] == changed["ln_f"]["scale"] == (rank == 0)
    assert (tmp_path / "out/hf/tokenizer.json").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["run", "nano", "--out", "x"], 2, "--data nl=FOLDER"),
        (["run", "nothing", "--out", "x"], 2, "350M"),
        (["run", "nano", "--out", "x", "--data", "n=x"], 2, "stages: nl, multi, mono"),
        (["run", "nano", "--out", "x", "--data", "nl=missing"], 2, "models.data"),
        (["run", "nano", "--out", "x", "--set", "sequence=4096"], 2, "context"),
        (["run", "nano", "--out", "x", "--processes", "2"], 2, "go together"),
        (["finetune", "missing", "--data", ".", "--out", "x"], 3, "no such folder"),
    ],
)
def test_an_error_is_one_line_and_an_exit_code(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    word: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == code
    shown = capsys.readouterr()
    assert word in shown.err.replace("\n", " ")
    assert shown.out == ""
    assert list(tmp_path.iterdir()) == []
