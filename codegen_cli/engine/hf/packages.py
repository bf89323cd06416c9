"""Import torch and transformers, which are optional, and keep them quiet."""

from __future__ import annotations

import functools
from typing import Any

from codegen_cli.errors import CodegenError


@functools.cache
def torch_and_transformers() -> tuple[Any, Any]:
    """Return the two modules (the import costs seconds).

    Raises:
        CodegenError: one of them is not installed.
    """
    try:
        import safetensors  # noqa: F401
        import torch
        import transformers
    except ImportError as error:
        raise CodegenError(
            f"--engine transformers needs {error.name}", "pip install 'codegen-cli[hf]'"
        ) from error
    # Its warnings are about training and its bars about files; what matters is raised below.
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    return torch, transformers
