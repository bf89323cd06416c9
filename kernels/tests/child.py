"""A process of its own that tries to load the kernels and then answers with a model.

Prints one JSON object: the reason why they were not loaded (or null), the placement, the answer.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import codegen_kernels.loading

from codegen_cli.engine.kernels import cpu_kernels
from codegen_cli.engine.listener import Listener
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.engine.records import Completion
from codegen_cli.program import NoStop
from codegen_cli.registry.find import find_model
from codegen_cli.settings import EngineSettings, Sampling


def main(library: str, model: str) -> None:
    if library:
        codegen_kernels.loading.library_path = lambda: Path(library)
    warnings: list[str] = []
    settings = EngineSettings(gpu_layers="0", threads=1)
    path = Path(model) if model else find_model("nano")
    with LlamaEngine(path, settings, listener=Listener(warn=warnings.append)) as engine:
        for item in engine.generate("x = ", Sampling(temperature=0, max_tokens=12), NoStop()):
            answer = item
        assert isinstance(answer, Completion)
        report = {
            "name": cpu_kernels().name,
            "reason": cpu_kernels().reason,
            "warnings": warnings,
            "placement": engine.placement,
            "text": answer.text,
        }
    print(json.dumps(report))


if __name__ == "__main__":
    main(*sys.argv[1:])
