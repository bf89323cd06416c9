"""Which model a chat draws with, how it is loaded, and what another one takes over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from codegen_cli.cli.open_engine import Speculation, open_engine
from codegen_cli.errors import ModelNotFound, UsageError
from codegen_cli.registry.find import find_model
from codegen_cli.settings import EngineSettings, Lora

if TYPE_CHECKING:
    from codegen_cli.engine.base import Engine
    from codegen_cli.sessions.records import Provenance


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """A model by name or path, and how it is loaded; `notes` tell what it did not take over."""

    name: str
    settings: EngineSettings
    speculation: Speculation
    notes: tuple[str, ...] = ()

    def open(self) -> Engine:
        """Load it.

        Raises:
            ModelError: it is missing, broken or does not fit.
            UsageError: the engine cannot do what is asked for.
        """
        return open_engine(self.name, self.settings, self.speculation)

    def of(self, drawn: Provenance) -> ModelChoice:
        """Return the model and the adapters that drew an answer.

        Raises:
            ModelNotFound: the model or an adapter is gone.
        """
        from codegen_cli.engine.open_model import model_path

        lora = tuple(Lora(Path(path), scale) for path, scale in drawn.lora)
        settings = replace(self.settings, engine=drawn.engine, lora=lora)
        try:
            model_path(drawn.model, settings)
        except ModelNotFound as error:
            message = f"the session's model is gone: {error.message}"
            raise ModelNotFound(message, "--model NAME goes on with another") from error
        for adapter in lora:
            if not adapter.path.exists():
                message = f'the session\'s adapter is gone: "{adapter.path}"'
                raise ModelNotFound(message, "--model NAME goes on without it")
        return replace(self, name=drawn.model, settings=settings)

    def at(self, path: Path) -> ModelChoice:
        """Return the same choice with the model's path instead of a name."""
        return replace(self, name=str(path))

    def other(self, name: str) -> ModelChoice:
        """Return another model, checked as far as its header tells, without the adapters.

        Speculation goes on where the draft's vocabulary is that of the model, too.

        Raises:
            ModelError: it is missing, broken or not for CodeGen.
        """
        from codegen_cli.engine.gguf import check_codegen, read_gguf
        from codegen_cli.engine.open_model import model_path

        settings = replace(self.settings, lora=())
        path = model_path(name, settings)
        notes = []
        if self.settings.lora:
            notes.append("the adapters belong to the model before and are off")
        speculation = self.speculation
        if settings.engine == "llama.cpp":
            file = read_gguf(path)
            check_codegen(file)
            if speculation.draft is not None:
                from codegen_cli.engine.draft_model import check_same_vocabulary

                try:
                    check_same_vocabulary(read_gguf(find_model(speculation.draft)), file)
                except UsageError as error:
                    speculation = Speculation()
                    notes.append(f"nothing is guessed ahead any more: {error.message}")
        return ModelChoice(str(path), settings, speculation, tuple(notes))
