"""Make training data: `python -m models.data all CONFIG.toml`."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from codegen_cli import console
from codegen_cli.errors import CodegenError, Interrupted, UsageError
from codegen_cli.lock import alone
from models.data.config import read_config
from models.data.read.machine import CORPORA
from models.data.report import table
from models.data.run import Run, Unfinished
from models.data.settings import Corpus, Settings, Source, TokenizerSettings
from models.data.stage import Share
from models.data.steps import AFTER, BEFORE
from models.data.tokenizer.stage import make_tokenizer


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: every error is one line."""
    options = _parser().parse_args(arguments)
    try:
        run_command(options)
    except Unfinished as error:
        console.note(str(error))
    except CodegenError as error:
        if os.environ.get("CODEGEN_DEBUG"):
            raise
        console.fail(error.message, error.hint)
        return error.exit_code
    except KeyboardInterrupt:
        console.fail("interrupted", "run the same command again: what is done stays")
        return Interrupted.exit_code
    except (ModuleNotFoundError, OSError) as error:
        if os.environ.get("CODEGEN_DEBUG"):
            raise
        if isinstance(error, OSError):
            console.fail(str(error), "CODEGEN_DEBUG=1 shows where")
        else:
            console.fail(f"{error.name} is not installed", "pip install '.[data]'")
        return 1
    return 0


def run_command(options: argparse.Namespace) -> None:
    """Do what the command line asks for.

    Raises:
        CodegenError: it cannot be done.
    """
    settings = _collected(options) if options.command == "collect" else _configured(options)
    run = Run(settings, _share(getattr(options, "share", "")))
    if options.command == "report":
        console.emit(table(run))
        return
    with alone(f'the data in "{Path(settings.out).resolve()}"'):
        for command in _commands(options.command):
            if command == "tokenizer":
                make_tokenizer(run)
                continue
            for corpus in settings.corpora:
                if not options.corpus or corpus.name in options.corpus:
                    {**BEFORE, **AFTER}[command](run, corpus)


def _commands(name: str) -> list[str]:
    every = [*BEFORE, "tokenizer", *AFTER]
    return every if name == "all" else ["read" if name == "collect" else name]


def _configured(options: argparse.Namespace) -> Settings:
    settings = read_config(Path(options.config))
    if options.workers:
        settings = replace(settings, workers=options.workers)
    names = [corpus.name for corpus in settings.corpora]
    strange = next((name for name in options.corpus if name not in names), None)
    if strange is not None:
        raise UsageError(f'the file has no corpus "{strange}"', f"it has {', '.join(names)}")
    return settings


def _collected(options: argparse.Namespace) -> Settings:
    roots = tuple(str(Path(root).resolve()) for root in options.root)
    corpora = tuple(
        Corpus(name, (Source(collect=name, roots=roots, sample=options.sample),))
        for name in options.corpus or CORPORA
    )
    out = str(Path(options.out).resolve())
    return Settings(out, options.workers or 1, TokenizerSettings(), corpora)


def _share(text: str) -> Share:
    match = re.fullmatch(r"(\d+)/(\d+)", text or "0/1")
    share = Share(int(match[1]), int(match[2])) if match else Share(0, 0)
    if not 0 <= share.index < share.of:
        raise UsageError(f'--share "{text}" is not I/N with 0 <= I < N', "such as 0/4")
    return share


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m models.data", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    about = {
        "all": "every stage, in order",
        **{name: step.__doc__ for name, step in BEFORE.items()},
        "tokenizer": "Train the tokenizer on what all corpora have left, or check the given one.",
        **{name: step.__doc__ for name, step in AFTER.items()},
        "report": "show the reports of all stages as a table",
    }
    for name, text in about.items():
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("config", metavar="CONFIG.toml")
        command.add_argument("--share", default="", metavar="I/N", help="do part I of N machines'")
        _add_common(command)
    collect = commands.add_parser("collect", help="read the corpora of this machine")
    collect.add_argument("--out", required=True, metavar="FOLDER")
    collect.add_argument("--root", action="append", default=[], help="another folder to look in")
    collect.add_argument("--sample", type=float, default=1.0, help="share of the files, in (0, 1]")
    _add_common(collect)
    return parser


def _add_common(command: argparse.ArgumentParser) -> None:
    command.add_argument("--corpus", action="append", default=[], help="only this one; repeatable")
    command.add_argument("--workers", type=_positive, help="processes (default: as the file says)")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not positive")
    return number


if __name__ == "__main__":
    sys.exit(main())
