"""Write programs as sharded documents, in parallel; the bytes depend on the seed alone."""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from codegen_cli.errors import UsageError
from codegen_cli.files import write_output
from models.synthetic.execute import limit, shown
from models.synthetic.grammar import Split
from models.synthetic.produce import Made, make
from models.synthetic.program import PREFIX, fill_code, fill_step

SHARD = 5_000
_STEP_WEIGHT = 0.25
_PREFIX_WEIGHT = 0.1

Progress = Callable[[int, int, float], None]


def document(made: Made) -> dict[str, Any]:
    """Return a document: text, loss weights of steps and prefix, and what running it printed."""
    values, result = made.cases[0]
    text = PREFIX
    weights: list[list[float]] = [[0, len(PREFIX), _PREFIX_WEIGHT]]
    for turn in made.program.turns:
        step = f"# {fill_step(turn.step, values)}\n"
        weights.append([len(text), len(text) + len(step), _STEP_WEIGHT])
        text += f"{step}{fill_code(turn.code, values)}\n\n"
    return {
        "text": text,
        "source": "synthetic",
        "language": "python",
        "weights": weights,
        "family": made.program.family,
        "result": shown(result),
    }


def write_corpus(
    folder: Path,
    split: Split,
    programs: int,
    seed: int,
    workers: int,
    progress: Progress,
    size: int = SHARD,
) -> None:
    """Write shards of `size` programs that are not there yet.

    Raises:
        UsageError: the folder holds another corpus.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = {"format": 1, "split": split, "programs": programs, "seed": seed, "shard": size}
    _claim(folder, settings)
    shards = [
        (folder / f"{split}-{start // size:05}.jsonl", start, min(start + size, programs))
        for start in range(0, programs, size)
    ]
    missing = [shard for shard in shards if not shard[0].exists()]
    done = first = programs - sum(end - start for _, start, end in missing)
    began = time.monotonic()
    work = partial(_write_shard, split, seed)
    context = multiprocessing.get_context("spawn")
    with context.Pool(workers, limit) as pool:
        for count in pool.imap_unordered(work, missing):
            done += count
            progress(done, programs, (done - first) / (time.monotonic() - began))


def _claim(folder: Path, settings: dict[str, Any]) -> None:
    path = folder / "corpus.json"
    if path.exists() and json.loads(path.read_text(encoding="utf-8")) != settings:
        raise UsageError(
            f"{folder} holds a corpus of other settings", "name another folder, or delete this one"
        )
    write_output(path, json.dumps(settings) + "\n")


def _write_shard(split: Split, seed: int, shard: tuple[Path, int, int]) -> int:
    path, start, end = shard
    made = (make(split, seed, index, timed=True) for index in range(start, end))
    lines = (json.dumps(document(program), ensure_ascii=False) for program in made)
    write_output(path, "".join(f"{line}\n" for line in lines))
    return end - start


def say(done: int, total: int, speed: float) -> None:
    """Report progress on the error stream."""
    left = (total - done) / speed if speed else 0.0
    print(f"{done:,}/{total:,} programs, {speed:,.0f}/s, {left:,.0f} s left", file=sys.stderr)
