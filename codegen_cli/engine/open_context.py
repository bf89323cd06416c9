"""Make a context for a model, wherever there is memory for it."""

from __future__ import annotations

from codegen_cli.engine.context import Context
from codegen_cli.engine.model import Model
from codegen_cli.errors import ModelError


def open_context(
    model: Model, cells: int, threads: int, *, sequences: int = 1, exact: bool = False
) -> Context:
    """Return a context that adds the model's adapters.

    The model moves to the CPU, with a warning, when its GPU has no room.

    Raises:
        ModelError: there is no memory for it on the CPU either.
    """

    def make() -> Context:
        context = Context(
            model.pointer,
            cells,
            threads,
            model.vocabulary.size,
            sequences=sequences,
            exact=exact,
            # Our own kernels attend too, as a backend of their own.
            flash=True if model.placement.own else None,
        )
        model.adapt(context.pointer)
        return context

    try:
        return make()
    except ModelError as error:
        model.move_to_cpu(error)
    return make()
