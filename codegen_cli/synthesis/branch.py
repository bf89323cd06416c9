"""A program that a search keeps alive, and the order in which a search prefers them."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Literal

from codegen_cli.program import Program
from codegen_cli.sandbox import Execution
from codegen_cli.synthesis.behaviour import behaviour
from codegen_cli.synthesis.turn import TurnResult

#: What a search did with a branch: went on with it, or dropped it because its programs fail,
#: because a better one behaves the same, or because there were better ones enough.
Fate = Literal["kept", "failed", "merged", "crowded"]


@dataclass(frozen=True, slots=True)
class Move:
    """One turn of a branch, once for each case: what was written, and what the programs did."""

    results: tuple[TurnResult, ...]
    executions: tuple[Execution, ...] = ()


@dataclass(frozen=True, slots=True)
class Branch:
    """A program under way, once for each case (a single one where there are no cases).

    `share` is the part of the model's samples that went this way or behaved the same; `logprob` is
    the sum over its tokens. `passed` says for each case whether the finished program passes.
    `parent` is its place, from 0, among the branches of the turn before.
    """

    programs: tuple[Program, ...]
    moves: tuple[Move, ...] = ()
    logprob: float = 0.0
    share: float = 1.0
    passed: tuple[bool, ...] = ()
    parent: int = 0
    fate: Fate = "kept"

    @property
    def executions(self) -> tuple[Execution, ...]:
        """Return what the programs did after the newest turn, one a case."""
        return self.moves[-1].executions

    @property
    def alive(self) -> bool:
        """Say whether the program of any case runs to its end."""
        return any(execution.ok for execution in self.executions)

    @property
    def running(self) -> int:
        """Count the cases whose program runs to its end and got code in the newest turn."""
        newest = self.moves[-1]
        pairs = zip(newest.results, newest.executions, strict=True)
        return sum(execution.ok and not result.is_empty for result, execution in pairs)

    @property
    def rank(self) -> tuple[int, int, float, float]:
        """Order: passes, cases that run, share of samples, log-probability; the best is first."""
        # Shares are sums of fractions: rounding must not decide between equal ones.
        return (-sum(self.passed), -self.running, -round(self.share, 9), -self.logprob)

    @property
    def behaviour(self) -> Hashable:
        """Return what can be seen of its programs; those that failed are all alike."""
        pairs = zip(self.programs, self.executions, strict=True)
        return tuple(behaviour(p.source, e) if e.ok else None for p, e in pairs)


def select(branches: list[Branch], beam: int) -> list[Branch]:
    """Return the branches best first, each with its fate; at most `beam` are kept.

    Branches that behave alike become one with the sum of their shares, told by the better one.
    When every branch fails, the best of them is kept all the same.
    """
    best: dict[Hashable, Branch] = {}
    dropped = []
    for branch in sorted(branches, key=lambda branch: branch.rank):
        if not branch.alive:
            dropped.append(replace(branch, fate="failed"))
            continue
        key = branch.behaviour
        if first := best.get(key):
            best[key] = replace(first, share=first.share + branch.share)
            dropped.append(replace(branch, fate="merged"))
        else:
            best[key] = branch
    ranked = sorted(best.values(), key=lambda branch: branch.rank)
    kept, crowded = ranked[:beam], ranked[beam:]
    dropped = [*(replace(branch, fate="crowded") for branch in crowded), *dropped]
    if not kept:
        kept, dropped = [replace(dropped[0], fate="kept")], dropped[1:]
    return [*kept, *dropped]
