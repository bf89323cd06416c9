"""What may be wrong with a Hugging Face folder: one line for each, and no code of it ever runs."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
from checkpoints import write_tokenizer
from hf import torch, transformers
from hf_folders import PROMPTS, VOCAB, complete_all, open_folder, write_model

from codegen_cli.engine.base import Prompt
from codegen_cli.errors import CodegenError, ModelError, ModelNotFound
from codegen_cli.program import NoStop
from codegen_cli.registry.fingerprint import model_sha256
from codegen_cli.registry.weights import find_folder, weight_files
from codegen_cli.settings import Sampling

GREEDY = Sampling(temperature=0, max_tokens=8)


def answer(folder: Path) -> tuple[int, ...]:
    with open_folder(folder) as engine:
        return complete_all(engine, [Prompt(PROMPTS[0], GREEDY, NoStop())])[0].tokens


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_model(tmp_path / "model", "gpt_neo")


def edit(folder: Path, **values: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def as_torch_file(folder: Path) -> Path:
    """Turn model.safetensors into pytorch_model.bin."""
    from safetensors.torch import load_file

    source = folder / "model.safetensors"
    torch.save(load_file(source), folder / "pytorch_model.bin")
    source.unlink()
    return folder / "pytorch_model.bin"


def test_torch_files_are_read_too(folder: Path) -> None:
    expected = answer(folder)
    file = as_torch_file(folder)
    assert answer(folder) == expected and weight_files(folder) == [file]


def test_shards_are_read_and_have_one_hash(folder: Path, tmp_path: Path) -> None:
    expected = answer(folder)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder)
    model.save_pretrained(folder, max_shard_size="100KB")
    (folder / "model.safetensors").unlink()
    files = weight_files(folder)
    assert len(files) > 1 and answer(folder) == expected
    whole = model_sha256(folder)
    assert len(whole) == 64 and whole not in {model_sha256(file) for file in files}
    data = files[1].read_bytes()
    files[1].write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert model_sha256(folder) != whole
    files[1].unlink()
    with pytest.raises(ModelError, match="is missing"):
        open_folder(folder)


def test_one_weights_file_has_its_own_hash(folder: Path) -> None:
    assert model_sha256(folder) == model_sha256(folder / "model.safetensors")


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_the_type_of_the_files_is_said(folder: Path, dtype: str) -> None:
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=dtype)
    model.save_pretrained(folder)
    with open_folder(folder) as engine:
        assert engine.info.file_type == {"float16": "F16", "bfloat16": "BF16"}[dtype]
        assert "computing in F32" in engine.placement


class _Bomb:
    """An object whose pickle makes a file when it is loaded."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return open, (str(self.target), "w")


def test_pickled_code_never_runs(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "exploded"
    file = as_torch_file(folder)
    torch.save({"transformer.wte.weight": _Bomb(target)}, file)
    with pytest.raises(ModelError, match="cannot load"):
        open_folder(folder)
    file.write_bytes(pickle.dumps(_Bomb(target)))
    with pytest.raises(ModelError, match="cannot load"):
        open_folder(folder)
    assert not target.exists()


@pytest.mark.parametrize("known", [True, False], ids=["known type", "own type"])
def test_code_of_the_folder_never_runs(folder: Path, tmp_path: Path, known: bool) -> None:
    target = tmp_path / "exploded"
    (folder / "own.py").write_text(f"open({str(target)!r}, 'w')\n")
    names = {"AutoConfig": "own.Config", "AutoModelForCausalLM": "own.Model"}
    edit(folder, auto_map=names, **({} if known else {"model_type": "own"}))
    tokenizer = folder / "tokenizer_config.json"
    tokenizer.write_text(
        json.dumps(
            json.loads(tokenizer.read_text()) | {"auto_map": {"AutoTokenizer": ["own.T", "own.T"]}}
        )
    )
    if known:
        assert answer(folder)
    else:
        with pytest.raises(ModelError, match="cannot load"):
            open_folder(folder)
    assert not target.exists()


def test_missing_tensors_are_not_made_up(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    path = folder / "model.safetensors"
    tensors = load_file(path)
    del tensors["transformer.h.1.mlp.c_fc.weight"]
    save_file(tensors, path, metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"lacks 1 tensors .*h\.1\.mlp\.c_fc\.weight"):
        open_folder(folder)


def test_shapes_that_the_config_does_not_promise_are_refused(folder: Path) -> None:
    edit(folder, max_position_embeddings=128)
    with pytest.raises(ModelError):
        open_folder(folder)


def test_weights_that_are_not_numbers_are_named(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    path = folder / "model.safetensors"
    tensors = load_file(path)
    tensors["transformer.ln_f.weight"][:] = float("nan")
    save_file(tensors, path, metadata={"format": "pt"})
    with pytest.raises(CodegenError, match="NaN logits"):
        open_folder(folder)


def test_a_damaged_file_is_one_line(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ModelError, match="cannot load"):
        open_folder(folder)


@pytest.mark.parametrize("name", ["adapter_config.json", ".metadata"])
def test_weights_from_elsewhere_are_refused(folder: Path, name: str) -> None:
    (folder / name).write_text("{}")
    with pytest.raises(ModelError, match="plain weights"):
        open_folder(folder)


def test_quantized_weights_are_refused(folder: Path) -> None:
    edit(folder, quantization_config={"quant_method": "bitsandbytes", "load_in_8bit": True})
    with pytest.raises(ModelError, match="plain weights"):
        open_folder(folder)


def test_an_index_cannot_lead_out_of_the_folder(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder.parent / "model.safetensors")
    index = {"weight_map": {"transformer.wte.weight": "../model.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(ModelError, match="is no list of weight files"):
        open_folder(folder)


def test_what_is_no_folder_is_named(tmp_path: Path, folder: Path) -> None:
    for path in (tmp_path / "absent", tmp_path, folder / "config.json"):
        with pytest.raises(ModelNotFound, match=str(path)):
            find_folder(str(path))
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="no weights"):
        weight_files(folder)


def test_the_tokenizer_of_a_larger_model_is_refused(folder: Path) -> None:
    write_tokenizer(folder, VOCAB + 20)
    with open_folder(folder) as engine, pytest.raises(ModelError, match="another model"):
        engine.count("\t\t")
