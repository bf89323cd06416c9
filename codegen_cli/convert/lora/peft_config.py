"""What an adapter's `adapter_config.json` says, and what of it is not covered.

Source: huggingface/peft `src/peft/tuners/lora/config.py` and `layer.py`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from codegen_cli.convert.checkpoint.place import Place
from codegen_cli.convert.json_file import read_json
from codegen_cli.errors import CheckpointError

NAME = "adapter_config.json"

#: Settings that change what is computed beside the two matrices; all are off by default.
_UNSUPPORTED = (
    "use_dora",
    "use_qalora",
    "use_bdlora",
    "lora_bias",
    "fan_in_fan_out",
    "modules_to_save",
    "trainable_token_indices",
    "target_parameters",
    "layer_replication",
    "alora_invocation_tokens",
    "arrow_config",
    "kasa_config",
    "velora_config",
    "monteclora_config",
)
#: Ways to start the training that change the base model too.
_CHANGE_BASE = ("pissa", "olora", "corda", "loftq", "lora_ga")
_PLAIN = re.compile(r"[\w.]+")


@dataclass(frozen=True, slots=True)
class PeftConfig:
    """The scale of an adapter: `alpha` divided by the rank, or by its root with `rslora`."""

    alpha: float
    alphas: Mapping[str, float]
    rslora: bool
    base: str

    def scaling(self, module: str, rank: int) -> float:
        """Return the factor of one module's matrices."""
        alpha = next(
            (
                alpha
                for key, alpha in self.alphas.items()
                if module == key or module.endswith(f".{key}")
            ),
            self.alpha,
        )
        return alpha / (math.sqrt(rank) if self.rslora else rank)


def read_peft_config(folder: Place) -> PeftConfig:
    """Read and check `adapter_config.json`.

    Raises:
        CheckpointError: it is missing or broken, or asks for more than two matrices a module.
    """
    raw = read_json(folder / NAME)
    if raw.get("peft_type") != "LORA":
        kind = json.dumps(raw.get("peft_type"))[:40]
        raise CheckpointError(f"{NAME}: peft_type {kind} is not supported", "supported: LORA")
    for key in _UNSUPPORTED:
        if raw.get(key):
            raise CheckpointError(f"{NAME}: {key} is not supported", _merge_advice())
    if raw.get("bias", "none") != "none":
        raise CheckpointError(f"{NAME}: trained biases are not supported", _merge_advice())
    start = raw.get("init_lora_weights", True)
    if isinstance(start, str) and start.lower().startswith(_CHANGE_BASE):
        raise CheckpointError(
            f"{NAME}: init_lora_weights {json.dumps(start)[:40]} changed the base model too",
            "save it with path_initial_model_for_weight_conversion, or merge it into the weights",
        )
    return PeftConfig(
        alpha=_number(raw.get("lora_alpha"), "lora_alpha"),
        alphas=_alphas(raw.get("alpha_pattern") or {}),
        rslora=bool(raw.get("use_rslora", False)),
        base=str(raw.get("base_model_name_or_path") or "unknown"),
    )


def _merge_advice() -> str:
    return "merge the adapter into the weights (merge_and_unload), and convert those"


def _alphas(pattern: Any) -> dict[str, float]:
    """Return `alpha_pattern`, whose keys are regular expressions; only plain names are taken."""
    if not isinstance(pattern, dict):
        raise CheckpointError(f"{NAME}: alpha_pattern is no object", "save the adapter again")
    odd = next((key for key in pattern if not _PLAIN.fullmatch(key)), None)
    if odd is not None:
        raise CheckpointError(
            f"{NAME}: alpha_pattern has the pattern {ascii(odd)[:80]}", _merge_advice()
        )
    return {key: _number(value, "alpha_pattern") for key, value in pattern.items()}


def _number(value: Any, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 1e6:
        raise CheckpointError(
            f"{NAME}: {key} is {json.dumps(value)[:40]}, not a positive number",
            "is it a complete adapter?",
        )
    return float(value)
