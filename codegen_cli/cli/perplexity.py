"""`codegen perplexity`: how surprising a text is to a model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from codegen_cli import console
from codegen_cli.cli import options as o
from codegen_cli.cli.lora import adapters
from codegen_cli.cli.open_engine import open_engine
from codegen_cli.errors import UsageError
from codegen_cli.files import read_input
from codegen_cli.interrupt import interruptible
from codegen_cli.settings import EngineSettings

if TYPE_CHECKING:
    from codegen_cli.engine.base import Engine
    from codegen_cli.evaluation.perplexity import Likelihood
    from codegen_cli.evaluation.text_perplexity import TextScore


def perplexity(
    file: Annotated[str, typer.Argument(metavar="FILE", help="The text, or - for stdin.")],
    prefix: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A text that stands before it and is not scored."),
    ] = None,
    lines: Annotated[bool, typer.Option("--lines", help="Show each line's too.")] = False,
    as_json: o.Json = False,
    model: o.Model = o.MODEL,
    lora: o.LoraFiles = None,
    engine_name: o.Engine = o.ENGINE,
    gpu_layers: o.GpuLayers = o.GPU_LAYERS,
    main_gpu: o.MainGpu = None,
    tensor_split: o.TensorSplit = None,
    threads: o.Threads = None,
    ctx: o.Context = None,
    verbose: o.Verbose = False,
) -> None:
    """Measure how surprising a text is to a model: exp of the mean -log P of its tokens.

    The first token follows the end of another text. A text beyond the context is scored in
    windows that overlap by half. Attention is computed in 32 bits.

    Examples:

      codegen perplexity program.py

      codegen perplexity --prefix program.py next.py --lines

      git show HEAD:setup.py | codegen perplexity - --json | jq .perplexity
    """
    if file == prefix == "-":
        raise UsageError("stdin cannot be both the text and --prefix", "give one of them a file")
    text = read_input(file)
    before = read_input(prefix) if prefix is not None else ""
    if not text:
        raise UsageError("there is nothing to score", "give a text")
    settings = EngineSettings(
        gpu_layers,
        threads,
        ctx,
        verbose,
        exact=True,
        main_gpu=main_gpu,
        tensor_split=o.shares(tensor_split),
        engine=engine_name,
        lora=adapters(lora),
    )
    with open_engine(model, settings) as engine, interruptible() as should_stop:
        from codegen_cli.evaluation.text_perplexity import score_text

        with console.stderr().status("scoring…"):
            score = score_text(engine, text, before, should_stop)
        by_line = score.lines(engine.vocabulary) if lines else None
        if as_json:
            record = _record(engine, score, by_line)
            console.emit(json.dumps(record, ensure_ascii=False) + "\n")
        else:
            console.emit(_text(score, by_line, text))


def _record(engine: Engine, score: TextScore, by_line: list[Likelihood] | None) -> dict[str, Any]:
    from codegen_cli.registry.fingerprint import model_sha256

    info = engine.info
    record: dict[str, Any] = {
        **score.likelihood.to_json(),
        "windows": score.windows,
        "context": engine.n_ctx,
        "model": {
            "name": info.name,
            "sha256": model_sha256(Path(info.path)),
            "adapters": [
                {"sha256": model_sha256(Path(added.path)), "scale": added.scale}
                for added in info.adapters
            ],
        },
    }
    if by_line is not None:
        record["lines"] = [{"line": n, **line.to_json()} for n, line in enumerate(by_line, 1)]
    return record


def _text(score: TextScore, by_line: list[Likelihood] | None, text: str) -> str:
    rows = []
    if by_line is not None:
        rows.append("perplexity  tokens  line")
        for found, line in zip(by_line, text.split("\n"), strict=False):
            shown = f"{found.perplexity:10.3f}" if found.tokens else " " * 10
            rows.append(f"{shown}  {found.tokens:6}  {line}".rstrip())
        rows.append("")
    whole = score.likelihood
    rows.append(f"perplexity {whole.perplexity:.4f} ({whole.tokens} tokens, {whole.nll:.2f} nats)")
    if score.windows > 1:
        rows.append(f"in {score.windows} windows: the text is longer than the context")
    return "\n".join(rows) + "\n"
