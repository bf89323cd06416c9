"""Convert a checkpoint: read, plan, stream, check, and only then put the file in its place."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from codegen_cli import files
from codegen_cli.convert.checkpoint import Checkpoint, open_checkpoint
from codegen_cli.convert.config import CodeGenConfig, read_config
from codegen_cli.convert.header import gguf_header
from codegen_cli.convert.imatrix import ImportanceMatrix, read_imatrix
from codegen_cli.convert.names import map_tensors
from codegen_cli.convert.plan import PlannedTensor, plan_tensors
from codegen_cli.convert.provenance import Provenance, describe, hash_files
from codegen_cli.convert.relayout import qkv_rows
from codegen_cli.convert.types import parse_file_type
from codegen_cli.convert.unfinished import Unfinished, begun_bytes, unfinished
from codegen_cli.convert.verify import Verification, verify_file
from codegen_cli.convert.vocab import read_vocab
from codegen_cli.convert.write import write_tensors
from codegen_cli.engine.gguf import check_codegen, read_gguf
from codegen_cli.errors import CodegenError, UsageError
from codegen_cli.files import is_special, place
from codegen_cli.settings import DEFAULT_FILE_TYPE

#: Told what is being done, how much more of it is done, and how much there is in all.
Progress = Callable[[str, int, int], None]

#: Told how many tensors of how many an earlier run completed.
OnResume = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ConvertOptions:
    """What the user asked for; None means read or guess it from the checkpoint.

    `origin` says where the checkpoint came from. `force` replaces an existing file, and what was
    begun for another conversion; `restart` drops what was begun for this one too.
    """

    file_type: str = DEFAULT_FILE_TYPE
    tokenizer: Path | None = None
    name: str | None = None
    family: str | None = None
    license: str | None = None
    imatrix: Path | None = None
    origin: str | None = None
    threads: int = 1
    force: bool = False
    restart: bool = False
    verify: bool = True


@dataclass(frozen=True, slots=True)
class ConvertReport:
    """What was written: bytes, weights, fallbacks (`Q4_K → Q5_0`: tensors), and the check.

    `resumed` of the tensors were written by an earlier run.
    """

    path: Path
    file_type: str
    size: int
    tensors: int
    resumed: int
    parameters: int
    fallbacks: dict[str, int]
    verification: Verification | None


def convert(
    source: Path,
    output: Path,
    options: ConvertOptions,
    on_progress: Progress,
    *,
    on_resume: OnResume = lambda done, count: None,
    before_name: Callable[[Path], None] = lambda path: None,
) -> ConvertReport:
    """Convert a Hugging Face CodeGen folder to one GGUF file.

    The file appears under its name only when it is complete and checked; `before_name` is called
    with it just before. After an error or a full disk nothing is left behind; what Ctrl-C or a
    kill leaves behind, the same conversion goes on from.

    Raises:
        UsageError: unknown type, the output exists and `force` is off, or it was begun otherwise.
        CheckpointError: the checkpoint is missing, unreadable or not CodeGen1.
        CheckFailed: the written file does not compute what the checkpoint computes.
        Interrupted: Ctrl-C, with a part of the file complete.
    """
    file_type = parse_file_type(options.file_type)
    check_output(output, force=options.force)
    config = read_config(source)
    vocab = read_vocab(options.tokenizer or source, config.vocab_size)
    imatrix = read_imatrix(options.imatrix) if options.imatrix else None
    with open_checkpoint(source) as checkpoint:
        plan = make_plan(config, checkpoint, file_type, imatrix)
        check_space(output, sum(tensor.nbytes for tensor in plan))
        inputs = [*checkpoint.files, source / "config.json", *vocab.files]
        provenance = _provenance(source, config, plan, inputs, options, on_progress)
        header = gguf_header(config, vocab, provenance, file_type, plan, imatrix)
        with unfinished(output, restart=options.restart) as part:
            resumed = write_file(
                part,
                header,
                plan,
                on_progress,
                on_resume,
                threads=options.threads,
                drop_other=options.force,
                qkv_rows=qkv_rows(config),
            )
            check_codegen(read_gguf(part.path))
            verification = None
            if options.verify:
                on_progress("checking", 0, 0)
                verification = verify_file(part.path, config, checkpoint, vocab, file_type)
            before_name(part.path)
            place(part.path, output)
    return ConvertReport(
        path=output,
        file_type=file_type,
        size=output.stat().st_size,
        tensors=len(plan),
        resumed=resumed,
        parameters=sum(tensor.elements for tensor in plan),
        fallbacks=fallbacks(plan),
        verification=verification,
    )


def _provenance(
    source: Path,
    config: CodeGenConfig,
    plan: list[PlannedTensor],
    inputs: list[Path],
    options: ConvertOptions,
    on_progress: Progress,
) -> Provenance:
    total = sum(path.stat().st_size for path in inputs)
    return describe(
        source,
        config,
        [tensor.target for tensor in plan],
        hash_files(inputs, lambda n: on_progress("hashing", n, total)),
        name=options.name,
        family=options.family,
        license_name=options.license,
        origin=options.origin,
    )


def write_file(
    part: Unfinished,
    header: bytes,
    plan: list[PlannedTensor],
    on_progress: Progress,
    on_resume: OnResume,
    *,
    threads: int,
    drop_other: bool,
    qkv_rows: NDArray[np.intp] | None = None,
) -> int:
    """Write what an earlier run did not, and return how many tensors it did.

    Raises:
        UsageError: the file was begun otherwise, and `drop_other` is off.
        CheckpointError: a weight is NaN, infinite or too large for the type.
    """
    total = sum(tensor.elements for tensor in plan)

    def on_elements(count: int) -> None:
        on_progress("writing", count, total)

    sizes = [tensor.nbytes for tensor in plan]
    resumed = part.open(header, sizes, drop_other=drop_other)
    if resumed:
        on_resume(resumed, len(plan))
        on_elements(sum(tensor.elements for tensor in plan[:resumed]))
    write_tensors(part, plan[resumed:], threads, on_elements, qkv_rows)
    part.finish()
    return resumed


def make_plan(
    config: CodeGenConfig,
    checkpoint: Checkpoint,
    file_type: str,
    imatrix: ImportanceMatrix | None = None,
) -> list[PlannedTensor]:
    """Return the tensors to write, in file order, each with its type and source.

    Raises:
        CheckpointError: a tensor is missing, unknown, of another shape or not of floats.
    """
    shapes = {name: tensor.shape for name, tensor in checkpoint.tensors.items()}
    targets = map_tensors(config, shapes, checkpoint.other)
    return plan_tensors(config.n_layer, targets, file_type, checkpoint.tensors, imatrix)


def check_output(output: Path, *, force: bool) -> None:
    """Refuse an output that cannot or should not be written.

    Raises:
        UsageError: it exists without `force`, is a folder, or its folder does not exist.
    """
    if output.is_dir():
        raise UsageError(f'"{output}" is a folder', "give a file name, such as model.gguf")
    if output.exists() and not force:
        raise UsageError(f'"{output}" exists', "use --force to replace it")
    if is_special(output):
        raise UsageError(f'"{output}" is a device or a pipe', "give a file name")
    files.check_output(output)


def check_space(output: Path, needed: int) -> None:
    """Refuse to start when the disk has less room than the rest of the file needs.

    Raises:
        CodegenError: it has.
    """
    free = shutil.disk_usage(output.parent).free + begun_bytes(output)
    if free < needed:
        raise CodegenError(
            f'the file needs {needed / 1e9:.2f} GB, but the disk of "{output.parent}" has '
            f"{free / 1e9:.2f} GB free",
            "free some space, or choose a smaller type",
        )


def fallbacks(plan: list[PlannedTensor]) -> dict[str, int]:
    """Count the tensors whose rows do not fit their type, by what they got instead."""
    return dict(
        Counter(
            f"{tensor.type.fell_back_from.name} → {tensor.type.type.name}"
            for tensor in plan
            if tensor.type.fell_back_from is not None
        )
    )
