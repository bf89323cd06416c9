"""Settings records; every default of the product stands here, once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

#: The paper's program prefix (salesforce/CodeGen, `codegen1/benchmark/mtpb_sample.py`).
PROGRAM_PREFIX = "# Import libraries.\n\nimport numpy as np\n\n"

#: The name of the model that ships inside the package.
DEFAULT_MODEL = "nano"

#: The type that `codegen convert` writes: nearly nothing lost at half the size of F16.
DEFAULT_FILE_TYPE = "Q8_0"


#: Tokens of the KV cache that the samples of an evaluation share: some 25 answers of 300 tokens.
EVALUATION_CACHE = 8192

#: What computes: llama.cpp on a GGUF file, or transformers on a Hugging Face folder.
EngineName = Literal["llama.cpp", "transformers"]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are chosen: the paper's defaults (temperature 0.2, nucleus 0.95, 128 tokens).

    A temperature of 0 is greedy decoding. `top_k` 0, `min_p` 0 and `repeat_penalty` 1 are off.
    The seed is fixed by default, so the same steps give the same program twice. `stop` are texts
    that end a turn besides the paper's rules; they are not part of it.
    """

    temperature: float = 0.2
    top_p: float = 0.95
    top_k: int = 0
    min_p: float = 0.0
    repeat_penalty: float = 1.0
    max_tokens: int = 128
    seed: int = 42
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lora:
    """An adapter file to add to a model, and how much of it: 1 is what it was trained for."""

    path: Path
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """How wide a search across turns is: at most `beam` programs alive, `continuations` of each."""

    beam: int = 1
    continuations: int = 1

    @property
    def width(self) -> int:
        """Return how many continuations a turn writes at most, for each case."""
        return self.beam * self.continuations


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How a model is loaded.

    `gpu_layers` is "auto", "all" or a number; `threads` None means one a physical core, but one for
    a tiny model; `ctx` None means the context the model was trained with (tokens). `kv_tokens` is
    the size of the KV cache when it should hold more than one context. `strict` decodes each answer
    alone, so that not even rounding depends on what else is in a batch. `exact` computes attention
    in 32 bits. `flash` is flash attention; None means where it pays. `main_gpu` is the only GPU to
    use, by number; `tensor_split` is the share of the layers that each GPU gets. `lora` are
    adapters that are added to the weights. `engine` is what computes.
    """

    gpu_layers: str = "auto"
    threads: int | None = None
    ctx: int | None = None
    verbose: bool = False
    kv_tokens: int | None = None
    strict: bool = False
    exact: bool = False
    flash: bool | None = None
    main_gpu: int | None = None
    tensor_split: tuple[float, ...] = ()
    lora: tuple[Lora, ...] = ()
    engine: EngineName = "llama.cpp"
