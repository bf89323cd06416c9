"""The shape of a Jaxformer run, from its configuration.

Source: salesforce/jaxformer `config/*.json`, `run/trainer.py` and `hf/convert.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from codegen_cli.convert.config import CodeGenConfig, check_sizes
from codegen_cli.convert.config_values import size_of
from codegen_cli.convert.json_file import read_json
from codegen_cli.convert.qkv import CODEGEN_TENSORS, QkvLayout
from codegen_cli.errors import CheckpointError

#: Cores that share each matrix, by the TPU's version.
_CORES = {3: 8, 4: 4}

_ADVICE = "give the run's configuration (its config/NAME.json) with --config"


def read_run_config(folder: Path, given: Path | None, cores: int | None) -> CodeGenConfig:
    """Read the shape of a run; `cores` says otherwise than `tpu_version` does.

    Raises:
        CheckpointError: no configuration is there, or it has no CodeGen shape.
    """
    path = given or _find_config(folder)
    raw = _as_codegen(read_json(path), path, cores)
    config = CodeGenConfig(
        n_layer=raw["n_layer"],
        n_embd=raw["n_embd"],
        n_head=raw["n_head"],
        n_inner=raw["n_inner"],
        n_ctx=raw["n_positions"],
        rotary_dim=raw["rotary_dim"],
        vocab_size=raw["vocab_size"],
        layer_norm_epsilon=raw["layer_norm_epsilon"],
        tie_word_embeddings=False,
        qkv=QkvLayout(CODEGEN_TENSORS, groups=raw["mp_num"], order="qvk"),
        raw=raw,
    )
    check_sizes(config)
    return config


def _as_codegen(run: dict[str, Any], path: Path, cores: int | None) -> dict[str, Any]:
    """Return a run's configuration in the words of transformers' CodeGen."""

    def size(key: str) -> int:
        return size_of(run, f"model_{key}", what=path.name, hint=_ADVICE)

    cores = cores or run.get("tpu_cores") or _CORES.get(run.get("tpu_version", 3))
    if type(cores) is not int or cores < 1:
        raise CheckpointError(f"{path.name}: tpu_version is not 3 or 4", "give --cores 8 or 4")
    if size("head_dim") * size("heads") != size("dim"):
        raise CheckpointError(
            f"{path.name}: {size('heads')} heads of {size('head_dim')} are not as wide as "
            f"model_dim {size('dim')}",
            "CodeGen's heads are",
        )
    return {
        "model_type": "codegen",
        "activation_function": "gelu_new",
        "layer_norm_epsilon": 1e-5,
        "n_layer": size("layers"),
        "n_embd": size("dim"),
        "n_head": size("heads"),
        "n_inner": 4 * size("dim"),
        "n_positions": size("seq_len"),
        "rotary_dim": size("pe_rotary_dims"),
        "vocab_size": size("vocab_size"),
        "mp_num": cores,
        "_name_or_path": Path(str(run.get("ckpt_dir") or run.get("wandb_name") or path.stem)).name,
    }


def _find_config(folder: Path) -> Path:
    found = [folder / "config.json"] if (folder / "config.json").is_file() else []
    found = found or sorted((folder / "config").glob("*.json"))
    if len(found) != 1:
        raise CheckpointError(
            f"{folder} is a TPU checkpoint with {len(found) or 'no'} run configurations", _ADVICE
        )
    return found[0]
