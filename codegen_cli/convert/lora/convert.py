"""Convert PEFT's folder of a LoRA adapter to a GGUF adapter."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from codegen_cli import __version__
from codegen_cli.convert.checkpoint import open_checkpoint
from codegen_cli.convert.checkpoint.folder import ADAPTER_FILES
from codegen_cli.convert.lora.base import read_base
from codegen_cli.convert.lora.check import check_lora
from codegen_cli.convert.lora.copies import without_copies
from codegen_cli.convert.lora.pairs import pair_tensors
from codegen_cli.convert.lora.peft_config import NAME, read_peft_config
from codegen_cli.convert.lora.plan import plan_lora
from codegen_cli.convert.lora.write import LoraOrigin, write_lora
from codegen_cli.convert.output import check_output
from codegen_cli.convert.provenance import hash_files
from codegen_cli.errors import UsageError
from codegen_cli.files import place, temporary_beside

_TYPES = ("F32", "F16")


@dataclass(frozen=True, slots=True)
class LoraReport:
    """What was written: bytes, matrices that change, and the largest relative error of a row."""

    path: Path
    file_type: str
    size: int
    matrices: int
    alpha: float
    error: float | None


def convert_lora(
    folder: Path,
    base: Path,
    output: Path,
    file_type: str = "F32",
    *,
    name: str | None = None,
    force: bool = False,
    verify: bool = True,
) -> LoraReport:
    """Convert an adapter of the model `base`, a checkpoint folder or a file made of one.

    The file appears under its name only when it is complete and checked.

    Raises:
        UsageError: an adapter cannot have this type, or the output exists and `force` is off.
        CheckpointError: the adapter is broken, more than LoRA, or not for this base.
        CheckFailed: the written file does not add what the adapter adds.
    """
    if file_type.upper() not in _TYPES:
        raise UsageError(f'adapters are not written as "{file_type}"', "use -q F32 or -q F16")
    check_output(output, force=force)
    config, peft = read_base(base), read_peft_config(folder)
    with open_checkpoint(folder, ADAPTER_FILES) as checkpoint:
        pairs = pair_tensors(without_copies(checkpoint.tensors, base), checkpoint.other)
        tensors = list(plan_lora(config, pairs, peft))
        hashes = hash_files([*checkpoint.files, folder / NAME], lambda _: None)
        origin = LoraOrigin(
            name or folder.resolve().name, peft.base, hashes, f"codegen-cli {__version__}"
        )
        with temporary_beside(output) as temporary:
            count = write_lora(temporary, tensors, peft.alpha, file_type.upper(), origin)
            modules = {t.target.name: t.target.sources[0].removesuffix(".weight") for t in tensors}
            error = check_lora(temporary, config, pairs, peft, modules) if verify else None
            place(temporary, output)
    return LoraReport(output, file_type.upper(), output.stat().st_size, count, peft.alpha, error)
