"""A long mixed run: prompts, sequences that join and leave, shared prefixes, saved states.

Stock llama.cpp and the kernels go through the same steps, teacher-forced; at each step the kernels'
distribution must be as near to stock's as types round activations, and where stock's best token is
ahead of the second by more than that, it must be the kernels' best as well.
"""

from __future__ import annotations

import random

import numpy as np
import pytest
from conftest import Models
from sides import context, divergence, model

from codegen_cli.engine.base import never
from codegen_cli.engine.context import Context, Entry

STEPS = 120
SEQUENCES = 8
CELLS = 1024


def script(seed: int) -> list[tuple[str, list[tuple[int, int, int]] | tuple[int, int, int]]]:
    """Return steps: tokens to decode as (token, position, sequence), or what else to do."""
    draw = random.Random(seed)
    lengths: dict[int, int] = {}
    steps: list = []
    for _ in range(STEPS):
        free = [s for s in range(SEQUENCES) if s not in lengths]
        act = draw.random()
        if free and (not lengths or act < 0.2):
            s, n = draw.choice(free), draw.randint(1, 60)
            steps.append(("decode", [(draw.randrange(900), i, s) for i in range(n)]))
            lengths[s] = n
        elif free and act < 0.3:
            source, s = draw.choice(list(lengths)), draw.choice(free)
            lengths[s] = draw.randint(1, lengths[source])
            steps.append(("share", (source, s, lengths[s])))
        elif act < 0.4 or sum(lengths.values()) > CELLS - 80:
            s = draw.choice(list(lengths))
            steps.append(("remove", (s, 0, 0)))
            del lengths[s]
        else:
            alive = draw.sample(list(lengths), draw.randint(1, len(lengths)))
            steps.append(("decode", [(draw.randrange(900), lengths[s], s) for s in alive]))
            for s in alive:
                lengths[s] += 1
    return steps


def take(on: Context, act: str, what) -> np.ndarray | None:
    if act == "share":
        on.share(*what)
    elif act == "remove":
        on.remove(what[0])
    else:
        on.decode([Entry(t, p, s, True) for t, p, s in what], never)
        return np.stack([on.logits_V(i).astype(np.float64) for i in range(len(what))])
    return None


@pytest.mark.parametrize("file_type", ["F16", "Q8_0", "Q4_K_M"])
def test_a_long_run_stays_with_stock(models: Models, file_type: str) -> None:
    path = models.path(file_type)
    with (
        model(path, own=False) as stock,
        model(path, own=True) as own,
        context(stock, CELLS) as a,
        context(own, CELLS) as b,
    ):
        compared = 0
        for act, what in script(7):
            wanted, found = take(a, act, what), take(b, act, what)
            if wanted is None or found is None:
                continue
            assert divergence(wanted, found) < 2e-3
            error = np.abs(wanted - found).max()
            best = wanted.argmax(-1)
            ahead = np.diff(np.sort(wanted, -1)[:, -2:], axis=-1)[:, 0] > 2 * error
            assert (found.argmax(-1)[ahead] == best[ahead]).all()
            compared += int(ahead.sum())
        assert compared > 100
