"""Convert a checkpoint: read, plan, stream, check, and only then put the file in its place."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from codegen_cli import files
from codegen_cli.convert.checkpoint import Checkpoint, Tensor
from codegen_cli.convert.checkpoint.derived import stacked
from codegen_cli.convert.config import CodeGenConfig
from codegen_cli.convert.names import TargetTensor, map_tensors
from codegen_cli.convert.provenance import describe, family_of, hash_files
from codegen_cli.convert.source import Progress, Source, open_source
from codegen_cli.convert.tokenizer import WHITE_SPACE_FAMILIES, find_vocab
from codegen_cli.convert.types import parse_file_type, tensor_type
from codegen_cli.convert.verify import Verification, verify_file
from codegen_cli.convert.vocab import Vocab
from codegen_cli.convert.write import PlannedTensor, write_gguf
from codegen_cli.engine.gguf import check_codegen, read_gguf
from codegen_cli.errors import CodegenError, UsageError
from codegen_cli.files import is_special, place, temporary_beside
from codegen_cli.settings import DEFAULT_FILE_TYPE

#: Trained models stay below 0.45; wrong tokens or rows give from 0.75 on (measured on nano).
_SURPRISED = 0.6


@dataclass(frozen=True, slots=True)
class ConvertOptions:
    """What the user asked for; None means read or guess it from the checkpoint."""

    file_type: str = DEFAULT_FILE_TYPE
    tokenizer: Path | None = None
    run_config: Path | None = None
    cores: int | None = None
    name: str | None = None
    family: str | None = None
    license: str | None = None
    threads: int = 1
    force: bool = False
    verify: bool = True


@dataclass(frozen=True, slots=True)
class ConvertReport:
    """What was written: bytes, weights, fallbacks (`Q4_K → Q5_0`: tensors), and the check.

    `tokenizer` is where the vocabulary came from; `warnings` are for the user.
    """

    path: Path
    file_type: str
    size: int
    tensors: int
    parameters: int
    fallbacks: dict[str, int]
    tokenizer: str
    warnings: tuple[str, ...]
    verification: Verification | None


def convert(
    source: Path, output: Path, options: ConvertOptions, on_progress: Progress
) -> ConvertReport:
    """Convert a Hugging Face CodeGen folder to one GGUF file.

    The file appears under its name only when it is complete and checked; after an error, Ctrl-C
    or a full disk nothing is left behind.

    Raises:
        UsageError: unknown type, or the output exists and `force` is off.
        CheckpointError: the checkpoint is missing, unreadable or not CodeGen1.
        CheckFailed: the written file does not compute what the checkpoint computes.
    """
    file_type = parse_file_type(options.file_type)
    check_output(output, force=options.force)
    with open_source(
        source, on_progress, run_config=options.run_config, cores=options.cores
    ) as opened:
        config, checkpoint = opened.config, opened.checkpoint
        family = family_of(opened, options.family, options.name)
        vocab = find_vocab(opened, options.tokenizer, family)
        plan = make_plan(config, checkpoint, file_type)
        check_space(output, sum(tensor.nbytes for tensor in plan))
        provenance = describe(
            opened,
            [tensor.target for tensor in plan],
            _hashes(opened, vocab, on_progress),
            name=options.name,
            family=family,
            license_name=options.license,
        )
        parameters = sum(tensor.elements for tensor in plan)
        with temporary_beside(output) as temporary:
            write_gguf(
                temporary,
                config,
                vocab,
                provenance,
                file_type,
                plan,
                options.threads,
                lambda n: on_progress("writing", n, parameters),
            )
            check_codegen(read_gguf(temporary))
            verification = None
            if options.verify:
                on_progress("checking", 0, 0)
                verification = verify_file(temporary, config, checkpoint, vocab, file_type)
            place(temporary, output)
    return ConvertReport(
        path=output,
        file_type=file_type,
        size=output.stat().st_size,
        tensors=len(plan),
        parameters=parameters,
        fallbacks=_fallbacks(plan),
        tokenizer=str(vocab.folder),
        warnings=tuple(_warnings(vocab, family, verification)),
        verification=verification,
    )


def _hashes(source: Source, vocab: Vocab, on_progress: Progress) -> dict[str, str]:
    files = [*source.files, *(file for file in vocab.files if isinstance(file, Path))]
    total = sum(path.stat().st_size for path in files)
    return hash_files(files, lambda n: on_progress("hashing", n, total))


def make_plan(config: CodeGenConfig, checkpoint: Checkpoint, file_type: str) -> list[PlannedTensor]:
    """Return the tensors to write, in file order, each with its type and source.

    Raises:
        CheckpointError: a tensor is missing, unknown, of another shape or not of floats.
    """
    shapes = {name: tensor.shape for name, tensor in checkpoint.tensors.items()}
    targets = map_tensors(config, shapes, checkpoint.other)
    return [
        PlannedTensor(
            target,
            tensor_type(file_type, target, config.n_layer),
            _source(target, checkpoint),
        )
        for target in targets
    ]


def _source(target: TargetTensor, checkpoint: Checkpoint) -> Tensor | None:
    parts = [checkpoint.tensors[name] for name in target.sources]
    return stacked(target.name, parts) if parts else None


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
    """Refuse to start when the disk has less room than the file needs.

    Raises:
        CodegenError: it has.
    """
    free = shutil.disk_usage(output.parent).free
    if free < needed:
        raise CodegenError(
            f'the file needs {needed / 1e9:.2f} GB, but the disk of "{output.parent}" has '
            f"{free / 1e9:.2f} GB free",
            "free some space, or choose a smaller type",
        )


def _warnings(vocab: Vocab, family: str, verification: Verification | None) -> Iterator[str]:
    if family in WHITE_SPACE_FAMILIES and not vocab.has_white_space:
        yield (
            f'the tokenizer of "{vocab.folder}" lacks the runs of white space that {family} models '
            "were trained with, so indented code will be worse"
        )
    if verification is not None and verification.surprise > _SURPRISED:
        yield (
            "the checkpoint foretells a short program hardly better than chance "
            f"({verification.surprise:.0%} of an even guess's surprise): it is untrained, or the "
            "tokenizer or the layout (--cores) is that of another model"
        )


def _fallbacks(plan: list[PlannedTensor]) -> dict[str, int]:
    return dict(
        Counter(
            f"{tensor.type.fell_back_from.name} → {tensor.type.type.name}"
            for tensor in plan
            if tensor.type.fell_back_from is not None
        )
    )
