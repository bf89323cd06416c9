"""Check that a GGUF file is a CodeGen model which llama.cpp's graphs accept.

llama.cpp answers many wrong values with an abort of the whole process, not with an error. Each
check here stands before one of those, or before one of its clean refusals, which name no file.
Facts: `src/llama-model.cpp`, `src/models/phi2.cpp`, `src/models/llama.cpp`,
`src/llama-vocab.cpp` and `src/llama-model-loader.cpp` as in llama-cpp-python 0.3.36.
"""

from __future__ import annotations

from codegen_cli.engine.gguf.architecture import ARCHITECTURES
from codegen_cli.engine.gguf.file import GGUFFile
from codegen_cli.engine.gguf.hyperparameters import read_hyperparameters
from codegen_cli.engine.gguf.keys import check_keys
from codegen_cli.engine.gguf.refusal import CONVERT, refuse, show
from codegen_cli.engine.gguf.tensor_set import check_tensor_set
from codegen_cli.engine.gguf.tokenizer import check_tokenizer


def check_codegen(file: GGUFFile) -> None:
    """Refuse a file that is no CodeGen model.

    Raises:
        InvalidGGUF: with the first thing that is wrong.
    """
    _check_architecture(file)
    check_keys(file)
    sizes = read_hyperparameters(file)
    n_vocab = check_tokenizer(file)
    check_tensor_set(file, sizes, n_vocab)


def _check_architecture(file: GGUFFile) -> None:
    found = file.metadata.get("general.architecture")
    kind = file.metadata.get("general.type", "model")
    if kind != "model":
        shown = show(kind) if isinstance(kind, str) else file.kinds["general.type"]
        hint = "give its model with --model, and it with --lora" if kind == "adapter" else CONVERT
        raise refuse(file.path, f"is no model: its general.type is {shown}", hint)
    if isinstance(found, str):
        if found in ARCHITECTURES:
            return
        known = " or ".join(map(repr, ARCHITECTURES))
        wrong = f"holds a model of architecture {show(found)}, not CodeGen ({known})"
    else:
        wrong = "names no architecture, so it is no model"
    raise refuse(file.path, wrong, CONVERT)
