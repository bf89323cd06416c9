"""The other end of a contender's pipe: load the model, then do what each line asks for."""

from __future__ import annotations

import importlib
import json
import os
import sys
import time

from codegen_cli.bench.machine import peak_memory


def main(module: str, path: str, threads: str, clock: str) -> None:
    """Answer every line of stdin with a line of JSON."""
    # Libraries that print would spoil the answers, so their stdout becomes stderr.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    os.environ["OMP_NUM_THREADS"] = threads
    if clock == "cpu":
        # All that is measured here, the engine's own times included, is measured by this name.
        time.perf_counter = time.process_time

    def send(answer: dict[str, object]) -> None:
        print(json.dumps(answer), file=answers, flush=True)

    runner = importlib.import_module(f"benchmarks.side_by_side.{module}").Runner(path, int(threads))
    send({})
    for line in sys.stdin:
        command = json.loads(line)
        try:
            if command["method"] == "memory":
                send({"value": peak_memory() / 1e6})
            else:
                send(getattr(runner, command["method"])(**command["work"]))
        except BrokenPipeError:
            # Nobody waits for the answer any more.
            os._exit(1)
        except Exception as error:
            send({"error": f"{type(error).__name__}: {error}"})


if __name__ == "__main__":
    main(*sys.argv[1:])
