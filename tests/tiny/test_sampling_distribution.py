"""Drawn tokens follow the nucleus of the tempered probabilities, on a random checkpoint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from checkpoints import write_checkpoint
from numpy.typing import NDArray

from codegen_cli.convert.pipeline import ConvertOptions, convert
from codegen_cli.engine.base import Prompt, never
from codegen_cli.engine.context import Context, Entry
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.engine.records import Completion
from codegen_cli.evaluation.humaneval.problem import HumanEvalProblem
from codegen_cli.evaluation.plan import Draw, humaneval_tasks
from codegen_cli.program import NoStop
from codegen_cli.settings import EngineSettings, Sampling

PROMPT = "def f(x):\n    return"
TEMPERATURES = (0.2, 0.6, 0.8)
TOP_P = 0.95
DRAWS = 3000
SIMULATIONS = 20_000

F64 = NDArray[np.float64]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaEngine]:
    work = tmp_path_factory.mktemp("random")
    shape = {"n_layer": 2, "n_embd": 64, "n_head": 4, "rotary_dim": 8, "vocab_size": 512}
    folder = write_checkpoint(work / "c", **shape, seed=3, scale=1.0)
    options = ConvertOptions("F32", threads=1, verify=False)
    convert(folder, work / "m.gguf", options, lambda *_: None)
    with LlamaEngine(work / "m.gguf", EngineSettings(threads=1)) as loaded:
        yield loaded


@pytest.fixture(scope="module")
def logits(engine: LlamaEngine) -> F64:
    """Return the logits after the prompt, from a context of their own."""
    tokens = engine.vocabulary.tokenize(PROMPT)
    context = Context(engine._model.pointer, 256, 1, engine.vocabulary.size)
    try:
        last = len(tokens) - 1
        context.decode([Entry(t, i, 0, i == last) for i, t in enumerate(tokens)], never)
        return context.logits_V(last).astype(np.float64)
    finally:
        context.close()


def nucleus(logits: F64, temperature: float) -> F64:
    """Return the probabilities: temperature, then the fewest likeliest that reach top-p."""
    scaled = np.exp((logits - logits.max()) / temperature)
    probabilities = scaled / scaled.sum()
    order = np.argsort(-probabilities, kind="stable")
    kept = order[: int(np.searchsorted(np.cumsum(probabilities[order]), TOP_P)) + 1]
    result = np.zeros_like(probabilities)
    result[kept] = probabilities[kept] / probabilities[kept].sum()
    return result


@pytest.fixture(scope="module")
def drawn(engine: LlamaEngine) -> dict[float, Counter[int]]:
    """Draw the first token of many samples of a problem, as a run does."""
    problem = HumanEvalProblem("T/0", PROMPT, "f", "")
    tasks = humaneval_tasks(problem, Draw(DRAWS, TEMPERATURES, TOP_P, 42))
    prompts = [
        Prompt(
            task.steps[0],
            Sampling(task.temperature, task.top_p, max_tokens=1, seed=task.seed),
            NoStop(),
        )
        for task in tasks
    ]
    found: dict[float, Counter[int]] = {temperature: Counter() for temperature in TEMPERATURES}
    for number, item in engine.generate_many(prompts):
        if isinstance(item, Completion):
            found[tasks[number].temperature][item.tokens[0]] += 1
    return found


def p_value(counts: Counter[int], probabilities: F64) -> float:
    """Return how often fair draws are as far off in chi-square; 0 for an impossible token."""
    if any(not probabilities[token] for token in counts):
        return 0.0
    kept = np.flatnonzero(probabilities)
    expected = probabilities[kept] * counts.total()
    observed = np.array([counts[int(token)] for token in kept])
    rng = np.random.default_rng(0)
    fair = rng.multinomial(counts.total(), probabilities[kept], SIMULATIONS)
    statistics = ((fair - expected) ** 2 / expected).sum(1)
    statistic = float(((observed - expected) ** 2 / expected).sum())
    return float((statistics >= statistic).mean())


@pytest.mark.parametrize("temperature", TEMPERATURES)
def test_frequencies_are_those_of_the_nucleus(
    drawn: dict[float, Counter[int]], logits: F64, temperature: float
) -> None:
    assert drawn[temperature].total() == DRAWS
    probabilities = nucleus(logits, temperature)
    assert len(np.flatnonzero(probabilities)) >= 3
    assert p_value(drawn[temperature], probabilities) > 0.001


def test_temperatures_differ(drawn: dict[float, Counter[int]], logits: F64) -> None:
    """The test above can fail: draws at one temperature do not pass for another's."""
    for temperature in TEMPERATURES:
        for other in TEMPERATURES:
            if other != temperature:
                assert p_value(drawn[temperature], nucleus(logits, other)) == 0
    kinds = [len(drawn[temperature]) for temperature in TEMPERATURES]
    assert kinds == sorted(kinds) and kinds[0] < kinds[-1]
