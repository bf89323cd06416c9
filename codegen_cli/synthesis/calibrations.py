"""Where calibrations are kept: by the hash of the model's file, with the user or in the package."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from codegen_cli import paths
from codegen_cli.errors import CodegenError
from codegen_cli.files import write_output
from codegen_cli.registry.find import PACKAGED
from codegen_cli.synthesis.clarity import Calibration, Counts


def load_calibration(sha256: str) -> Calibration | None:
    """Return what perplexities mean to a model, None where nobody has fitted it.

    Raises:
        CodegenError: the user's file is damaged.
    """
    record = load_record(sha256)
    return None if record is None else _calibration(record["calibration"])


def load_record(sha256: str) -> dict[str, Any] | None:
    """Return a calibration with what it was fitted on, as it stands in its file.

    Raises:
        CodegenError: the user's file is damaged.
    """
    for path in (calibration_path(sha256), PACKAGED / "clarity" / f"{sha256}.json"):
        try:
            record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            _calibration(record["calibration"])
        except FileNotFoundError:
            continue
        except (OSError, ValueError, TypeError, KeyError) as error:
            message = f'"{path}" is not a calibration: {error}'
            raise CodegenError(message, "remove it, or run codegen clarity fit again") from error
        return record
    return None


def save_calibration(sha256: str, calibration: Calibration, fitted_on: dict[str, Any]) -> Path:
    """Write a calibration and what it was fitted on; it is there whole or not at all.

    Raises:
        CodegenError: the disk refuses.
    """
    path = calibration_path(sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    record = {"model_sha256": sha256, **fitted_on, "calibration": asdict(calibration)}
    write_output(path, json.dumps(record, indent=2) + "\n")
    return path


def calibration_path(sha256: str) -> Path:
    """Return where a user's calibration of a model is."""
    return paths.data_dir() / "clarity" / f"{sha256}.json"


def _calibration(record: dict[str, Any]) -> Calibration:
    halves = {name: tuple(Counts(**counts) for counts in record[name]) for name in ("fit", "test")}
    return Calibration(**{**record, **halves})
