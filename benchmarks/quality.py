"""Compare every type made here with the same type made by llama.cpp, without and with a matrix.

    python -m benchmarks.quality --corpus FILE... [--model F32.gguf] [--markdown docs/quality.md]

Both quantize the same file; both results are read side by side with it on text that the
importance matrix has not seen: the first half of the corpus feeds the matrix, the other is read.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import tempfile
from pathlib import Path
from typing import Any

from codegen_cli.convert.imatrix import ImportanceMatrix, write_imatrix
from codegen_cli.convert.requantize import QuantizeOptions, quantize
from codegen_cli.convert.types import FILE_TYPES
from codegen_cli.engine.activations import ActivationSums
from codegen_cli.engine.base import never
from codegen_cli.engine.bindings import llama, log
from codegen_cli.engine.threads import model_threads
from codegen_cli.quality.measure import Quality, measure_quality
from codegen_cli.quality.reading import ReadingModel
from codegen_cli.settings import EngineSettings

_WINDOW = 512
_CPU = EngineSettings(gpu_layers="0")


def main() -> None:
    """Make, compare, report."""
    options = parse()
    text = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in options.corpus)
    with ReadingModel(options.model, _CPU, _WINDOW) as reference:
        tokens = reference.model.vocabulary.tokenize(text)[: options.tokens]
        half = len(tokens) // 2 // _WINDOW * _WINDOW
        matrix = collect(reference, tokens[:half])
        rows = [
            row
            for file_type in options.types.split(",")
            for row in compare(options.model, file_type, reference, tokens[half:], matrix)
        ]
    report = {"model": options.model.name, "positions": rows[0]["positions"], "rows": rows}
    print(json.dumps(report, indent=2) if options.json else markdown(report))
    if options.markdown:
        options.markdown.write_text(markdown(report) + "\n", encoding="utf-8")


def parse() -> argparse.Namespace:
    """Read the arguments."""
    parser = argparse.ArgumentParser(prog="benchmarks.quality", description=__doc__.split("\n")[0])
    parser.add_argument("--model", type=Path, required=True, help="an F32 or F16 file")
    parser.add_argument("--corpus", type=Path, nargs="+", required=True)
    parser.add_argument("--tokens", type=int, default=16384)
    parser.add_argument("--types", default=",".join(t for t in FILE_TYPES if t != "F32"))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--markdown", type=Path, help="write the page to this file too")
    return parser.parse_args()


def collect(reference: ReadingModel, tokens: list[int]) -> ImportanceMatrix:
    """Return the importance matrix of some text."""
    sums = ActivationSums(reference.model, _WINDOW, model_threads(reference.model.file.path))
    try:
        for start in range(0, len(tokens), _WINDOW):
            sums.read(tokens[start : start + _WINDOW], never)
    finally:
        sums.close()
    counts = dict.fromkeys(sums.sums, float(sums.tokens))
    return ImportanceMatrix(sums.sums, counts, ("first half",), len(tokens) // _WINDOW, _WINDOW)


def compare(
    source: Path,
    file_type: str,
    reference: ReadingModel,
    tokens: list[int],
    matrix: ImportanceMatrix,
) -> list[dict[str, Any]]:
    """Return a row for each way of making a type."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_imatrix(folder / "matrix.gguf", matrix)
        ways = {
            "llama.cpp": theirs(source, folder / "theirs.gguf", file_type),
            "codegen": ours(source, folder / "ours.gguf", file_type, None),
            "codegen, matrix": ours(
                source, folder / "matrix-made.gguf", file_type, folder / "matrix.gguf"
            ),
        }
        found = {
            way: measure_quality(path, reference, tokens, _WINDOW, _CPU, never, lambda _: None)
            for way, path in ways.items()
        }
    return [row(file_type, way, quality) for way, quality in found.items()]


def row(file_type: str, way: str, quality: Quality) -> dict[str, Any]:
    """Return the figures of one file."""
    distance = quality.distance
    return {
        "type": file_type,
        "made_by": way,
        "size": quality.size,
        "positions": distance.positions,
        "perplexity": distance.perplexity,
        "kl_mean": distance.kl_mean,
        "kl_99": distance.kl_99,
        "kl_max": distance.kl_max,
        "same_top": distance.same_top,
    }


def ours(source: Path, output: Path, file_type: str, imatrix: Path | None) -> Path:
    """Quantize with this project."""
    quantize(source, output, QuantizeOptions(file_type, imatrix, 2, verify=False), lambda *_: None)
    return output


def theirs(source: Path, output: Path, file_type: str) -> Path:
    """Quantize with `llama_model_quantize`."""
    c = llama()
    params = c.llama_model_quantize_default_params()
    params.nthread, params.ftype = 2, int(FILE_TYPES[file_type][0])
    paths = (ctypes.c_char_p(str(path).encode()) for path in (source, output))
    if c.llama_model_quantize(*paths, params):
        raise SystemExit(f"llama.cpp could not make {file_type}: {log.last_error()}")
    return output


def markdown(report: dict[str, Any]) -> str:
    """Return the page."""
    lines = [
        "# Quality of every type",
        "",
        "Written by `python -m benchmarks.quality --markdown`; do not edit by hand.",
        "",
        f"`{report['model']}`, {report['positions']} positions of text that the importance matrix "
        "has not seen. KL is the divergence from the reference's next-token distribution in nats.",
        "",
        "| type | made by | size, MB | perplexity | KL mean | KL 99 % | KL max | same top token |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['type']} | {r['made_by']} | {r['size'] / 1e6:.1f} | {r['perplexity']:.4f} | "
        f"{r['kl_mean']:.2e} | {r['kl_99']:.2e} | {r['kl_max']:.2e} | {r['same_top']:.2%} |"
        for r in report["rows"]
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
