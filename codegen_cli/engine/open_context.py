"""Make a context for a model, wherever there is memory for it."""

from __future__ import annotations

from codegen_cli.engine.context import Context
from codegen_cli.engine.flash import flash_attention
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
            # Asked anew after a move to the CPU.
            flash=flash_attention(
                model.settings,
                gpu_layers=model.plan.gpu_layers,
                model_bytes=model.info.size,
                own_kernels=bool(model.placement.own),
            ),
        )
        model.adapt(context.pointer)
        return context

    try:
        return make()
    except ModelError as error:
        model.move_to_cpu(error)
    return make()
