"""Make a GGUF file of another type from a GGUF file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from codegen_cli.convert.gguf_tensor import gguf_tensors
from codegen_cli.convert.header import requantized_header
from codegen_cli.convert.imatrix import read_imatrix
from codegen_cli.convert.names import TargetTensor
from codegen_cli.convert.output import check_output, check_space
from codegen_cli.convert.pipeline import ConvertReport, fallbacks
from codegen_cli.convert.plan import plan_tensors
from codegen_cli.convert.source import Progress
from codegen_cli.convert.types import parse_file_type
from codegen_cli.convert.unfinished import unfinished
from codegen_cli.convert.verify import (
    BOUNDS,
    MAX_PROMPT,
    PROMPT,
    Verification,
    check_bounds,
    compare,
    file_logits,
)
from codegen_cli.convert.write import OnResume, write_file
from codegen_cli.engine.gguf import GGUFFile, check_codegen, read_gguf
from codegen_cli.engine.model import Model
from codegen_cli.engine.threads import default_threads
from codegen_cli.errors import UsageError
from codegen_cli.files import place
from codegen_cli.settings import DEFAULT_FILE_TYPE, EngineSettings

_LAYER = re.compile(r"blk\.(\d+)\.")


@dataclass(frozen=True, slots=True)
class QuantizeOptions:
    """What the user asked for; `force` and `restart` are those of `ConvertOptions`."""

    file_type: str = DEFAULT_FILE_TYPE
    imatrix: Path | None = None
    threads: int = 1
    force: bool = False
    restart: bool = False
    verify: bool = True


def quantize(
    source: Path,
    output: Path,
    options: QuantizeOptions,
    on_progress: Progress,
    on_resume: OnResume = lambda done, count: None,
) -> ConvertReport:
    """Write the weights of a CodeGen GGUF file as another type; all else is copied.

    The same rules as for `convert` hold for what is left behind.

    Raises:
        UsageError: unknown type, source and output are one file, or the output exists.
        InvalidGGUF: the source, or the importance matrix, is broken or something else.
        CheckFailed: the written file does not compute what the source computes.
        Interrupted: Ctrl-C, with a part of the file complete.
    """
    file_type = parse_file_type(options.file_type)
    file = read_gguf(source)
    check_codegen(file)
    if output.exists() and output.samefile(source):
        raise UsageError(f'"{output}" is the source itself', "give another file name")
    check_output(output, force=options.force)
    imatrix = read_imatrix(options.imatrix) if options.imatrix else None
    tensors = gguf_tensors(file)
    plan = plan_tensors(_layers(file), targets(file), file_type, tensors, imatrix)
    check_space(output, sum(tensor.nbytes for tensor in plan))
    header = requantized_header(file, file_type, plan, imatrix)
    status = source.stat()
    with unfinished(output, restart=options.restart) as part:
        resumed = write_file(
            part,
            header,
            plan,
            on_progress,
            on_resume,
            threads=options.threads,
            drop_other=options.force,
            version=f"{status.st_size} {status.st_mtime_ns}",
        )
        check_codegen(read_gguf(part.path))
        verification = None
        if options.verify:
            on_progress("checking", 0, 0)
            made_of = str(file.metadata.get("codegen.file_type", file_type))
            verification = verify_beside(source, part.path, {file_type, made_of})
        place(part.path, output)
    return ConvertReport(
        path=output,
        file_type=file_type,
        size=output.stat().st_size,
        tensors=len(plan),
        resumed=resumed,
        parameters=sum(tensor.elements for tensor in plan),
        fallbacks=fallbacks(plan),
        tokenizer=str(source),
        warnings=(),
        verification=verification,
    )


def targets(file: GGUFFile) -> list[TargetTensor]:
    """Return the tensors of a file as those of the file to write: names and order are kept."""
    return [
        TargetTensor(info.name, (info.name,), info.shape[::-1], int(found[1]) if found else -1)
        for info in file.tensors
        for found in [_LAYER.match(info.name)]
    ]


def verify_beside(source: Path, output: Path, types: set[str]) -> Verification:
    """Compare the logits of a file with those of the file it was made from.

    llama.cpp rounds activations as it does weights, so the coarser of both types explains more.

    Raises:
        CheckFailed: they differ by more than the types explain.
    """
    logits = []
    for path in (source, output):
        model = Model(path, EngineSettings(gpu_layers="0"), default_threads(), repack=False)
        try:
            most = min(MAX_PROMPT, model.info.n_ctx_train)
            logits.append(file_logits(model, model.vocabulary.tokenize(PROMPT)[:most]))
        finally:
            model.close()
    result = compare(*logits)
    check_bounds(result, max(types & BOUNDS.keys(), key=BOUNDS.__getitem__))
    return result


def _layers(file: GGUFFile) -> int:
    return int(file.own("block_count"))
