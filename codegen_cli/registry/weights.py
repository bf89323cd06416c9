"""The files of a Hugging Face folder that hold its weights."""

from __future__ import annotations

import json
from pathlib import Path

from codegen_cli.errors import ModelError, ModelNotFound

#: In the order in which transformers looks for them, and `convert` too (a test compares).
SINGLE_OR_INDEX = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
_MOST_INDEX_BYTES = 16 << 20
_AGAIN = "download the folder again"


def find_folder(name: str) -> Path:
    """Return the folder of a Hugging Face model.

    Raises:
        ModelNotFound: it is not a folder with a config.json.
    """
    folder = Path(name).expanduser()
    if (folder / "config.json").is_file():
        return folder
    if folder.is_dir():
        problem = f'no config.json in "{folder}"'
    elif folder.is_file():
        problem = f'"{folder}" is a file, not a Hugging Face folder'
    else:
        problem = f'no such folder: "{folder}"'
    raise ModelNotFound(
        problem,
        "give the folder of a Hugging Face model; `hf download NAME --local-dir DIR` gets one",
    )


def weight_files(folder: Path) -> list[Path]:
    """Return the files with the weights, sorted by name: one, or the shards that an index lists.

    Raises:
        ModelError: there are none, one is missing, or the index leads out of the folder.
    """
    for name in SINGLE_OR_INDEX:
        path = folder / name
        if path.is_file():
            files = _shards(path) if path.suffix == ".json" else [path]
            for file in files:
                if not file.is_file():
                    raise ModelError(f'"{path}" lists {file.name}, which is missing', _AGAIN)
            return files
    raise ModelError(
        f'no weights in "{folder}"', "transformers reads model.safetensors and pytorch_model.bin"
    )


def _shards(index: Path) -> list[Path]:
    try:
        if index.stat().st_size > _MOST_INDEX_BYTES:
            raise ValueError("too large")
        names = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
        if not names or any(Path(name).name != name for name in names):
            raise ValueError("names that are not files of this folder")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(f'"{index}" is no list of weight files: {error}', _AGAIN) from error
    return sorted(index.parent / name for name in names)
