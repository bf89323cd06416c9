"""A conversion that went wrong ends with CheckFailed and leaves no file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from checkpoints import shared, write_checkpoint
from numpy.typing import NDArray

from codegen_cli.convert import header, pipeline, relayout, verify
from codegen_cli.convert.config import CodeGenConfig
from codegen_cli.convert.pipeline import ConvertOptions, convert
from codegen_cli.convert.relayout import qkv_rows
from codegen_cli.convert.types import FILE_TYPES
from codegen_cli.convert.vocab import Vocab
from codegen_cli.errors import CheckFailed, CheckpointError

Rows = Callable[[CodeGenConfig], NDArray[np.intp]]


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    return write_checkpoint(
        tmp_path / "checkpoint",
        n_layer=2,
        n_embd=256,
        n_head=4,
        rotary_dim=32,
        vocab_size=512,
        seed=1,
    )


def check_refused(checkpoint: Path, file_type: str, match: str) -> None:
    folder = checkpoint.parent / "out"
    folder.mkdir()
    with pytest.raises(CheckFailed, match=match):
        convert(checkpoint, folder / "m.gguf", ConvertOptions(file_type), lambda *_: None)
    assert list(folder.iterdir()) == []


def unpermuted(config: CodeGenConfig) -> NDArray[np.intp]:
    return np.arange(3 * config.n_embd)


def value_for_key(config: CodeGenConfig) -> NDArray[np.intp]:
    query, key, value = np.split(qkv_rows(config), 3)
    return np.concatenate([query, value, key])


def interleaved(config: CodeGenConfig) -> NDArray[np.intp]:
    """Leave out the change from interleaved pairs to halves: all rotary rows in place."""
    rows = qkv_rows(config).reshape(3, config.n_head, -1)
    rows[:2] = np.sort(rows[:2], axis=-1)
    return rows.reshape(-1)


def heads_of_one_core(config: CodeGenConfig) -> NDArray[np.intp]:
    """Split q, v and k once instead of once a core, as a GPT-J converter would."""
    query, value, key = np.split(np.arange(3 * config.n_embd), 3)
    return np.concatenate([query, key, value])


@pytest.mark.parametrize("file_type", FILE_TYPES)
def test_the_right_order_passes_in_every_type(checkpoint: Path, file_type: str) -> None:
    output = checkpoint.parent / "m.gguf"
    report = convert(checkpoint, output, ConvertOptions(file_type), lambda *_: None)
    assert report.verification is not None and output.is_file()


@pytest.mark.parametrize("file_type", FILE_TYPES)
@pytest.mark.parametrize("rows", [unpermuted, value_for_key, heads_of_one_core, interleaved])
def test_a_wrong_row_order_is_refused_in_every_type(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch, rows: Rows, file_type: str
) -> None:
    monkeypatch.setattr(relayout, "qkv_rows", rows)
    check_refused(checkpoint, file_type, "qkv rows of layer")


@pytest.mark.parametrize("rows", [unpermuted, value_for_key, heads_of_one_core, interleaved])
def test_the_logits_alone_show_a_wrong_row_order(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch, rows: Rows
) -> None:
    monkeypatch.setattr(relayout, "qkv_rows", rows)
    monkeypatch.setattr(verify, "check_rows", lambda *_: None)
    check_refused(checkpoint, "Q8_0", "differs from the checkpoint")


@pytest.mark.parametrize(
    "change",
    [
        {"rotary_dim": 64},
        {"layer_norm_epsilon": 0.5},
    ],
)
def test_wrong_metadata_is_refused(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    real = header._add_metadata
    monkeypatch.setattr(
        header,
        "_add_metadata",
        lambda writer, config, *rest: real(writer, replace(config, **change), *rest),
    )
    check_refused(checkpoint, "F16", "differs from the checkpoint")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda vocab: replace(vocab, merges=vocab.merges[::-1]),
        lambda vocab: replace(vocab, merges=vocab.merges[:-20]),
        lambda vocab: replace(
            vocab, tokens=(*vocab.tokens[1:256], vocab.tokens[0], *vocab.tokens[256:])
        ),
    ],
    ids=["merges reversed", "merges cut short", "ids shifted"],
)
def test_a_wrong_vocabulary_is_refused(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Vocab], Vocab]
) -> None:
    real = pipeline.gguf_header

    def spoiled(config: CodeGenConfig, vocab: Vocab, *rest: Any) -> bytes:
        return real(config, spoil(vocab), *rest)

    monkeypatch.setattr(pipeline, "gguf_header", spoiled)
    check_refused(checkpoint, "F16", "tokenizes|give .* back")


def test_merges_of_another_tokenizer_are_refused_without_verification_too(
    checkpoint: Path,
) -> None:
    merges = checkpoint / "merges.txt"
    merges.write_text(merges.read_text(encoding="utf-8") + "m p\nmp o\nĠ y\n", encoding="utf-8")
    folder = checkpoint.parent / "out"
    folder.mkdir()
    options = ConvertOptions("F16", verify=False)
    with pytest.raises(CheckpointError, match="merge 'm p'"):
        convert(checkpoint, folder / "m.gguf", options, lambda *_: None)
    assert list(folder.iterdir()) == []


def test_what_a_model_foretells_is_told_from_chance() -> None:
    even = np.zeros((4, 8), np.float32)
    assert verify.surprise(even, [1, 2, 3, 4]) == pytest.approx(1)
    sure = np.zeros((4, 8), np.float32)
    sure[np.arange(3), [2, 3, 4]] = 50
    assert verify.surprise(sure, [1, 2, 3, 4]) == pytest.approx(0, abs=1e-6)
    assert verify.surprise(even[:1], [1]) == 0


def test_an_untrained_checkpoint_is_said_to_be_one(checkpoint: Path) -> None:
    report = convert(
        checkpoint, checkpoint.parent / "m.gguf", ConvertOptions("F16"), lambda *_: None
    )
    assert report.verification is not None and report.verification.surprise > 0.75
    assert len(report.warnings) == 1 and "hardly better than chance" in report.warnings[0]


def test_a_trained_checkpoint_is_not(tmp_path: Path) -> None:
    nano = shared("checkpoints/nano")
    if nano is None:
        pytest.skip("the optional folder shared/checkpoints/nano is absent")
    report = convert(nano, tmp_path / "m.gguf", ConvertOptions("F16"), lambda *_: None)
    assert report.verification is not None and report.verification.surprise < 0.45
    assert report.warnings == ()
