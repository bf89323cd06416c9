"""Convert a checkpoint of the Hub's cache into a registered model."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path

from codegen_cli import __version__
from codegen_cli.convert.pipeline import ConvertOptions, convert
from codegen_cli.engine.gguf import read_gguf
from codegen_cli.hub.cache import snapshot
from codegen_cli.pull.records import Watch
from codegen_cli.pull.target import Target
from codegen_cli.registry.fingerprint import remember, sha256
from codegen_cli.registry.registered import Registered, register


def make_model(target: Target, asked: str, commit: str, threads: int, watch: Watch) -> Registered:
    """Convert, verify, name and register a model.

    A kill between the name and the registration leaves a file whose metadata name its source: the
    next pull makes it again.

    Raises:
        CheckpointError, CheckFailed, CodegenError, Interrupted: see `convert`.
    """
    folder = snapshot(target.repo, commit)
    digest = ""

    def before_name(path: Path) -> None:
        nonlocal digest
        size = path.stat().st_size
        digest = sha256(path, lambda count: watch.progress("registering", count, size))

    target.path.parent.mkdir(parents=True, exist_ok=True)
    watch.note(f"converting {target.label} to {target.file_type}")
    report = convert(
        folder,
        target.path,
        _options(target, commit, folder, threads),
        watch.progress,
        on_resume=lambda done, count: watch.note(
            f"going on from an earlier run: {done} of {count} tensors are complete"
        ),
        before_name=before_name,
    )
    remember(target.path, digest)
    record = Registered(
        name=target.label,
        repo=target.repo,
        revision=asked,
        commit=commit,
        file_type=target.file_type,
        size=report.size,
        sha256=digest,
        license=str(read_gguf(target.path).metadata.get("general.license", "unknown")),
        converter=f"codegen-cli {__version__}",
        pulled=datetime.now(timezone.utc).isoformat(timespec="seconds"),
    )
    register(target.path, record)
    return record


def _options(target: Target, commit: str, folder: Path, threads: int) -> ConvertOptions:
    recipe = target.recipe
    has_card = (folder / "README.md").is_file()
    return ConvertOptions(
        file_type=target.file_type,
        name=target.label,
        family=recipe.family if recipe else None,
        license=recipe.license if recipe and not has_card else None,
        origin=f"{target.repo}@{commit}",
        threads=threads,
        force=True,
    )
