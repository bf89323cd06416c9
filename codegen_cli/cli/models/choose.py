"""Which models of this machine a name means."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codegen_cli.registry.find import LocalModel


def choose_models(name: str) -> list[LocalModel]:
    """Return the models that a name, a recipe's name, a Hub id or a path means.

    Raises:
        ModelNotFound: none; near names are suggested.
    """
    from codegen_cli.registry.find import LocalModel, find_local, find_model, local_models
    from codegen_cli.registry.registered import registered

    found = find_local(name)
    if found:
        return found
    path = find_model(name).resolve()
    here = [model for model in local_models() if model.path.resolve() == path]
    return here or [LocalModel(path.stem, path, False, registered(path))]
