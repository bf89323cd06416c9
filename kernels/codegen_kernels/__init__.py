"""Find the kernels, check that they fit the llama.cpp that is here, load them into it."""

from codegen_kernels.loading import Kernels, NotLoaded, library_path, load

__all__ = ["Kernels", "NotLoaded", "library_path", "load"]
