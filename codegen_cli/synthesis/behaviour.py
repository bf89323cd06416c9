"""What a program did as far as one can see, and candidates in the order of it."""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import replace

from codegen_cli.sandbox import Execution
from codegen_cli.synthesis.candidates import Candidate
from codegen_cli.synthesis.shape import definitions

#: Where an object lies in memory is no behaviour.
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+")


def behaviour(source: str, execution: Execution) -> Hashable:
    """Return what can be seen of a program that ran: equal for programs that behave alike.

    That is what it printed and the type and value of each variable it made. A function that was
    only defined has not shown anything yet, so its code stands for it.
    """
    variables = sorted(
        (variable.name, variable.type, _ADDRESS.sub("", variable.text))
        for variable in execution.variables
    )
    return (_ADDRESS.sub("", execution.stdout), tuple(variables), definitions(source))


def rank_by_execution(
    candidates: Sequence[Candidate], sources: Sequence[str], executions: Sequence[Execution]
) -> list[Candidate]:
    """Return the candidates best first, each with its execution and its group, counted from 1.

    Empty answers come last, then from the end faulty ones, broken code, and what does not run to
    its end.
    The rest are grouped by the behaviour of the whole program, `sources`: the group that the model
    wrote most often first, then the one with the likeliest member; in a group the likeliest first.
    """
    groups: dict[Hashable, list[Candidate]] = {}
    failed = []
    for candidate, source, execution in zip(candidates, sources, executions, strict=True):
        ran = replace(candidate, execution=execution)
        if execution.ok and not candidate.result.is_empty and candidate.result.fault is None:
            groups.setdefault(behaviour(source, execution), []).append(ran)
        else:
            failed.append(ran)
    ranked = [sorted(group, key=lambda member: member.rank) for group in groups.values()]
    ranked.sort(key=lambda group: (-sum(member.votes for member in group), group[0].rank))
    grouped = [replace(c, group=number) for number, group in enumerate(ranked, 1) for c in group]
    return [*grouped, *sorted(failed, key=lambda candidate: candidate.rank)]
