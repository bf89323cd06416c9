"""The options that several commands share, each declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from codegen_cli.errors import UsageError
from codegen_cli.settings import (
    DEFAULT_FILE_TYPE,
    DEFAULT_MODEL,
    EngineName,
    EngineSettings,
    Sampling,
)

_D = Sampling()
_SAMPLING = "Sampling"
_ENGINE = "Model and engine"
_TPU = "TPU checkpoints"


def complete_model(incomplete: str) -> list[str]:
    from codegen_cli.registry.find import local_models

    return [model.name for model in local_models() if model.name.startswith(incomplete)]


def complete_recipe(incomplete: str) -> list[str]:
    from codegen_cli.registry.recipes import recipes

    return [recipe.name for recipe in recipes() if recipe.name.startswith(incomplete)]


def shares(value: str | None) -> tuple[float, ...]:
    """Return the shares that `--tensor-split` gives, such as "0.6,0.4".

    Raises:
        UsageError: they are not numbers with commas between them.
    """
    if value is None:
        return ()
    try:
        return tuple(float(share) for share in value.split(","))
    except ValueError:
        raise UsageError(
            f'--tensor-split "{value}" is not a list of shares', "try --tensor-split 0.6,0.4"
        ) from None


Model = Annotated[
    str,
    typer.Option(
        "--model",
        "-m",
        help="A model's name, or the path of a GGUF file (of a folder with --engine transformers).",
        envvar="CODEGEN_MODEL",
        autocompletion=complete_model,
        rich_help_panel=_ENGINE,
    ),
]
Engine = Annotated[
    EngineName,
    typer.Option(
        "--engine",
        help="What computes: llama.cpp, or transformers on a Hugging Face folder.",
        envvar="CODEGEN_ENGINE",
        rich_help_panel=_ENGINE,
    ),
]
GpuLayers = Annotated[
    str,
    typer.Option(
        "--gpu-layers",
        "-ngl",
        help="Layers on the GPU: auto, all or a number.",
        envvar="CODEGEN_GPU_LAYERS",
        rich_help_panel=_ENGINE,
    ),
]
MainGpu = Annotated[
    int | None,
    typer.Option(
        "--main-gpu",
        min=0,
        help="Use only this GPU; 0 is the first that `codegen doctor` lists.",
        envvar="CODEGEN_MAIN_GPU",
        rich_help_panel=_ENGINE,
    ),
]
TensorSplit = Annotated[
    str | None,
    typer.Option(
        "--tensor-split",
        metavar="SHARE,SHARE…",
        help="How to divide the layers among several GPUs; by free memory by default.",
        envvar="CODEGEN_TENSOR_SPLIT",
        rich_help_panel=_ENGINE,
    ),
]
LoraFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--lora",
        metavar="FILE[:SCALE]",
        help="Add a LoRA adapter (`codegen convert` makes them) to the model; repeatable.",
        rich_help_panel=_ENGINE,
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(
        "--threads",
        "-t",
        min=1,
        max=1024,
        help="CPU threads; by default one a physical core, one for a tiny model.",
        envvar="CODEGEN_THREADS",
        rich_help_panel=_ENGINE,
    ),
]
Context = Annotated[
    int | None,
    typer.Option(
        "--ctx",
        min=8,
        help="Context in tokens; the model's own by default.",
        envvar="CODEGEN_CTX",
        rich_help_panel=_ENGINE,
    ),
]
Verbose = Annotated[
    bool,
    typer.Option("--verbose", "-v", help="Show llama.cpp's log.", rich_help_panel=_ENGINE),
]
Temperature = Annotated[
    float,
    typer.Option(
        "--temperature",
        "-T",
        min=0.0,
        max=10.0,
        help="0 always takes the likeliest token.",
        envvar="CODEGEN_TEMPERATURE",
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
        envvar="CODEGEN_TOP_P",
        rich_help_panel=_SAMPLING,
    ),
]
TopK = Annotated[
    int,
    typer.Option(
        "--top-k", min=0, help="Keep the K likeliest; 0 is off.", rich_help_panel=_SAMPLING
    ),
]
MinP = Annotated[
    float,
    typer.Option(
        "--min-p",
        min=0.0,
        max=1.0,
        help="Drop tokens below this share of the likeliest; 0 is off.",
        rich_help_panel=_SAMPLING,
    ),
]
RepeatPenalty = Annotated[
    float,
    typer.Option(
        "--repeat-penalty",
        min=0.01,
        max=10.0,
        help="Above 1 makes recent tokens less likely; 1 is off.",
        rich_help_panel=_SAMPLING,
    ),
]
MaxTokens = Annotated[
    int,
    typer.Option(
        "--max-tokens",
        min=1,
        help="The longest answer, in tokens.",
        envvar="CODEGEN_MAX_TOKENS",
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
        help="The same seed gives the same text.",
        envvar="CODEGEN_SEED",
        rich_help_panel=_SAMPLING,
    ),
]
Candidates = Annotated[
    int,
    typer.Option(
        "--candidates",
        "-n",
        min=1,
        max=64,
        help="Write so many answers to each step in one batch and take the best.",
        rich_help_panel=_SAMPLING,
    ),
]
Speculate = Annotated[
    bool,
    typer.Option(
        "--speculate",
        help="Guess repeated code ahead and check the guesses in one go; faster, same text.",
        rich_help_panel=_ENGINE,
    ),
]
ContextFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--context-file",
        dir_okay=False,
        exists=True,
        help="Guess from this file too (implies --speculate); repeatable.",
        rich_help_panel=_ENGINE,
    ),
]
Draft = Annotated[
    str | None,
    typer.Option(
        "--draft",
        metavar="MODEL",
        help="A smaller model of the same vocabulary that guesses ahead.",
        autocompletion=complete_model,
        rich_help_panel=_ENGINE,
    ),
]
FileType = Annotated[
    str | None,
    typer.Option(
        "--type",
        "-q",
        metavar="TYPE",
        help="F32, F16, BF16, Q8_0, Q6_K, Q5_K_M, Q5_K_S, Q5_0, Q4_K_M, Q4_K_S, Q4_0, IQ4_NL, "
        f"Q3_K_M or Q2_K; by default {DEFAULT_FILE_TYPE}.",
    ),
]
ImatrixFile = Annotated[
    Path | None,
    typer.Option(
        "--imatrix",
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help="Round by this importance matrix (see `codegen imatrix`).",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
NoStream = Annotated[
    bool, typer.Option("--no-stream", help="Show what is written when it is whole.")
]
Variables = Annotated[
    list[str] | None,
    typer.Option("--var", metavar="NAME=VALUE", help="Fill {NAME} in the steps; repeatable."),
]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", dir_okay=False, help="Write to a file instead of stdout."),
]

Tokenizer = Annotated[Path | None, typer.Option(help="Take the tokenizer files from this folder.")]
Family = Annotated[str | None, typer.Option(help="NL, Multi or Mono; guessed from the name.")]
RunConfig = Annotated[
    Path | None,
    typer.Option(
        "--config", help="The run's configuration of a TPU checkpoint.", rich_help_panel=_TPU
    ),
]
Cores = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Groups that the qkv rows lie in, one a TPU core; else what the checkpoint says.",
    ),
]

MODEL = DEFAULT_MODEL
ENGINE, GPU_LAYERS = EngineSettings().engine, EngineSettings().gpu_layers
TEMPERATURE, TOP_P, TOP_K, MIN_P = _D.temperature, _D.top_p, _D.top_k, _D.min_p
REPEAT_PENALTY, MAX_TOKENS, SEED = _D.repeat_penalty, _D.max_tokens, _D.seed
