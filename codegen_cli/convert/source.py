"""Open whatever a checkpoint comes as: a folder, a release archive or a TPU checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from codegen_cli.convert.checkpoint import Checkpoint, open_checkpoint
from codegen_cli.convert.checkpoint.archive import Archive, is_archive
from codegen_cli.convert.checkpoint.place import Place
from codegen_cli.convert.config import CodeGenConfig, read_config
from codegen_cli.convert.jaxformer import is_jaxformer, open_jaxformer, read_run_config
from codegen_cli.convert.vocab import Vocab
from codegen_cli.errors import CheckpointError, UsageError

#: Told what is being done, how much more of it is done, and how much there is in all.
Progress = Callable[[str, int, int], None]

#: Beside the weights a file may hold one causal mask a layer, of up to 4 bytes an element.
_MASK_BYTES = 4
_FREE_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Source:
    """An opened checkpoint: its name, shape and tensors.

    `place` holds its small files (model card, perhaps a tokenizer); `files` are those on disk that
    the model was read from; `vocab` is the vocabulary of a source that is no folder.
    """

    name: str
    place: Place
    config: CodeGenConfig
    checkpoint: Checkpoint
    files: tuple[Path, ...]
    vocab: Vocab | None = None


@contextmanager
def open_source(
    path: Path,
    on_progress: Progress,
    *,
    run_config: Path | None = None,
    cores: int | None = None,
) -> Iterator[Source]:
    """Open a checkpoint for as long as the context lasts.

    `cores` says in how many groups the qkv rows lie; `run_config` is for TPU checkpoints
    (`jaxformer.read_run_config`).

    Raises:
        CheckpointError: it is missing, unreadable, hostile, or of no supported model.
        UsageError: a run's configuration comes with another kind of checkpoint.
    """
    with ExitStack() as opened:
        if is_jaxformer(path):
            yield _jaxformer(path, run_config, cores, opened)
            return
        if run_config is not None:
            raise UsageError(
                f'"{path}" is not a TPU checkpoint (ckpt.json and model/)',
                "leave out --config",
            )
        if path.is_file() and is_archive(path):
            yield _archive(path, cores, on_progress, opened)
        else:
            config = read_config(path, cores)
            checkpoint = opened.enter_context(open_checkpoint(path))
            files = (*checkpoint.files, path / "config.json")
            yield Source(path.resolve().name, path, config, checkpoint, files)


def _jaxformer(
    folder: Path, run_config: Path | None, cores: int | None, opened: ExitStack
) -> Source:
    config = read_run_config(folder, run_config, cores)
    checkpoint = opened.enter_context(open_jaxformer(folder, config))
    name = folder.resolve().name
    if name.isdecimal():  # the number of a step says nothing
        name = str(config.raw["_name_or_path"])
    return Source(name, folder, config, checkpoint, checkpoint.files)


def _archive(path: Path, cores: int | None, on_progress: Progress, opened: ExitStack) -> Source:
    total = path.stat().st_size
    archive = Archive(path, lambda n: on_progress("inflating", n, total))
    root = opened.enter_context(archive).root()
    config = read_config(root, cores)
    checkpoint = opened.enter_context(open_checkpoint(root))
    _check_size(config, checkpoint, path)
    return Source(root.name, root, config, checkpoint, (path,))


def _check_size(config: CodeGenConfig, checkpoint: Checkpoint, path: Path) -> None:
    """Refuse an archive with more bytes than the model in it can have."""
    masks = config.n_layer * config.n_ctx**2 * _MASK_BYTES
    most = 4 * config.parameters + masks + _FREE_BYTES
    if checkpoint.size > most:
        raise CheckpointError(
            f"{path} holds {checkpoint.size} bytes of weights, but config.json says at most {most}",
            "the weights and config.json belong to different models",
        )
