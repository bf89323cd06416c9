"""Prompt perplexity on random weights, against transformers: its tokenizer, its logits."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from checkpoints import write_checkpoint
from hf import converted, load, torch, transformers

from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.evaluation.humaneval.problem import HumanEvalProblem
from codegen_cli.evaluation.perplexity import prompt_rows
from codegen_cli.evaluation.plan import Draw, humaneval_tasks, mtpb_tasks
from codegen_cli.evaluation.text_perplexity import score_text
from codegen_cli.program import Problem
from codegen_cli.settings import EngineSettings

VOCABULARY = 51200
DRAW = Draw(1, (0.8,), 0.95, 42, max_tokens=12)
FUNCTION = HumanEvalProblem("T/0", '\n\ndef f(x):\n    """ Add 1 to x.\n    """\n', "f", "")
PROBLEM = Problem("p", ("Assign {A} to x.", "Add one to x.", "Print x."), ({"A": [1]},), (2,))


@dataclass(frozen=True)
class Both:
    """One checkpoint in the engine and in transformers."""

    engine: LlamaEngine
    model: Any
    tokenizer: Any

    def nll(self, text: str, start: int) -> tuple[int, float]:
        """Return the tokens of a text from a character on and their -log P, by transformers."""
        encoded = self.tokenizer(text, return_offsets_mapping=True)
        ids = encoded.input_ids
        first = next(i for i, (begin, _) in enumerate(encoded.offset_mapping) if begin >= start)
        line = torch.tensor([[self.tokenizer.eos_token_id, *ids]])
        with torch.inference_mode():
            rows = self.model(line).logits[0].double().log_softmax(-1)
        if start:
            # The text has a beginning of its own, so no end of another one stands before it.
            with torch.inference_mode():
                rows = self.model(line[:, 1:]).logits[0].double().log_softmax(-1)
            rows = torch.cat([torch.zeros(1, rows.shape[1]), rows])
        return len(ids) - first, -sum(float(rows[i, ids[i]]) for i in range(first, len(ids)))


@pytest.fixture(scope="module", params=[0.05, 2.0], ids=["nearly uniform", "peaked"])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Both]:
    work = tmp_path_factory.mktemp("random")
    shape = {"n_layer": 3, "n_embd": 64, "n_head": 4, "rotary_dim": 8, "vocab_size": VOCABULARY}
    folder = write_checkpoint(work / "c", **shape, seed=11, scale=request.param)
    path = converted(folder, work / "m.gguf")
    settings = EngineSettings(gpu_layers="0", threads=1, exact=True)
    with LlamaEngine(path, settings) as engine:
        tokenizer = transformers.CodeGenTokenizer.from_pretrained(folder)
        yield Both(engine, load(folder).float(), tokenizer)


def test_the_perplexity_of_a_prompt(both: Both) -> None:
    (task,) = humaneval_tasks(FUNCTION, DRAW)
    (row,) = prompt_rows(both.engine, [task], lambda _: None)
    tokens, nll = both.nll(FUNCTION.prompt, 0)
    assert row is not None and row["tokens"] == tokens
    assert row["perplexity"] == pytest.approx(math.exp(nll / tokens), rel=1e-4)


def test_the_perplexity_of_prompts_between_sampled_code(both: Both) -> None:
    (task,) = mtpb_tasks(PROBLEM, DRAW)
    one, two, three = task.steps
    pieces = [task.prefix, one, "x = [1]\n\n\n\n", two, "\tx += 1  \n\n", three, "\n\n"]
    (row,) = prompt_rows(both.engine, [task], lambda _: pieces)
    expected = []
    for turn, step in enumerate(task.steps):
        before = "".join(pieces[: 2 * turn + 1])
        expected.append(both.nll(before + step, len(before)))
    tokens, nll = sum(n for n, _ in expected), sum(x for _, x in expected)
    assert row is not None and row["tokens"] == tokens and row["turns"] == 3
    assert row["perplexity"] == pytest.approx(math.exp(nll / tokens), rel=1e-4)
    (single,) = mtpb_tasks(PROBLEM, DRAW, single_turn=True)
    (row,) = prompt_rows(both.engine, [single], lambda _: None)
    tokens, nll = both.nll(single.prefix + single.steps[0], len(single.prefix))
    assert row is not None and (row["tokens"], row["turns"]) == (tokens, 1)
    assert row["perplexity"] == pytest.approx(math.exp(nll / tokens), rel=1e-4)


def test_random_weights_are_as_surprised_as_a_die(both: Both) -> None:
    """-log P is log V on average where all tokens are nearly as likely, and more elsewhere."""
    text = "".join(f"x{i} = {i * 7919 % 1000}\n" for i in range(150))
    score = score_text(both.engine, text)
    assert len(score.tokens) > 1000
    if float(both.model.lm_head.weight.detach().std()) < 0.1:
        assert score.likelihood.perplexity == pytest.approx(VOCABULARY, rel=0.05)
    else:
        assert score.likelihood.perplexity > 2 * VOCABULARY
