"""run.json: what a run was asked to do, with which model, and on what."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from codegen_cli import __version__, hardware
from codegen_cli.engine.records import ModelInfo
from codegen_cli.evaluation.benchmark_data import DataFile
from codegen_cli.evaluation.plan import Draw
from codegen_cli.evaluation.task import Benchmark, StopRules
from codegen_cli.settings import EngineSettings

#: What the samples depend on: a run can only be resumed where all of it is the same.
_FIXED = (
    "benchmark",
    "turns",
    "stop_rules",
    "data.sha256",
    "limit",
    "samples",
    "temperatures",
    "top_p",
    "max_tokens",
    "seed",
    "engine",
    "context",
    "cache",
    "model.sha256",
    "model.adapters",
)

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class AdapterUsed:
    """A LoRA adapter that was added to the model: its file's hash, and how much of it."""

    sha256: str
    scale: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run is asked for, known before a model is loaded.

    `turns` is "multi" or "single" for MTPB, `cases` what its problems have together; `limit` is the
    number of problems wanted, None for all.
    """

    benchmark: Benchmark
    data: DataFile
    problems: int
    limit: int | None
    draw: Draw
    settings: EngineSettings
    model_sha256: str
    adapters: tuple[AdapterUsed, ...] = ()
    turns: str | None = None
    stop_rules: StopRules = "paper"
    cases: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return its part of the manifest."""
        return {
            "benchmark": self.benchmark,
            **({"turns": self.turns} if self.turns else {}),
            "stop_rules": self.stop_rules,
            "data": {
                "path": str(self.data.path.resolve()),
                "sha256": self.data.sha256,
                "problems": self.problems,
                **({} if self.cases is None else {"cases": self.cases}),
            },
            "limit": self.limit,
            "samples": self.draw.samples,
            "temperatures": list(self.draw.temperatures),
            "top_p": self.draw.top_p,
            "max_tokens": self.draw.max_tokens,
            "seed": self.draw.seed,
            "engine": self.settings.engine,
            "context": self.settings.ctx,
            "cache": self.settings.kv_tokens,
            "model": {"sha256": self.model_sha256, **self._adapters()},
        }

    def _adapters(self) -> dict[str, Any]:
        """Return what is said of adapters; nothing in a run without any."""
        used = [asdict(adapter) for adapter in self.adapters]
        return {"adapters": used} if used else {}


def manifest(asked: Asked, model: ModelInfo, placement: str, started: str) -> dict[str, Any]:
    """Return the whole manifest of a run that begins at a time (ISO 8601)."""
    found = asked.to_json()
    found["model"] = {
        **found["model"],
        "name": model.name,
        "path": model.path,
        "family": model.family,
        "file_type": model.file_type,
        "parameters": model.parameters,
    }
    return {
        **found,
        "version": __version__,
        "sandbox": None,
        "hardware": {
            "cpu": hardware.processor(),
            "cores": os.cpu_count(),
            "memory_bytes": hardware.memory_bytes(),
            "placement": placement,
            "platform": hardware.system(),
        },
        "started": started,
    }


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Say in which settings that its samples depend on a run differs from another."""
    return [
        f"{name.replace('_', ' ')} {_shown(_at(old, name))}, not {_shown(_at(new, name))}"
        for name in _FIXED
        if _at(old, name) != _at(new, name)
    ]


def _at(record: Mapping[str, Any], name: str) -> Any:
    value: Any = record
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _shown(value: Any) -> str:
    if value is None:
        return "unset"
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return ", ".join(f"{str(v.get('sha256'))[:_SHOWN]}…×{v.get('scale')}" for v in value)
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) < 64 else text[:_SHOWN] + "…"
