"""`codegen eval score`: run the tests on samples, whoever made them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

import typer

from codegen_cli import __version__, console
from codegen_cli.cli import options as o
from codegen_cli.cli import running_options as r
from codegen_cli.cli.eval.score_text import humaneval_text, mtpb_text, prompts_text
from codegen_cli.cli.open_sandbox import open_sandbox
from codegen_cli.cli.progress import progress_bar
from codegen_cli.errors import UsageError
from codegen_cli.files import check_output
from codegen_cli.interrupt import interruptible

if TYPE_CHECKING:
    from codegen_cli.evaluation.benchmark_data import DataFile
    from codegen_cli.evaluation.score import HumanEvalScore, MtpbScore
    from codegen_cli.evaluation.score_input import ScoreInput
    from codegen_cli.sandbox import Sandbox

W = TypeVar("W")

app = typer.Typer(help="Run the tests on samples: ours or another harness'.", no_args_is_help=True)

Samples = Annotated[
    Path,
    typer.Argument(
        exists=True, metavar="SAMPLES", help="A file of samples, or a folder that a run made."
    ),
]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        dir_okay=False,
        exists=True,
        help="The problems, in the benchmark's own format; by default your copy of the "
        "published file.",
    ),
]
Incomplete = Annotated[
    bool, typer.Option("--incomplete", help="Score only the problems that have samples.")
]
Write = Annotated[
    list[str] | None,
    typer.Option(
        "--write",
        metavar="FORMAT=PATH",
        help="Write the scored samples for other tools too; repeatable.",
    ),
]


@app.command()
def humaneval(
    samples: Samples,
    data: Data = None,
    ks: Annotated[
        str, typer.Option("--k", metavar="K,K…", help="Which pass@k to estimate.")
    ] = "1,10,100",
    incomplete: Incomplete = False,
    write: Write = None,
    workers: r.Workers = None,
    unsafe: r.NoSandbox = False,
    as_json: o.Json = False,
) -> None:
    """Score HumanEval samples: pass@k without bias, each program in the sandbox.

    Reads the files of human-eval, EvalPlus and bigcode, and the folders of `codegen eval
    humaneval`, where it leaves results-*.jsonl and summary.json. The canonical solutions are
    scored first; if one does not pass, nothing is. --write knows human-eval, human-eval-results,
    evalplus, evalplus-folder, evalplus-results, bigcode and bigcode-metrics.

    Examples:

      codegen eval score humaneval samples.jsonl

      codegen eval score humaneval ./run --json

      codegen eval score humaneval generations_humaneval.json --write evalplus=samples.jsonl
    """
    from codegen_cli.evaluation.formats.write_humaneval import FORMATS
    from codegen_cli.evaluation.score import score_humaneval
    from codegen_cli.evaluation.score_input import humaneval_input

    outputs = _outputs(write, FORMATS)
    wanted = _ks(ks)
    given = humaneval_input(samples, data)
    with _running(workers, unsafe) as (sandbox, should_stop, on_progress):
        score = score_humaneval(
            given.problems,
            given.samples,
            sandbox,
            wanted,
            should_stop,
            on_progress,
            incomplete=incomplete,
        )
    about = _about(samples, given.data, sandbox)
    _keep(given, score, about)
    for writer, path in outputs:
        writer(path, score, given.data)
    if score.omitted:
        names = ", ".join(f"pass@{k}" for k in score.omitted)
        console.note(f"no {names}: some problem has fewer samples")
    if as_json:
        console.emit(json.dumps({**about, **score.to_json()}, ensure_ascii=False) + "\n")
    else:
        console.emit(humaneval_text(score) + prompts_text(about.get("perplexity")))


@app.command()
def mtpb(
    samples: Samples,
    data: Data = None,
    mode: Annotated[
        Literal["reference", "strict", "both"],
        typer.Option(
            "--mode",
            help="reference: the released rules; strict: exceptions and time-outs fail, no loose "
            "conversions; both: the reference score, and why the strict one differs.",
        ),
    ] = "reference",
    incomplete: Incomplete = False,
    write: Write = None,
    workers: r.Workers = None,
    unsafe: r.NoSandbox = False,
    as_json: o.Json = False,
) -> None:
    """Score MTPB samples: the share of programs that print what was expected.

    Reads the rows of the released mtpb_sample.py, a file or a folder of them, and the folders of
    `codegen eval mtpb`, where it leaves results-*.jsonl and summary.json. --write knows mtpb and
    mtpb-results.

    Examples:

      codegen eval score mtpb samples.jsonl --data mtpb.jsonl

      codegen eval score mtpb ./run --mode both --json
    """
    from codegen_cli.evaluation.formats.write_mtpb import FORMATS
    from codegen_cli.evaluation.score import score_mtpb
    from codegen_cli.evaluation.score_input import mtpb_input

    outputs = _outputs(write, FORMATS)
    given = mtpb_input(samples, data)
    turns = given.run.turns if given.run else None
    with _running(workers, unsafe) as (sandbox, should_stop, on_progress):
        score = score_mtpb(
            given.problems,
            given.samples,
            sandbox,
            mode,
            turns,
            should_stop,
            on_progress,
            incomplete=incomplete,
        )
    about = _about(samples, given.data, sandbox)
    _keep(given, score, about)
    for writer, path in outputs:
        writer(path, score, given.data)
    if as_json:
        console.emit(json.dumps({**about, **score.to_json()}, ensure_ascii=False) + "\n")
    else:
        console.emit(mtpb_text(score) + prompts_text(about.get("perplexity")))


@contextmanager
def _running(
    workers: int | None, unsafe: bool
) -> Iterator[tuple[Sandbox, Callable[[], bool], Callable[[int, int], None]]]:
    """Yield a sandbox, whether Ctrl-C was pressed, and what shows the progress."""
    with (
        open_sandbox(workers, allow_unsafe=unsafe) as sandbox,
        interruptible() as should_stop,
        progress_bar("running") as on_progress,
    ):
        yield sandbox, should_stop, on_progress


def _ks(text: str) -> tuple[int, ...]:
    try:
        ks = tuple(int(k) for k in text.split(","))
    except ValueError:
        ks = ()
    if not ks or min(ks) < 1:
        raise UsageError(f'--k "{text}" is not a list of whole numbers', "try --k 1,10,100")
    return tuple(dict.fromkeys(ks))


def _outputs(given: list[str] | None, formats: Mapping[str, W]) -> list[tuple[W, Path]]:
    """Read `--write FORMAT=PATH`, before any work is done for it."""
    outputs = []
    for text in given or ():
        name, equals, path = text.partition("=")
        if name not in formats or not equals or not path:
            hint = f"write FORMAT=PATH; formats: {', '.join(formats)}"
            raise UsageError(f'--write "{text}" names no format and path', hint)
        check_output(Path(path))
        outputs.append((formats[name], Path(path)))
    return outputs


def _about(samples: Path, data: DataFile, sandbox: Sandbox) -> dict[str, Any]:
    return {
        "samples": str(samples),
        "data": {"path": str(data.path), "sha256": data.sha256, "published": data.published},
        "sandbox": {"tier": sandbox.tier},
        "version": __version__,
    }


def _keep(
    given: ScoreInput[Any, Any], score: HumanEvalScore | MtpbScore, about: dict[str, Any]
) -> None:
    """Write a run's results into its folder; warn of a part that stands for the whole."""
    if len(score.problems) < len(given.problems):
        left = f"{len(score.problems)} of {len(given.problems)}"
        console.warn(f"scored {left} problems; the others have no sample")
    if given.run is None:
        return
    from codegen_cli.evaluation.score_folder import SUMMARY, write_scores

    if study := _prompt_study(given.run.path, score):
        about["perplexity"] = study
    write_scores(given.run, given.sizes, score, about)
    console.note(f"wrote {given.run.path / SUMMARY}")


def _prompt_study(run: Path, score: HumanEvalScore | MtpbScore) -> dict[str, Any] | None:
    """Compare the prompts of solved problems with the others', where a run has scored them."""
    from codegen_cli.evaluation.prompt_study import prompt_study
    from codegen_cli.evaluation.report.findings.perplexity import by_problem
    from codegen_cli.evaluation.report.read.rows import IDENTIFIERS, prompt_scores
    from codegen_cli.evaluation.run_folder import PERPLEXITY

    if not (run / PERPLEXITY).is_file():
        return None
    found = score.to_json()
    name = IDENTIFIERS[found["benchmark"]]
    solved = {problem[name]: problem["passed"] > 0 for problem in found["problems"]}
    perplexities = by_problem(prompt_scores(run / PERPLEXITY, name))
    return prompt_study(perplexities, solved).to_json() if perplexities else None
