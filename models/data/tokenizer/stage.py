"""The tokenizer of a run: given, or trained on what every corpus has left."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from models.data.run import Run
from models.data.settings import TokenizerSettings
from models.data.stage import Stage, Work, documents_in, finished
from models.data.tally import Tally
from models.data.tokenizer.load import load
from models.data.tokenizer.sample import sample
from models.data.tokenizer.train import train


def tokenizer_folder(run: Run) -> Path:
    """Return the folder of the tokenizer that a run uses."""
    given = run.settings.tokenizer.folder
    return Path(given) if given else run.folder("tokenizer")


def make_tokenizer(run: Run) -> None:
    """Train the tokenizer of a run, or check the given one.

    Raises:
        CodegenError: it cannot be trained or read.
    """
    settings = run.settings.tokenizer
    if not settings.folder:
        sources = [run.folder(one.name, "decontaminate") for one in run.settings.corpora]
        text = "\n".join(finished(source)["sha256"] for source in sources)
        inputs = hashlib.sha256(text.encode()).hexdigest()
        stage = Stage("tokenizer", tokenizer_folder(run), asdict(settings), inputs)
        run.do(stage, tokenizer_work(settings), [[str(one) for one in sources]], 1)
    load(tokenizer_folder(run))


def tokenizer_work(settings: TokenizerSettings) -> Work[list[str]]:
    """Return the work of training: the unit is the folders of all corpora's documents."""
    return functools.partial(_train, settings)


def _train(
    settings: TokenizerSettings, folder: Path, number: int, sources: list[str]
) -> tuple[list[str], Tally]:
    del number
    tally = Tally()

    def counted(texts: list[Path]) -> Iterator[str]:
        for text in sample(texts, settings.sample_bytes // len(sources)):
            tally.keep(0)
            tally.bytes_in += len(text.encode())
            yield text

    texts = (text for source in sources for text in counted(documents_in(Path(source))))
    names = train(texts, settings.vocab_size, folder)
    return names, tally
