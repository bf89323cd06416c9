"""Read and validate GGUF files before llama.cpp sees them; the standard library is enough."""

from __future__ import annotations

from codegen_cli.engine.gguf.adapter import check_adapter
from codegen_cli.engine.gguf.array import Array
from codegen_cli.engine.gguf.check import check_codegen
from codegen_cli.engine.gguf.file import GGUFFile, TensorInfo
from codegen_cli.engine.gguf.reader import read_gguf

__all__ = ["Array", "GGUFFile", "TensorInfo", "check_adapter", "check_codegen", "read_gguf"]
