"""Load a Hugging Face folder: local files only, never code from the folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen_cli.engine.hf.device import dtype_name
from codegen_cli.engine.hf.packages import torch_and_transformers
from codegen_cli.engine.hf.vocabulary import HFVocabulary
from codegen_cli.engine.records import ModelInfo
from codegen_cli.errors import CodegenError, ModelError
from codegen_cli.registry.weights import weight_files

#: The folder's own code never runs, nothing is fetched, nothing is unpickled.
_SAFE = {"trust_remote_code": False, "local_files_only": True}

#: Files by which transformers would load weights from somewhere else than `weight_files` says.
_ELSEWHERE = ("adapter_config.json", ".metadata", "shard-*.safetensors")

#: Names that configurations have for the longest text; without any (ALiBi) a text has no limit.
_CONTEXT_NAMES = ("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len", "seq_length")
_NO_LIMIT = 2048


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model in memory with its tokenizer and what it says of itself."""

    model: Any
    vocabulary: HFVocabulary
    info: ModelInfo


def load_folder(folder: Path, device: Any, *, exact: bool) -> Loaded:
    """Load a causal language model.

    On a GPU it computes with the numbers of its files, elsewhere and with `exact` in float32.

    Raises:
        ModelError: the folder is incomplete, damaged, hostile, or needs code of its own.
    """
    torch, transformers = torch_and_transformers()
    for pattern in _ELSEWHERE:
        for found in folder.glob(pattern):
            raise ModelError(f'"{found}" is not supported', "give a folder of plain weights")
    files = weight_files(folder)
    with _loading(folder):
        stored = _stored_dtype(files[0])
        config = transformers.AutoConfig.from_pretrained(folder, **_SAFE)
        if getattr(config, "transformers_weights", None) or hasattr(config, "quantization_config"):
            raise ModelError(f'"{folder}" has quantized or renamed weights', "give plain weights")
        model, report = transformers.AutoModelForCausalLM.from_pretrained(
            folder,
            config=config,
            dtype=torch.float32 if exact or device.type == "cpu" else stored,
            weights_only=True,
            # The one implementation that every architecture has.
            attn_implementation="eager",
            output_loading_info=True,
            **_SAFE,
        )
        _check_complete(folder, report)
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, **_SAFE)
        model = model.to(device).eval()
    vocabulary = HFVocabulary(tokenizer, _ends(model, tokenizer), int(config.vocab_size))
    return Loaded(model, vocabulary, _info(folder, files, model, dtype_name(stored)))


@contextmanager
def _loading(folder: Path) -> Iterator[None]:
    """Turn whatever transformers raises on a bad folder into one ModelError."""
    try:
        yield
    except (CodegenError, MemoryError):
        raise
    except Exception as error:
        lines = str(error).strip().splitlines() or [""]
        raise ModelError(
            f'transformers cannot load "{folder}": {type(error).__name__}: {lines[0][:200]}',
            "is it a complete folder of a causal language model that needs no code of its own?",
        ) from error


def _check_complete(folder: Path, report: dict[str, Any]) -> None:
    """Refuse weights that transformers would make up: it only warns about them."""
    wrong = sorted(map(str, report.get("missing_keys") or report.get("mismatched_keys") or ()))
    if wrong:
        raise ModelError(
            f'"{folder}" lacks {len(wrong)} tensors of its architecture, such as {wrong[0]}',
            "download the folder again",
        )


def _stored_dtype(file: Path) -> Any:
    """Return the type of the first floating-point tensor in a weights file."""
    torch, _ = torch_and_transformers()
    if file.suffix == ".safetensors":
        from safetensors import safe_open

        with safe_open(file, framework="pt") as tensors:
            found = (tensors.get_tensor(name).dtype for name in tensors.keys())  # noqa: SIM118
            return next((dtype for dtype in found if dtype.is_floating_point), torch.float32)
    state = torch.load(file, map_location="meta", weights_only=True)
    tensors = (value for value in state.values() if hasattr(value, "dtype"))
    return next((t.dtype for t in tensors if t.dtype.is_floating_point), torch.float32)


def _ends(model: Any, tokenizer: Any) -> set[int]:
    ends: list[int] = []
    for owner in (model.config, model.generation_config, tokenizer):
        own = getattr(owner, "eos_token_id", None)
        ends += own if isinstance(own, list) else [] if own is None else [own]
    return set(ends)


def _info(folder: Path, files: list[Path], model: Any, file_type: str) -> ModelInfo:
    config = model.config
    contexts = (getattr(config, name, None) for name in _CONTEXT_NAMES)
    return ModelInfo(
        name=folder.resolve().name,
        path=str(folder),
        family=str(config.model_type),
        file_type=file_type,
        size=sum(file.stat().st_size for file in files),
        parameters=int(model.num_parameters()),
        n_vocab=int(config.vocab_size),
        n_ctx_train=next((int(size) for size in contexts if size), _NO_LIMIT),
        n_layer=int(config.num_hidden_layers),
    )
