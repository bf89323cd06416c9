"""Train CodeGen models: `python -m models.train run nano --data nl=ROWS … --out runs/nano`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from codegen_cli import console
from codegen_cli.errors import CodegenError, Interrupted, UsageError
from codegen_cli.lock import alone


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: every error is one line."""
    options = _parser().parse_args(arguments)
    try:
        options.work(options)
    except CodegenError as error:
        if os.environ.get("CODEGEN_DEBUG"):
            raise
        console.fail(error.message, error.hint or _hint(error))
        return error.exit_code
    except KeyboardInterrupt:
        console.fail("interrupted", "run the same command again: it goes on from its checkpoint")
        return Interrupted.exit_code
    except ModuleNotFoundError as error:
        if os.environ.get("CODEGEN_DEBUG"):
            raise
        console.fail(f"{error.name} is not installed", "pip install '.[train]'")
        return 1
    return 0


def _hint(error: CodegenError) -> str:
    return "run the same command again to go on" if isinstance(error, Interrupted) else ""


def _run(options: argparse.Namespace) -> None:
    from models.train.overrides import overridden
    from models.train.recipe import read_recipe

    recipe = overridden(read_recipe(options.recipe), options.set)
    names = [stage.name for stage in recipe.stages]
    data, evaluation = (_by_stage(pairs, names) for pairs in (options.data, options.eval_data))
    _join_hosts(options)
    from models.train.stages import Places, train_stages

    out = Path(options.out)
    places = Places(out, data, evaluation, options.start, options.tokenizer, options.dtype)
    with _lock(out, options):
        train_stages(recipe, places)


def _finetune(options: argparse.Namespace) -> None:
    from models.train.overrides import changed
    from models.train.settings import Training

    defaults = Training(
        steps=500, batch=8, sequence=512, learning_rate=1e-4, warmup=20, accumulate=8
    )
    training = changed(defaults, options.set)
    _join_hosts(options)
    from models.train.finetune import LoraSettings, finetune
    from models.train.stages import Places

    out = Path(options.out)
    evaluation = {"finetune": options.eval_data} if options.eval_data else {}
    places = Places(out, evaluation=evaluation, tokenizer=options.checkpoint, dtype=options.dtype)
    lora = LoraSettings(options.lora, options.lora_scale)
    suffixes = tuple(options.suffix or [".py"])
    with _lock(out, options):
        finetune(options.checkpoint, options.data, training, lora, places, suffixes)


def _recipes(_options: argparse.Namespace) -> None:
    from models.train.memory import table
    from models.train.recipe import RECIPES, read_recipe

    recipes = [read_recipe(path.stem) for path in RECIPES.glob("*.toml")]
    console.emit(table(sorted(recipes, key=lambda recipe: recipe.model.parameters)))


def _join_hosts(options: argparse.Namespace) -> None:
    """Start JAX on several hosts; must come before anything asks for a device."""
    given = (options.coordinator, options.processes, options.process_id)
    if all(value is None for value in given):
        return
    if any(value is None for value in given):
        raise UsageError(
            "--coordinator, --processes and --process-id go together", "give all or none"
        )
    import jax

    jax.distributed.initialize(*given)


def _lock(out: Path, options: argparse.Namespace) -> AbstractContextManager[None]:
    """Let one run at a time write to a folder; the hosts of one run share it."""
    return nullcontext() if options.process_id else alone(f'the run in "{out.resolve()}"')


def _by_stage(pairs: list[str], stages: list[str]) -> dict[str, Path]:
    places = {}
    for pair in pairs:
        name, equals, folder = pair.partition("=")
        if not equals or name not in stages:
            raise UsageError(f'"{pair}" is not STAGE=FOLDER', f"stages: {', '.join(stages)}")
        places[name] = Path(folder)
    return places


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m models.train", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = _command(commands, "run", _run, "train the stages of a recipe, or go on with them")
    run.add_argument("recipe", metavar="RECIPE", help="a TOML file or the name of one here")
    run.add_argument("--data", action="append", default=[], metavar="STAGE=ROWS")
    run.add_argument("--eval-data", action="append", default=[], metavar="STAGE=ROWS")
    run.add_argument(
        "--from", dest="start", type=Path, metavar="FOLDER", help="begin from these weights"
    )
    run.add_argument(
        "--tokenizer", type=Path, metavar="FOLDER", help="its files go into the exports"
    )
    tune = _command(commands, "finetune", _finetune, "train a checkpoint further, all or LoRA")
    tune.add_argument("checkpoint", type=Path, metavar="CHECKPOINT", help="Hugging Face's layout")
    tune.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="rows or code")
    tune.add_argument("--eval-data", type=Path, metavar="ROWS")
    tune.add_argument("--suffix", action="append", help="of the files of code (default: .py)")
    tune.add_argument("--lora", type=int, default=0, metavar="RANK", help="train adapters alone")
    tune.add_argument("--lora-scale", type=float, default=2.0, metavar="FACTOR")
    for command in (run, tune):
        _add_common(command)
    _command(commands, "recipes", _recipes, "show parameters and memory of the recipes here")
    return parser


def _command(commands: Any, name: str, work: Any, text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    command.set_defaults(work=work)
    return command


def _add_common(command: argparse.ArgumentParser) -> None:
    command.add_argument("--out", required=True, metavar="FOLDER", help="new, or of the same run")
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a setting of training, such as steps=100",
    )
    command.add_argument("--dtype", default="F32", help="of the export: F32, F16 or BF16")
    hosts = command.add_argument_group("several hosts (the same command on each)")
    hosts.add_argument("--coordinator", metavar="HOST:PORT", help="of process 0")
    hosts.add_argument("--processes", type=int, metavar="N")
    hosts.add_argument("--process-id", type=int, metavar="I")


if __name__ == "__main__":
    sys.exit(main())
