"""Measure how long a model takes to load."""

from __future__ import annotations

import time
from collections.abc import Callable

from codegen_cli.bench.bench import repeat
from codegen_cli.bench.plan import Plan
from codegen_cli.bench.records import Result
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.errors import Interrupted


def time_loads(
    load: Callable[[], LlamaEngine], plan: Plan, size: int, should_stop: Callable[[], bool]
) -> Result:
    """Load and close a model of `size` bytes several times; its file is in the page cache.

    Raises:
        Interrupted: `should_stop` said so.
    """

    def once() -> float:
        if should_stop():
            raise Interrupted()
        started = time.perf_counter()
        load().close()
        return time.perf_counter() - started

    return Result(
        "load", "load", "s", tuple(repeat(plan, once)), note=f"{size / 1e6:.0f} MB, file in memory"
    )
