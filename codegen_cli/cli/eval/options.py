"""The options that the benchmarks share.

Sampling has no environment variables here: what a user prefers for chatting is not the protocol.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from codegen_cli.cli.eval.source import Cluster
from codegen_cli.errors import UsageError

_SAMPLING = "Sampling"
_ENGINE = "Model and engine"
_SCORING = "Scoring"

Out = Annotated[
    Path,
    typer.Option(
        "--out", "-o", file_okay=False, help="The folder of the run; one begun before goes on."
    ),
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="Only the first N problems.")]
Restart = Annotated[
    bool, typer.Option("--restart", help="Remove the run that is in the folder and begin anew.")
]
Temperatures = Annotated[
    list[float] | None,
    typer.Option(
        "--temperature",
        "-T",
        min=0.0,
        max=10.0,
        help="Repeatable; by default the paper's 0.2, 0.6 and 0.8. 0 is greedy.",
        rich_help_panel=_SAMPLING,
    ),
]
TopP = Annotated[
    float,
    typer.Option(
        "--top-p",
        min=0.0,
        max=1.0,
        help="Nucleus sampling: keep this much probability.",
        rich_help_panel=_SAMPLING,
    ),
]
Seed = Annotated[
    int,
    typer.Option(
        "--seed",
        "-s",
        min=0,
        max=2**32 - 1,
        help="The same seed gives the same samples.",
        rich_help_panel=_SAMPLING,
    ),
]
Cache = Annotated[
    int,
    typer.Option(
        "--cache",
        min=256,
        metavar="TOKENS",
        help="KV cache that the samples of a batch share; more is faster on a GPU.",
        rich_help_panel=_ENGINE,
    ),
]
Ray = Annotated[
    str | None,
    typer.Option(
        "--ray",
        metavar="local|ADDRESS",
        help="Draw on a Ray cluster: local starts one here, auto finds the one of this machine, "
        "HOST:PORT is another.",
        rich_help_panel=_ENGINE,
    ),
]
RayWorkers = Annotated[
    int | None,
    typer.Option(
        "--ray-workers",
        min=1,
        help="Models to load on the cluster; by default as many as there is room for.",
        rich_help_panel=_ENGINE,
    ),
]
Perplexity = Annotated[
    bool,
    typer.Option(
        "--perplexity", help="Score the prompts too: perplexity.jsonl.", rich_help_panel=_SCORING
    ),
]
NoScore = Annotated[
    bool,
    typer.Option("--no-score", help="Run no program: only draw.", rich_help_panel=_SCORING),
]


def check_cluster(address: str | None, workers: int | None) -> Cluster | None:
    """Return the cluster that is asked for.

    Raises:
        UsageError: workers without a cluster, or an address that cannot work.
        CodegenError: ray is not installed.
    """
    if address is None:
        if workers is not None:
            raise UsageError(f"--ray-workers {workers} needs --ray", "add --ray local")
        return None
    from codegen_cli.evaluation.ray_cluster import check_ray

    check_ray(address)
    return Cluster(address, workers)


def check_temperatures(temperatures: list[float], samples: int) -> tuple[float, ...]:
    """Return the temperatures without doubles.

    Raises:
        UsageError: one cannot name a file, or greedy decoding would repeat itself.
    """
    for temperature in temperatures:
        if float(f"{temperature:g}") != temperature:
            raise UsageError(f"--temperature {temperature} has too many digits", "give six at most")
        if temperature == 0 and samples > 1:
            raise UsageError(
                f"--temperature 0 gives the same answer {samples} times", "use --samples 1"
            )
    return tuple(dict.fromkeys(temperatures))
