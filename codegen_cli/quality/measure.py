"""Compare models with their reference on a text, in step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from codegen_cli.engine.context import BATCH_TOKENS
from codegen_cli.engine.draft_model import check_same_vocabulary
from codegen_cli.engine.memory_need import memory_need
from codegen_cli.quality.distance import Comparison, Distance
from codegen_cli.quality.reading import ReadingModel, steps, windows
from codegen_cli.settings import EngineSettings


@dataclass(frozen=True, slots=True)
class Quality:
    """One model beside the reference.

    Sizes are bytes: of the file, and of memory for weights, a full context and its buffers.
    Rates are tokens/s of reading (64 at a time) and of writing (one at a time).
    """

    name: str
    path: str
    file_type: str
    size: int
    memory: int
    distance: Distance
    read_rate: float
    write_rate: float


def measure_quality(
    path: Path,
    reference: ReadingModel,
    tokens: Sequence[int],
    window: int,
    settings: EngineSettings,
    should_stop: Callable[[], bool],
    on_tokens: Callable[[int], None],
) -> Quality:
    """Read the same windows with the reference and a model; `on_tokens` is told the progress.

    Raises:
        UsageError: the model has another vocabulary than the reference.
        ModelError: it is broken or does not fit.
        Interrupted: `should_stop` said so.
    """
    comparison = Comparison()
    with ReadingModel(path, settings, window) as model:
        check_same_vocabulary(model.model.file, reference.model.file)
        for piece in windows(tokens, window):
            for start, part in steps(piece):
                comparison.add(
                    reference.read(part, start, should_stop),
                    model.read(part, start, should_stop),
                    np.array(piece[start + 1 : start + 1 + len(part)]),
                )
                on_tokens(len(part))
        info = model.model.info
        return Quality(
            name=info.name,
            path=str(path),
            file_type=info.file_type,
            size=info.size,
            memory=memory_need(model.model.file, info.n_ctx_train, BATCH_TOKENS).total,
            distance=comparison.result(),
            read_rate=model.read_rate,
            write_rate=model.write_rate(should_stop),
        )
