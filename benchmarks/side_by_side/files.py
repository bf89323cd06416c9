"""The one model in every contender's format, made when first asked for."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from codegen_cli.convert.pipeline import ConvertOptions, convert
from tests.checkpoints import write_checkpoint

#: Layers, width, heads, rotary dimension, vocabulary. "small" only tries the program out.
SHAPES = {"350M": (20, 1024, 16, 32, 51200), "small": (2, 256, 4, 32, 2048)}


class Files:
    """A folder with a random checkpoint and what was converted from it."""

    def __init__(self, folder: Path, shape: tuple[int, int, int, int, int]) -> None:
        self.shape = shape
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.checkpoint = self._made("checkpoint", self._write_checkpoint)

    def path(self, form: str) -> Path:
        """Return the model in a form: a GGUF type, `int8` for CTranslate2, or the checkpoint."""
        if form == "checkpoint":
            return self.checkpoint
        if form == "int8":
            return self._made("ctranslate2-int8", self._write_ctranslate)
        return self._made(f"{form}.gguf", lambda path: self._write_gguf(path, form))

    def _made(self, name: str, write: Callable[[Path], object]) -> Path:
        """Return a file or folder; what is there was written to its end."""
        path = self._folder / name
        if not path.exists():
            print(f"making {path}", file=sys.stderr)
            part = path.with_name(f"{name}.part")
            if part.is_dir():
                shutil.rmtree(part)
            write(part)
            part.replace(path)
        return path

    def _write_checkpoint(self, path: Path) -> None:
        layers, width, heads, rotary, vocabulary = self.shape
        write_checkpoint(
            path,
            n_layer=layers,
            n_embd=width,
            n_head=heads,
            rotary_dim=rotary,
            vocab_size=vocabulary,
            dtype="F16",
            seed=0,
        )

    def _write_gguf(self, path: Path, form: str) -> None:
        options = ConvertOptions(form, threads=os.cpu_count() or 1, force=True, verify=False)
        convert(self.checkpoint, path, options, lambda *_: None)

    def _write_ctranslate(self, path: Path) -> None:
        from ctranslate2.converters import TransformersConverter

        TransformersConverter(str(self.checkpoint)).convert(str(path), quantization="int8")
