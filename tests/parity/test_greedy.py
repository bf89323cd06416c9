"""Greedy continuations of the engine against transformers' `generate`, token by token."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from checkpoints import write_checkpoint
from hf import converted, load, logits, torch, transformers

from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.engine.records import Completion
from codegen_cli.program import NoStop
from codegen_cli.settings import PROGRAM_PREFIX, EngineSettings, Sampling

STEPS = (
    'Assign the list of numbers [4, 8, 15, 16, 23] to a variable named "values".',
    'Define a function named "is_prime" that checks if a number is prime.',
    'Define a function named "square" that returns the square of a number.',
    'Assign the string "hello world" to a variable named "text".',
    "Print the numbers from 1 to 10.",
    'Create an empty dictionary and store it in "ages".',
)

#: Two best logits nearer than this could change places by rounding alone.
LEAST_GAP = 0.03


def ours(path: Path, prompt: str, count: int) -> list[int]:
    with LlamaEngine(path, EngineSettings(gpu_layers="0", threads=2)) as engine:
        *_, last = engine.generate(prompt, Sampling(temperature=0, max_tokens=count), NoStop())
    assert isinstance(last, Completion)
    return list(last.tokens)


def theirs(folder: Path, prompt: str, count: int) -> list[int]:
    """Return transformers' tokens, up to the first that was too close a choice to compare."""
    model: Any = load(folder)
    tokenizer = transformers.CodeGenTokenizer.from_pretrained(folder)
    ids = tokenizer(prompt, return_tensors="pt")
    with torch.inference_mode():
        out = model.generate(
            **ids, do_sample=False, max_new_tokens=count, pad_token_id=model.config.eos_token_id
        )[0].tolist()
    start = ids["input_ids"].shape[1]
    best_two = torch.from_numpy(logits(model, out[:-1])[start - 1 :]).topk(2).values
    clear = (best_two[:, 0] - best_two[:, 1] > LEAST_GAP).tolist()
    return list(out[start:][: [*clear, False].index(False)])


def check_same(folder: Path, path: Path, prompt: str, count: int, at_least: int) -> None:
    expected = theirs(folder, prompt, count)
    assert len(expected) >= at_least, "choose another prompt"
    assert ours(path, prompt, len(expected)) == expected


@pytest.mark.parametrize("step", STEPS)
def test_the_trained_checkpoint(tmp_path: Path, nano: Path, step: str) -> None:
    path = converted(nano, tmp_path / "m.gguf")
    check_same(nano, path, f"{PROGRAM_PREFIX}# {step}\n", 96, at_least=10)


def test_a_program_of_several_turns(tmp_path: Path, nano: Path) -> None:
    path = converted(nano, tmp_path / "m.gguf")
    prompt = f"{PROGRAM_PREFIX}# {STEPS[0]}\nvalues = [4, 8, 15, 16, 23]\n\n"
    prompt += '# Compute the sum of the list and store it in "total".\n'
    check_same(nano, path, prompt, 48, at_least=8)


@pytest.mark.parametrize("rotary_dim", [16, 64])
def test_random_weights(tmp_path: Path, rotary_dim: int) -> None:
    shape = {"n_layer": 2, "n_embd": 256, "n_head": 4, "vocab_size": 400}
    folder = write_checkpoint(tmp_path, **shape, rotary_dim=rotary_dim, seed=5, scale=4)
    path = converted(folder, tmp_path / "m.gguf")
    prompts = ("def f(x):\n    return", "# 数学 🙂\n\t\timport", "print('a')\n", "self.x = 1")
    known = [theirs(folder, prompt, 24) for prompt in prompts]
    for prompt, expected in zip(prompts, known, strict=True):
        assert ours(path, prompt, len(expected)) == expected
    assert sum(map(len, known)) >= 24 and len({token for k in known for token in k}) > 12


def test_the_end_of_text_ends_both(tmp_path: Path) -> None:
    """A head that prefers the end of text above all: one token, on both sides."""
    shape = {"n_layer": 1, "n_embd": 64, "n_head": 4, "rotary_dim": 8, "vocab_size": 400}
    folder = write_checkpoint(tmp_path, **shape, seed=5)
    model = load(folder)
    model.lm_head.bias.data[model.config.eos_token_id] = 100
    model.save_pretrained(folder)
    path = converted(folder, tmp_path / "m.gguf")
    expected = theirs(folder, "x = 1", 8)
    assert expected == [model.config.eos_token_id] == ours(path, "x = 1", 8)
