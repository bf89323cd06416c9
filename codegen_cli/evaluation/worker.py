"""One worker: it loads a model of its own and draws the units that it is given."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass

from codegen_cli import __version__
from codegen_cli.engine.base import Engine
from codegen_cli.engine.open_model import model_path, open_model
from codegen_cli.engine.records import ModelInfo
from codegen_cli.errors import CodegenError, ModelError
from codegen_cli.evaluation.generate import generate_samples
from codegen_cli.evaluation.plan import Unit
from codegen_cli.evaluation.task import Row
from codegen_cli.registry.fingerprint import model_sha256
from codegen_cli.settings import EngineSettings


@dataclass(frozen=True, slots=True)
class WorkerModel:
    """The model that every worker loads: its name or path, its hash, and who asks for it."""

    name: str
    sha256: str
    settings: EngineSettings
    version: str = __version__


@dataclass(frozen=True, slots=True)
class Opened:
    """What a worker says once its model is loaded: the model, where it runs, which process."""

    info: ModelInfo
    placement: str
    host: str
    pid: int


class Worker:
    """A model in a process of its own."""

    def __init__(self, model: WorkerModel) -> None:
        self._model = model
        self._engine: Engine | None = None

    def open(self) -> Opened:
        """Load the model.

        Raises:
            CodegenError: this machine has another version of this program.
            ModelError: the model is missing here, or another one.
        """
        wanted, host = self._model, platform.node()
        if wanted.version != __version__:
            raise CodegenError(
                f"{host} has codegen {__version__}, and this is {wanted.version}",
                "install the same version on every machine",
            )
        try:
            path = model_path(wanted.name, wanted.settings)
            sha256 = model_sha256(path)
            if sha256 != wanted.sha256:
                raise ModelError(
                    f'"{path}" is another model', "copy the same file to every machine"
                )
            self._engine = open_model(path, wanted.settings)
        except CodegenError as error:
            raise type(error)(f"on {host}: {error.message}", error.hint) from error
        return Opened(self._engine.info, self._engine.placement, host, os.getpid())

    def draw(self, unit: Unit) -> Iterator[Row]:
        """Yield the rows of a unit as they are finished.

        Raises:
            CodegenError: the engine failed.
        """
        assert self._engine is not None
        # No `yield from`: Ray sends into the generator, which a list's iterator does not take.
        for row in generate_samples(self._engine, unit.tasks):  # noqa: UP028
            yield row
