"""`codegen clarity`: fit and show what a step's perplexity means to a model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from codegen_cli import __version__, console
from codegen_cli.cli import options as o
from codegen_cli.cli import running_options as r
from codegen_cli.cli.open_engine import open_engine
from codegen_cli.cli.open_sandbox import open_sandbox
from codegen_cli.cli.progress import ProgressBar
from codegen_cli.errors import ModelNotFound
from codegen_cli.interrupt import interruptible
from codegen_cli.registry.find import find_model
from codegen_cli.settings import EVALUATION_CACHE, EngineSettings

if TYPE_CHECKING:
    from codegen_cli.synthesis.clarity import Calibration

app = typer.Typer(
    help="How clear a step is to a model: fit the grades that chat shows, or see them.",
    no_args_is_help=True,
)


@app.command()
def fit(
    data: Annotated[
        Path,
        typer.Option(
            "--data",
            dir_okay=False,
            help="Problems in the form of MTPB, with outputs, that the model has not seen.",
        ),
    ],
    model: o.Model = o.MODEL,
    samples: Annotated[int, typer.Option(min=1, help="Programs for each input.")] = 1,
    unsafe_no_sandbox: r.NoSandbox = False,
    as_json: o.Json = False,
    gpu_layers: o.GpuLayers = o.GPU_LAYERS,
    threads: o.Threads = None,
    temperature: o.Temperature = o.TEMPERATURE,
    top_p: o.TopP = o.TOP_P,
    seed: o.Seed = o.SEED,
) -> None:
    """Fit the grades of a model: let it write programs, run them, see which steps went well.

    Half of the problems give the bounds, the other half tests them. Where they do not tell good
    from bad there, chat shows no grades for this model.

    Examples:

      codegen clarity fit --data heldout.jsonl

      codegen clarity fit --model 350m-mono --data mtpb.jsonl --json
    """
    # Imported here: the sandbox and the benchmark's rules, about 0.1 s.
    from codegen_cli.evaluation.benchmark_data import load_mtpb
    from codegen_cli.evaluation.clarity.fit import calibrate, check_enough
    from codegen_cli.evaluation.clarity.observe import observe
    from codegen_cli.evaluation.plan import Draw
    from codegen_cli.registry.fingerprint import model_sha256
    from codegen_cli.synthesis.calibrations import save_calibration

    problems, file = load_mtpb(data)
    check_enough(len(problems))
    path = find_model(model)
    settings = EngineSettings(gpu_layers, threads, kv_tokens=EVALUATION_CACHE)
    draw = Draw(samples, (temperature,), top_p, seed)
    with (
        open_sandbox(allow_unsafe=unsafe_no_sandbox) as sandbox,
        open_engine(str(path), settings) as engine,
        interruptible() as should_stop,
        ProgressBar() as show,
    ):
        seen = observe(engine, sandbox, problems, draw, show, should_stop)
    found = calibrate(seen)
    fitted_on = {
        "model": path.stem,
        "data_sha256": file.sha256,
        "problems": len(problems),
        "programs": len(seen),
        "sampling": {"temperature": temperature, "top_p": top_p, "seed": seed, "samples": samples},
        "version": __version__,
        "observations": [[one.problem, round(one.perplexity, 4), one.passed] for one in seen],
    }
    sha256 = model_sha256(path)
    saved = save_calibration(sha256, found, fitted_on)
    console.note(f"saved to {saved}")
    _print({"model_sha256": sha256, **fitted_on}, found, as_json=as_json)


@app.command()
def show(model: o.Model = o.MODEL, as_json: o.Json = False) -> None:
    """Show the grades of a model, how well they tell, and on what they were fitted.

    Examples:

      codegen clarity show

      codegen clarity show --model 350m-mono --json
    """
    from codegen_cli.registry.fingerprint import model_sha256
    from codegen_cli.synthesis.calibrations import load_calibration, load_record

    path = find_model(model)
    sha256 = model_sha256(path)
    record, found = load_record(sha256), load_calibration(sha256)
    if record is None or found is None:
        raise ModelNotFound(
            f"{path.stem} has no grades yet", f"codegen clarity fit --model {model} --data FILE"
        )
    _print(record, found, as_json=as_json)


def _print(record: dict[str, Any], found: Calibration, *, as_json: bool) -> None:
    from dataclasses import asdict

    if as_json:
        whole = {**record, "calibration": asdict(found), "useful": found.useful}
        console.emit(json.dumps(whole) + "\n")
        return
    console.emit("\n".join([*_lines(record, found), ""]))


def _lines(record: dict[str, Any], found: Calibration) -> list[str]:
    """Return the report: one row a grade, the AUROC, and whether chat shows grades."""
    ranges = (
        f"up to {found.clear:.3g}",
        f"to {found.vague:.3g}",
        f"above {found.vague:.3g}",
    )
    lines = [f"{record['model']} · {record['programs']} programs of {record['problems']} problems"]
    lines.append(f"{'step':<7}{'perplexity':<14}{'passed, fit':<18}passed, test")
    for name, where, *halves in zip(
        ("clear", "fair", "vague"), ranges, found.fit, found.test, strict=True
    ):
        cells = [
            f"{half.passed}/{half.programs}"
            + (f" ({half.passed / half.programs:.0%})" if half.programs else "")
            for half in halves
        ]
        lines.append(f"{name:<7}{where:<14}{cells[0]:<18}{cells[1]}")
    lines.append(
        f"AUROC {found.auroc:.3f} (95 % {found.low:.3f}…{found.high:.3f}) on the test half"
    )
    if found.useful:
        lines.append("chat shows these grades")
    else:
        lines.append("chat shows no grades for this model: they do not predict success")
    return lines
