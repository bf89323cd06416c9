"""How the engine on transformers chooses tokens: on four numbers, and as a distribution."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hf import load, logits, torch
from hf_folders import complete_all, open_folder, write_model

from codegen_cli.engine.base import Prompt
from codegen_cli.engine.hf.choose import choose, filtered, penalized
from codegen_cli.program import NoStop
from codegen_cli.settings import Sampling

PLAIN = Sampling(temperature=1.0, top_p=1.0)
FOUR = [math.log(p) for p in (0.1, 0.4, 0.3, 0.2)]


def left(sampling: Sampling) -> dict[int, float]:
    """Return what the filters leave of four tokens."""
    order, probabilities = filtered(torch.tensor([FOUR]), [sampling])
    pairs = zip(order[0].tolist(), probabilities[0].tolist(), strict=True)
    return {token: round(p, 6) for token, p in pairs if p > 0}


def test_without_filters_all_tokens_keep_their_probability() -> None:
    assert left(PLAIN) == {1: 0.4, 2: 0.3, 3: 0.2, 0: 0.1}


def test_a_temperature_sharpens() -> None:
    squares = [p * p for p in (0.4, 0.3, 0.2, 0.1)]
    expected = [round(square / sum(squares), 6) for square in squares]
    assert list(left(replace(PLAIN, temperature=0.5)).values()) == expected


@pytest.mark.parametrize(
    ("sampling", "kept"),
    [
        (replace(PLAIN, top_k=2), [1, 2]),
        (replace(PLAIN, top_k=9), [1, 2, 3, 0]),
        (replace(PLAIN, top_p=0.69), [1, 2]),
        (replace(PLAIN, top_p=0.71), [1, 2, 3]),
        (replace(PLAIN, top_p=0.0), [1]),
        (replace(PLAIN, min_p=0.49), [1, 2, 3]),
        (replace(PLAIN, min_p=0.51), [1, 2]),
        (replace(PLAIN, min_p=1.0), [1]),
        # Top-k comes first: of two tokens the best alone has 4/7.
        (replace(PLAIN, top_k=2, top_p=0.57), [1]),
        (replace(PLAIN, top_k=2, top_p=0.58), [1, 2]),
    ],
)
def test_filters_keep_the_likeliest(sampling: Sampling, kept: list[int]) -> None:
    assert list(left(sampling)) == kept


def test_the_draw_decides_by_the_shares_of_what_is_left() -> None:
    sampling = replace(PLAIN, top_k=2)
    rows = torch.tensor([FOUR] * 4)
    # 0.4 and 0.3 are left: the first token has the draws below 4/7.
    draws = [0.0, 0.571, 0.572, 1 - 2**-53]
    assert choose(rows, [sampling] * 4, [[]] * 4, draws) == [1, 1, 2, 2]


def test_rows_have_settings_of_their_own() -> None:
    rows = torch.tensor([FOUR] * 3)
    settings = [replace(PLAIN, temperature=0), PLAIN, replace(PLAIN, top_k=1)]
    assert choose(rows, settings, [[]] * 3, [0.99] * 3) == [1, 0, 1]


def test_the_penalty_makes_recent_tokens_less_likely() -> None:
    rows = torch.tensor([[2.0, -2.0, 3.0, 0.0], [2.0, -2.0, 3.0, 0.0]])
    settings = [replace(PLAIN, repeat_penalty=2.0), PLAIN]
    out = penalized(rows, settings, [[0, 1, 1, 0], [0, 1]])
    assert out.tolist() == [[1.0, -4.0, 3.0, 0.0], [2.0, -2.0, 3.0, 0.0]]
    greedy = replace(settings[0], temperature=0)
    assert choose(rows[:1], [greedy], [[2]], [0.5]) == [0]


DRAWS = 3000
#: The 0.1 % point of chi-square with n - 1 degrees of freedom is below this (Wilson-Hilferty).
Z_999 = 3.09


def chi_square_limit(bins: int) -> float:
    n = bins - 1
    return n * (1 - 2 / (9 * n) + Z_999 * math.sqrt(2 / (9 * n))) ** 3


@pytest.mark.parametrize("top_p", [1.0, 0.9])
def test_first_tokens_are_distributed_as_the_model_says(tmp_path: Path, top_p: float) -> None:
    """Seeds 0…2999 against softmax at temperature 0.9, cut to the nucleus: chi-square."""
    folder = write_model(tmp_path / "codegen", "codegen")
    sampling = Sampling(temperature=0.9, top_p=top_p, max_tokens=1)
    with open_folder(folder) as engine:
        tokens = engine.vocabulary.prompt("x = 1")
        prompts = [Prompt("x = 1", replace(sampling, seed=s), NoStop()) for s in range(DRAWS)]
        drawn = Counter(answer.tokens[0] for answer in complete_all(engine, prompts))
    scaled = logits(load(folder), tokens)[-1].astype(np.float64) / 0.9
    p = np.exp(scaled - scaled.max())
    p /= p.sum()
    order = np.argsort(-p)
    nucleus = order[: 1 + int(np.searchsorted(np.cumsum(p[order]), top_p))][: len(p)]
    assert set(drawn) <= set(nucleus.tolist())
    share = p[nucleus] / p[nucleus].sum()
    common = share * DRAWS >= 5
    seen = np.array([drawn[int(token)] for token in nucleus])
    observed = [*seen[common], seen[~common].sum()]
    expected = [*(share[common] * DRAWS), share[~common].sum() * DRAWS]
    statistic = sum((o - e) ** 2 / e for o, e in zip(observed, expected, strict=True) if e)
    assert statistic < chi_square_limit(len(observed))
    assert len(observed) > 10


def test_a_banned_token_is_not_the_first_of_its_row_and_may_come_later(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "codegen", "codegen")
    greedy = Sampling(temperature=0, max_tokens=6)
    plain = Prompt("x = 1", greedy, NoStop())
    with open_folder(folder) as engine:
        (free,) = complete_all(engine, [plain])
        later = tuple(token for token in free.tokens[1:] if token != free.tokens[0])
        assert later
        prompts = [plain, replace(plain, banned=free.tokens[:1]), replace(plain, banned=later)]
        # A stopper serves one answer.
        fresh = [replace(prompt, stopper=NoStop()) for prompt in prompts]
        first, second, third = complete_all(engine, fresh)
    assert first.tokens == third.tokens == free.tokens
    assert second.tokens[0] != free.tokens[0]
    assert second.logprobs[0] < free.logprobs[0]
