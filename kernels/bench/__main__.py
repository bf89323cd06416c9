"""Measure the kernels, from the repository's root, with codegen-kernels installed:

    python -m kernels.bench products
    python -m kernels.bench models --threads 2 --types Q8_0,Q4_K_M

`models` makes a random checkpoint of CodeGen 350M's shape in the cache folder (about 1.5 GB). Both
print Markdown tables.
"""

from __future__ import annotations

import argparse
import itertools

from codegen_cli import paths

_ROWS = (1, 4, 16, 64, 512)
_TYPES = "Q8_0,Q4_K_M,Q4_0,Q5_K_M,Q6_K,F16"


def products() -> None:
    """Print GMAC/s of each kernel and its share of the peak; GB/s for one row."""
    from kernels.bench.peak import measure_peak
    from kernels.bench.products import speeds

    peak = measure_peak()
    print(
        f"one thread; peak: {peak.read / 1e9:.1f} GB/s read, {peak.bytes / 1e9:.0f} GMAC/s of "
        f"bytes, {peak.floats / 1e9:.0f} GMAC/s of floats\n"
    )
    print("| kernels | type | 1 row, GB/s | of peak |" + "".join(f" {r} |" for r in _ROWS[1:]))
    print("|---|---|" + "---|" * (len(_ROWS) + 1))
    found = speeds(_ROWS)
    while line := list(itertools.islice(found, len(_ROWS))):
        one, *more = line
        best = peak.floats if one.type.startswith("F") else peak.bytes
        cells = [f"{s.products / 1e9:.0f} ({100 * s.products / best:.0f} %)" for s in more]
        read = f"{one.bytes / 1e9:.1f} | {100 * one.bytes / peak.read:.0f} %"
        print(f"| {one.kernels} | {one.type} | {read} | " + " | ".join(cells) + " |", flush=True)


def models(types: list[str], batches: tuple[int, ...], threads: int, turns: int) -> None:
    """Print tokens a second of stock and of the kernels, best and median."""
    from benchmarks.side_by_side.files import SHAPES, Files
    from kernels.bench.models import compare

    files = Files(paths.cache_dir() / "peers" / "350M", SHAPES["350M"])
    print(f"{threads} thread{'s' * (threads != 1)}, {turns} turns; best / median\n")
    print("| type | work | llama.cpp | kernels | times faster |\n|---|---|---|---|---|")
    for file_type in types:
        for row in compare(files.path(file_type), file_type, threads, batches, turns):
            stock, own = ("{:.0f} / {:.0f}".format(*rates) for rates in (row.stock, row.own))
            ratio = "{:.2f} / {:.2f}".format(*row.ratios)
            print(f"| {row.file_type} | {row.work} | {stock} | {own} | {ratio} |", flush=True)


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m kernels.bench", description=__doc__)
    parser.add_argument("what", choices=["products", "models"])
    parser.add_argument("--types", default=_TYPES)
    parser.add_argument("--batches", default="1,4,16,64")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--turns", type=int, default=6)
    asked = parser.parse_args()
    if asked.what == "products":
        products()
    else:
        batches = tuple(map(int, asked.batches.split(",")))
        models(asked.types.split(","), batches, asked.threads, asked.turns)


if __name__ == "__main__":
    main()
