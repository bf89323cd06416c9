"""The argument that names a model."""

from __future__ import annotations

from typing import Annotated

import typer

from codegen_cli.cli import options as o

Name = Annotated[
    str,
    typer.Argument(
        help="A model's name or path, a recipe's name, or a Hub id.",
        autocompletion=o.complete_model,
    ),
]
