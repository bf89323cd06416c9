"""The options about running what the model wrote."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from codegen_cli.errors import UsageError
from codegen_cli.settings import SearchPlan

_PANEL = "Running what was written"

#: Continuations of one step that a search may ask for.
MOST_CONTINUATIONS = 256


def plan_for(search: str | None, candidates: int, *, with_cases: bool) -> SearchPlan | None:
    """Return how to search; None when each step is simply written after the other.

    Raises:
        UsageError: `--search` is not of its form, or -n says something else.
    """
    if search is None:
        return SearchPlan(1, candidates) if with_cases else None
    if candidates > 1:
        raise UsageError("-n and --search both say how much to write", "leave out -n")
    return search_plan(search)


def search_plan(value: str) -> SearchPlan:
    """Return the plan that `--search` gives, such as "beam=4,n=4".

    Raises:
        UsageError: it is not of this form, or asks for more than one batch can hold.
    """
    parts = dict(re.findall(r"(beam|n)=([0-9]{1,4})(?:,|$)", value))
    if ",".join(f"{name}={number}" for name, number in parts.items()) != value or len(parts) != 2:
        raise UsageError(f'--search "{value}" is not beam=K,n=N', "try --search beam=4,n=4")
    plan = SearchPlan(int(parts["beam"]), int(parts["n"]))
    if not 1 <= plan.width <= MOST_CONTINUATIONS:
        raise UsageError(
            f"--search {value} asks for {plan.width} continuations a step",
            f"K times N may be 1 to {MOST_CONTINUATIONS}",
        )
    return plan


Execute = Annotated[
    bool,
    typer.Option(
        "--execute",
        help="Run the program in a sandbox; with -n, choose each step's answer by running it.",
        rich_help_panel=_PANEL,
    ),
]
Cases = Annotated[
    Path | None,
    typer.Option(
        "--cases",
        metavar="FILE",
        dir_okay=False,
        exists=True,
        help="Fill {NAME} in the steps with each of these inputs, and prefer what gives the "
        "outputs expected for them: a .jsonl record with inputs and outputs.",
        rich_help_panel=_PANEL,
    ),
]
Search = Annotated[
    str | None,
    typer.Option(
        "--search",
        metavar="beam=K,n=N",
        help="Keep K programs alive from step to step, N continuations of each, and drop those "
        "that fail when run.",
        rich_help_panel=_PANEL,
    ),
]
RunUnasked = Annotated[
    bool,
    typer.Option(
        "--execute",
        help="Let /run run the program in the sandbox without asking first.",
        rich_help_panel=_PANEL,
    ),
]
NoSandbox = Annotated[
    bool,
    typer.Option(
        "--unsafe-no-sandbox",
        help="Run the programs even where this system can wall none in.",
        rich_help_panel=_PANEL,
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers",
        min=1,
        help="Programs at a time; one a physical core by default.",
        rich_help_panel=_PANEL,
    ),
]
