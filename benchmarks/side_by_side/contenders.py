"""Who takes part, with which file, at which workloads."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass

_ALL = ("prefill", "decode", "batch", "samples", "turn", "return", "memory")
_RAW = ("prefill", "decode", "batch", "turn", "return", "memory")
_ONE_AT_A_TIME = ("prefill", "decode", "samples", "turn", "return", "memory")
_PLAIN = ("prefill", "decode", "batch")


@dataclass(frozen=True)
class Contender:
    """A way to run the model: the module that does it, and the package it needs."""

    name: str
    module: str
    format: str
    package: str
    workloads: tuple[str, ...]


CONTENDERS = (
    Contender("codegen Q8_0", "ours", "Q8_0", "llama_cpp", _ALL),
    Contender("raw llama.cpp Q8_0", "raw", "Q8_0", "llama_cpp", _RAW),
    Contender("Llama class Q8_0", "high_level", "Q8_0", "llama_cpp", _ONE_AT_A_TIME),
    Contender("codegen Q4_K_M", "ours", "Q4_K_M", "llama_cpp", _ALL),
    Contender("raw llama.cpp Q4_K_M", "raw", "Q4_K_M", "llama_cpp", _RAW),
    Contender("Llama class Q4_K_M", "high_level", "Q4_K_M", "llama_cpp", _ONE_AT_A_TIME),
    Contender("CTranslate2 int8", "ctranslate", "int8", "ctranslate2", _PLAIN),
    Contender("transformers fp32", "hugging_face", "checkpoint", "transformers", _PLAIN),
)

#: What else the packages above cannot do without here.
_ALSO = {"ctranslate2": ("torch", "transformers"), "transformers": ("torch",)}


def missing(contender: Contender) -> str:
    """Return the name of a package that the contender lacks, or nothing."""
    needed = (contender.package, *_ALSO.get(contender.package, ()))
    return next((name for name in needed if importlib.util.find_spec(name) is None), "")
