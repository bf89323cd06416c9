"""Computed sizes beside the sizes of files that were really written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from checkpoints import shared
from sparse import write_sparse

from codegen_cli.convert import size as sizes
from codegen_cli.convert.config import CodeGenConfig, read_config
from codegen_cli.convert.pipeline import ConvertOptions, convert
from codegen_cli.convert.size import file_bytes, recipe_config, run_bytes
from codegen_cli.convert.types import FILE_TYPES
from codegen_cli.engine.context import BATCH_TOKENS
from codegen_cli.engine.gguf import GGUFFile, read_gguf
from codegen_cli.engine.memory_need import memory_need
from codegen_cli.registry.recipes import find_recipe, recipes


def written(folder: Path, file_type: str, tokenizer: Path | None = None) -> GGUFFile:
    path = folder / f"{file_type}.gguf"
    options = ConvertOptions(file_type, tokenizer=tokenizer, threads=2, verify=False)
    convert(folder, path, options, lambda *_: None)
    return read_gguf(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shape = {"n_layer": 9, "n_embd": 256, "n_head": 4, "rotary_dim": 32, "vocab_size": 512}
    return write_sparse(tmp_path_factory.mktemp("sizes") / "it", **shape)


@pytest.mark.parametrize("file_type", FILE_TYPES)
def test_the_tensors_of_every_type_take_what_was_computed(folder: Path, file_type: str) -> None:
    config, file = read_config(folder), written(folder, file_type)
    data = file.size - file.data_offset
    assert file_bytes(config, file_type) - sizes._HEADER_BYTES == data
    for cells in (256, 2048):
        need = memory_need(file, cells, BATCH_TOKENS).total
        assert run_bytes(config, file_type, cells) == need


@pytest.fixture
def released(tmp_path: Path) -> Iterator[Path]:
    """Yield a folder with 350M's shape and the vocabulary of all CodeGen models."""
    tokenizer = shared("data/gpt2_tokenizer")
    if tokenizer is None:
        pytest.skip("GPT-2's tokenizer is not there")
    shape = {"n_layer": 20, "n_embd": 1024, "n_head": 16, "rotary_dim": 32, "vocab_size": 51200}
    yield write_sparse(tmp_path / "350M", **shape)
    for path in tmp_path.rglob("*.gguf"):
        path.unlink()


@pytest.mark.parametrize("file_type", ["Q4_K_M", "Q8_0", "F16"])
def test_a_whole_file_of_a_released_shape_is_within_64_kib(released: Path, file_type: str) -> None:
    recipe = find_recipe("350M-mono")
    assert recipe is not None
    config = recipe_config(recipe)
    file = written(released, file_type, shared("data/gpt2_tokenizer"))
    assert abs(file_bytes(config, file_type) - file.size) < 64 << 10


def test_recipes_count_weights_as_the_tensor_map_does() -> None:
    from codegen_cli.convert.names import target_tensors
    from codegen_cli.convert.plan import plan_tensors

    for recipe in recipes():
        config = recipe_config(recipe)
        plan = plan_tensors(config.n_layer, target_tensors(config), "F16", None)
        trained = sum(tensor.elements for tensor in plan if tensor.target.sources)
        assert recipe.parameters == trained


def test_a_checkpoint_of_the_shape_has_the_recipes_configuration(released: Path) -> None:
    recipe = find_recipe("350M-nl")
    assert recipe is not None
    config = recipe_config(recipe)
    read = read_config(released)
    names = ("n_layer", "n_embd", "n_head", "n_inner", "n_ctx", "rotary_dim", "vocab_size")
    assert isinstance(config, CodeGenConfig)
    assert [getattr(config, name) for name in names] == [getattr(read, name) for name in names]
