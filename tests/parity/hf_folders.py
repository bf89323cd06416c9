"""Small random models of the architectures that the paper compares, as folders on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from checkpoints import write_checkpoint, write_tokenizer
from hf import torch, transformers

from codegen_cli.engine.base import Prompt
from codegen_cli.engine.records import Chunk, Completion
from codegen_cli.engine.transformers_engine import TransformersEngine
from codegen_cli.settings import EngineSettings

ARCHITECTURES = ("gpt_neo", "gptj", "codegen")
VOCAB = 400
CONTEXT = 256

#: Four prompts of different lengths, so that a batch of them needs padding.
PROMPTS = (
    "def f(x):\n    return",
    "# 数学 🙂\n\t\timport numpy as np\n\n# Sort the list in descending order.\n",
    "print('a')\n",
    "x",
)


def write_model(folder: Path, architecture: str, seed: int = 3) -> Path:
    """Write a model with weights large enough that every part of it shows in the logits."""
    if architecture == "codegen":
        shape = {"n_layer": 2, "n_embd": 128, "n_head": 4, "rotary_dim": 16, "n_ctx": CONTEXT}
        return write_checkpoint(folder, **shape, vocab_size=VOCAB, seed=seed, scale=4)
    write_tokenizer(folder_of(folder), VOCAB)
    torch.manual_seed(seed)
    model = transformers.AutoModelForCausalLM.from_config(_config(architecture))
    model.save_pretrained(folder)
    return folder


def folder_of(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _config(architecture: str) -> Any:
    end = VOCAB - 39
    common = {"vocab_size": VOCAB, "bos_token_id": end, "eos_token_id": end}
    if architecture == "gptj":
        return transformers.GPTJConfig(
            **common, n_positions=CONTEXT, n_embd=64, n_layer=2, n_head=4, rotary_dim=8,
            initializer_range=0.3,
        )  # fmt: skip
    # The window is shorter than the prompts, so that local attention shows.
    return transformers.GPTNeoConfig(
        **common, max_position_embeddings=CONTEXT, hidden_size=64, num_layers=2, num_heads=4,
        attention_types=[[["global", "local"], 1]], window_size=8, initializer_range=0.3,
    )  # fmt: skip


def open_folder(folder: Path, **settings: Any) -> TransformersEngine:
    return TransformersEngine(folder, EngineSettings(gpu_layers="0", threads=1, **settings))


def complete_all(engine: Any, prompts: list[Prompt], should_stop: Any = None) -> list[Completion]:
    """Return the completions of prompts, in order, all in one call."""
    options = {} if should_stop is None else {"should_stop": should_stop}
    done: dict[int, Completion] = {}
    for number, item in engine.generate_many(prompts, **options):
        assert number not in done
        if not isinstance(item, Chunk):
            done[number] = item
    return [done[number] for number in sorted(done)]
