"""Convert a checkpoint: read, plan, stream, check, and only then put the file in its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from codegen_cli.convert.checkpoint import Checkpoint
from codegen_cli.convert.config import CodeGenConfig
from codegen_cli.convert.header import gguf_header
from codegen_cli.convert.imatrix import ImportanceMatrix, read_imatrix
from codegen_cli.convert.names import map_tensors
from codegen_cli.convert.output import check_output, check_space
from codegen_cli.convert.plan import PlannedTensor, plan_tensors
from codegen_cli.convert.provenance import describe, family_of, hash_files
from codegen_cli.convert.relayout import row_orders
from codegen_cli.convert.source import Progress, Source, open_source
from codegen_cli.convert.tokenizer import WHITE_SPACE_FAMILIES, find_vocab
from codegen_cli.convert.types import parse_file_type
from codegen_cli.convert.unfinished import unfinished
from codegen_cli.convert.verify import SURPRISED, Verification, verify_file
from codegen_cli.convert.vocab import Vocab
from codegen_cli.convert.write import OnResume, write_file
from codegen_cli.engine.gguf import check_codegen, read_gguf
from codegen_cli.files import place
from codegen_cli.settings import DEFAULT_FILE_TYPE


@dataclass(frozen=True, slots=True)
class ConvertOptions:
    """What the user asked for; None means read or guess it from the checkpoint.

    `force` replaces an existing file, and what was begun for another conversion; `restart` drops
    what was begun for this one too.
    """

    file_type: str = DEFAULT_FILE_TYPE
    tokenizer: Path | None = None
    run_config: Path | None = None
    cores: int | None = None
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

    `resumed` of the tensors were written by an earlier run. `tokenizer` is where the vocabulary
    came from; `warnings` are for the user.
    """

    path: Path
    file_type: str
    size: int
    tensors: int
    resumed: int
    parameters: int
    fallbacks: dict[str, int]
    tokenizer: str
    warnings: tuple[str, ...]
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
    """Convert a checkpoint to one GGUF file.

    The file appears under its name only when it is complete and checked; `before_name` is called
    with it just before. After an error or a full disk nothing is left behind; what Ctrl-C or a
    kill leaves behind, the same conversion goes on from.

    Raises:
        UsageError: unknown type, the output exists and `force` is off, or it was begun otherwise.
        CheckpointError: the checkpoint is missing, unreadable or not CodeGen.
        CheckFailed: the written file does not compute what the checkpoint computes.
        Interrupted: Ctrl-C, with a part of the file complete.
    """
    file_type = parse_file_type(options.file_type)
    check_output(output, force=options.force)
    imatrix = read_imatrix(options.imatrix) if options.imatrix else None
    with open_source(
        source, on_progress, run_config=options.run_config, cores=options.cores
    ) as opened:
        config, checkpoint = opened.config, opened.checkpoint
        family = family_of(opened, options.family, options.name)
        vocab = find_vocab(opened, options.tokenizer, family)
        plan = make_plan(config, checkpoint, file_type, imatrix)
        check_space(output, sum(tensor.nbytes for tensor in plan))
        provenance = describe(
            opened,
            [tensor.target for tensor in plan],
            _hashes(opened, vocab, on_progress),
            name=options.name,
            family=family,
            license_name=options.license,
            origin=options.origin,
        )
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
                row_orders=row_orders(config),
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
        tokenizer=str(vocab.folder),
        warnings=tuple(_warnings(vocab, family, verification)),
        verification=verification,
    )


def _hashes(source: Source, vocab: Vocab, on_progress: Progress) -> dict[str, str]:
    files = [*source.files, *(file for file in vocab.files if isinstance(file, Path))]
    total = sum(path.stat().st_size for path in files)
    return hash_files(files, lambda n: on_progress("hashing", n, total))


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


def _warnings(vocab: Vocab, family: str, verification: Verification | None) -> Iterator[str]:
    if family in WHITE_SPACE_FAMILIES and not vocab.has_white_space:
        yield (
            f'the tokenizer of "{vocab.folder}" lacks the runs of white space that {family} models '
            "were trained with, so indented code will be worse"
        )
    if verification is not None and verification.surprise > SURPRISED:
        yield (
            "the checkpoint foretells a short program hardly better than chance "
            f"({verification.surprise:.0%} of an even guess's surprise): it is untrained, or the "
            "tokenizer or the layout (--cores) is that of another model"
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
