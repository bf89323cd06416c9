"""Exported GPT-J folders, as transformers loads them, against the CodeGen models they are of."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from checkpoints import write_checkpoint
from hf import distance, load, logits, random_tokens
from hf import transformers as hf

from codegen_cli.convert.export.gptj import ExportOptions, export_gptj
from codegen_cli.convert.pipeline import ConvertOptions, convert

SMALL: dict[str, Any] = {"n_layer": 2, "n_embd": 128, "n_head": 8, "rotary_dim": 8}
SHAPES: dict[str, dict[str, Any]] = {
    "350M": {"n_layer": 3, "n_embd": 512, "n_head": 8, "rotary_dim": 32},
    "2B": {"n_layer": 2, "n_embd": 640, "n_head": 8, "rotary_dim": 64},
    "6B": {"n_layer": 1, "n_embd": 1024, "n_head": 4, "rotary_dim": 64},
    "inner": {**SMALL, "n_inner": 96},
    "tied head": {**SMALL, "tie": True},
    "F16": {**SMALL, "dtype": "F16"},
    "BF16": {**SMALL, "dtype": "BF16"},
    "GPT-J already": {**SMALL, "family": "gptj"},
}


def exported(source: Path, output: Path, **options: Any) -> Path:
    export_gptj(source, output, ExportOptions(**options), lambda *_: None)
    return output


def check_equal(codegen: Any, folder: Path, bound: float = 1e-4) -> None:
    gptj, tokens = load(folder), random_tokens(48, 512)
    assert isinstance(gptj, hf.GPTJForCausalLM)
    expected = logits(codegen, tokens)
    assert expected.std() > 0.7
    measured = distance(expected, logits(gptj, tokens))
    assert measured.max <= bound and measured.kl <= bound / 100
    assert measured.argmax == 1 or bound > 1e-4


@pytest.mark.parametrize("name", SHAPES)
def test_gptj_computes_what_codegen_computes(tmp_path: Path, name: str) -> None:
    folder = write_checkpoint(tmp_path / "codegen", vocab_size=512, seed=9, **SHAPES[name])
    check_equal(load(folder), exported(folder, tmp_path / "gptj"))


@pytest.mark.parametrize(("dtype", "bound"), [("F32", 1e-4), ("F16", 0.02), ("BF16", 0.1)])
def test_other_types_round(tmp_path: Path, dtype: str, bound: float) -> None:
    folder = write_checkpoint(tmp_path / "codegen", vocab_size=512, seed=9, **SMALL)
    output = exported(folder, tmp_path / "gptj", dtype=dtype.lower())
    check_equal(load(folder), output, bound)
    config = json.loads((output / "config.json").read_text())
    widths = {"F32": ("float32", 4), "F16": ("float16", 2), "BF16": ("bfloat16", 2)}
    assert config["torch_dtype"] == widths[dtype][0]
    parameters = sum(parameter.numel() for parameter in load(output).parameters())
    size = (output / "model.safetensors").stat().st_size
    assert 0 < size - widths[dtype][1] * parameters < 10_000


def test_shards_are_whole(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "codegen", vocab_size=512, seed=9, **SMALL)
    output = exported(folder, tmp_path / "gptj", shard_bytes=300_000)
    assert len(list(output.glob("model-*-of-*.safetensors"))) > 3
    check_equal(load(folder), output)


def test_what_was_exported_converts_to_the_same_file(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "codegen", vocab_size=512, seed=9, **SMALL)
    files = []
    for source in (folder, exported(folder, tmp_path / "gptj")):
        files.append(tmp_path / f"{source.name}.gguf")
        convert(source, files[-1], ConvertOptions("F32"), lambda *_: None)
    size = 4 * sum(parameter.numel() for parameter in load(folder).parameters())
    assert files[0].read_bytes()[-size:] == files[1].read_bytes()[-size:]


def texts() -> list[str]:
    runs = "".join(f"a{' ' * n}b{chr(9) * n}" for n in range(1, 35))
    return [runs, "def f(x):\n\treturn x  # naïve 数学 🙂\n", "<|endoftext|>x", " leading", ""]


@pytest.mark.parametrize("fast_file", [True, False], ids=["tokenizer.json", "vocab.json"])
@pytest.mark.parametrize("release", [False, True], ids=["copied", "written"])
def test_its_tokenizer_is_that_of_the_source(
    tmp_path: Path, release: bool, fast_file: bool
) -> None:
    folder = write_checkpoint(tmp_path / "codegen-mono", vocab_size=512, seed=9, **SMALL)
    options, source = {}, folder
    if release:
        source, options = tmp_path / "codegen-mono.tar.gz", {"tokenizer": folder}
        with tarfile.open(source, "w:gz") as archive:
            for name in ("config.json", "model.safetensors"):
                archive.add(folder / name, f"codegen-mono/{name}")
    output = exported(source, tmp_path / "gptj", **options)
    (output / ("vocab.json" if fast_file else "tokenizer.json")).unlink()
    theirs = hf.AutoTokenizer.from_pretrained(folder)
    ours = hf.AutoTokenizer.from_pretrained(output)
    for text in texts():
        assert ours.encode(text) == theirs.encode(text)
        assert ours.decode(ours.encode(text)) == theirs.decode(theirs.encode(text))
    assert ours.eos_token_id == theirs.eos_token_id


def test_an_archive_exports_like_its_folder(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "codegen", vocab_size=512, seed=9, **SMALL)
    archive = tmp_path / "codegen.tar.gz"
    with tarfile.open(archive, "w:gz") as out:
        out.add(folder, "codegen")
    a, b = exported(folder, tmp_path / "a"), exported(archive, tmp_path / "b")
    names = {path.name for path in a.iterdir()}
    assert names == {path.name for path in b.iterdir()}
    assert all((a / name).read_bytes() == (b / name).read_bytes() for name in names)


def test_ctranslate2_computes_it_too(tmp_path: Path) -> None:
    ctranslate2 = pytest.importorskip("ctranslate2")
    folder = write_checkpoint(tmp_path / "codegen", vocab_size=512, seed=9, **SHAPES["350M"])
    output = exported(folder, tmp_path / "gptj", pad_tokens=True)
    converter = ctranslate2.converters.TransformersConverter(str(output))
    engine = ctranslate2.Generator(converter.convert(str(tmp_path / "ct2")), device="cpu")
    tokenizer, tokens = hf.AutoTokenizer.from_pretrained(output), random_tokens(40, 400)
    theirs = np.array(engine.forward_batch([tokenizer.convert_ids_to_tokens(tokens)]))[0]
    measured = distance(logits(load(folder), tokens), theirs)
    assert measured.max < 1e-4 and measured.argmax == 1


def test_padding_changes_no_text(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "codegen", vocab_size=512, seed=9, **SMALL)
    output = exported(folder, tmp_path / "gptj", pad_tokens=True)
    theirs, ours = (hf.AutoTokenizer.from_pretrained(path) for path in (folder, output))
    assert len(ours) == 512 > len(theirs)
    for text in texts():
        assert ours.encode(text) == theirs.encode(text)


@pytest.mark.parametrize(("dtype", "bound"), [("F32", 1e-4), ("F16", 0.02), ("BF16", 0.1)])
@pytest.mark.parametrize("family", ["codegen", "gptj"])
def test_our_unquantized_files_export_too(
    tmp_path: Path, family: str, dtype: str, bound: float
) -> None:
    folder = write_checkpoint(tmp_path / "source", vocab_size=512, seed=9, **SMALL, family=family)
    gguf = tmp_path / "m.gguf"
    convert(folder, gguf, ConvertOptions(dtype), lambda *_: None)
    output = exported(gguf, tmp_path / "gptj")
    check_equal(load(folder), output, bound)
    theirs, ours = (hf.AutoTokenizer.from_pretrained(path) for path in (folder, output))
    for text in texts():
        assert ours.encode(text) == theirs.encode(text)
