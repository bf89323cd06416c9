"""How clear steps are to the model at hand, where that was fitted and found to tell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from codegen_cli import console
from codegen_cli.engine.base import Engine
from codegen_cli.errors import CodegenError, Interrupted
from codegen_cli.registry.fingerprint import model_sha256
from codegen_cli.synthesis.calibrations import load_calibration
from codegen_cli.synthesis.clarity import Calibration, Reading, read_step


class Clarity:
    """Read steps with the grades of whatever model is asked; they are looked up once a model."""

    def __init__(self) -> None:
        self._model: object = None
        self._calibration: Calibration | None = None

    def read(
        self, engine: Engine, prompt: str, step: str, should_stop: Callable[[], bool]
    ) -> Reading | None:
        """Grade the step that ends a prompt; None for a model whose grades say nothing.

        Raises:
            Interrupted: `should_stop` said so.
            ContextFull: the prompt does not fit.
        """
        # The same file with other adapters is another model.
        model = (engine.info.path, engine.info.adapters)
        if model != self._model:
            self._calibration = _useful(engine, should_stop)
            self._model = model
        if self._calibration is None:
            return None
        return read_step(engine, prompt, step, self._calibration, should_stop)


def _useful(engine: Engine, should_stop: Callable[[], bool]) -> Calibration | None:
    def check(_count: int) -> None:
        # A large file that nobody has hashed yet takes seconds.
        if should_stop():
            raise Interrupted()

    path = Path(engine.info.path)
    if engine.info.adapters or not path.exists():
        # With an adapter it is another model, which nobody has fitted.
        return None
    try:
        found = load_calibration(model_sha256(path, check))
    except Interrupted:
        raise
    except (CodegenError, OSError) as error:
        console.warn(str(error))
        return None
    return found if found is not None and found.useful else None
