"""Draw the turns of a session again, and say where they come out otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from codegen_cli.engine.base import Engine, Prompt, never
from codegen_cli.engine.records import Completion
from codegen_cli.errors import Interrupted
from codegen_cli.program import StopWatcher
from codegen_cli.sessions.provenance import text_sha256
from codegen_cli.sessions.records import Node, StoredSession
from codegen_cli.settings import Sampling

#: `same`: token for token; `tokens`: they differ from `first` on; `prompt`: the text that was to be
#: continued is another one, so nothing was drawn; `copy`: it was drawn elsewhere; `hand`: nobody
#: drew it.
Verdict = Literal["same", "tokens", "prompt", "copy", "hand"]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a turn that was drawn again.

    `first` counts from 1; `expected` and `got` are the tokens there, None past an end.
    `logprob_gap` is the largest difference of the log-probabilities before it (natural logs).
    `likelihood` is the mean log-probability of the recorded tokens under the model of the replay.
    """

    node: Node
    verdict: Verdict
    first: int | None = None
    expected: int | None = None
    got: int | None = None
    logprob_gap: float = 0.0
    likelihood: float | None = None

    @property
    def differs(self) -> bool:
        """Say whether it did not come out as it was recorded."""
        return self.verdict in ("tokens", "prompt")


def replay(
    engine: Engine,
    session: StoredSession,
    *,
    likelihood: bool = False,
    should_stop: Callable[[], bool] = never,
) -> Iterator[Replayed]:
    """Yield what came of each turn, in the order in which they were made.

    With `likelihood` the recorded answers are scored, too: only for a model of the same vocabulary.

    Raises:
        Interrupted: `should_stop` said so.
        ContextFull: a turn does not fit the engine's context.
    """
    engine.forget()
    for node in session.nodes:
        if node.provenance.origin != "model":
            yield Replayed(node, "hand")
        elif node.provenance.kept_from is not None:
            yield Replayed(node, "copy")
        else:
            yield _replay(engine, session, node, likelihood=likelihood, should_stop=should_stop)


def prompt_of(session: StoredSession, node: Node) -> str:
    """Return the text that a turn was asked for with."""
    return session.program(node.parent).prompt(node.turn.step) + node.provenance.start


def _replay(
    engine: Engine,
    session: StoredSession,
    node: Node,
    *,
    likelihood: bool,
    should_stop: Callable[[], bool],
) -> Replayed:
    recorded, prompt = node.provenance, prompt_of(session, node)
    if text_sha256(prompt) != recorded.prompt_sha256:
        return Replayed(node, "prompt")
    answer = _draw(engine, prompt, node, should_stop)
    found = compare(node, answer)
    if likelihood and recorded.tokens:
        span = (engine.vocabulary.prompt(prompt), list(recorded.tokens))
        (score,) = engine.score_tokens([span], should_stop)
        found = replace(found, likelihood=sum(score.logprobs) / len(score.logprobs))
    return found


def _draw(engine: Engine, prompt: str, node: Node, should_stop: Callable[[], bool]) -> Completion:
    recorded = node.provenance
    seed = recorded.seed if recorded.seed is not None else 0
    sampling = replace(recorded.sampling or Sampling(), seed=seed)
    if recorded.finish_reason == "interrupted":
        # Where the user stopped it is where a replay ends.
        sampling = replace(sampling, max_tokens=max(len(recorded.tokens), 1))
    wanted = [Prompt(prompt, sampling, StopWatcher())]
    for _, item in engine.generate_many(wanted, should_stop):
        if isinstance(item, Completion):
            if item.finish_reason == "interrupted":
                break
            return item
    raise Interrupted(f"interrupted in turn {node.id}")


def compare(node: Node, answer: Completion) -> Replayed:
    """Return how an answer differs from the recorded one."""
    recorded = node.provenance
    old, new = recorded.tokens, answer.tokens
    shorter = min(len(old), len(new))
    same = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    pairs = zip(recorded.logprobs[:same], answer.logprobs[:same], strict=False)
    gap = max((abs(a - b) for a, b in pairs), default=0.0)
    if same == len(old) == len(new):
        return Replayed(node, "same", logprob_gap=gap)
    return Replayed(
        node,
        "tokens",
        first=same + 1,
        expected=old[same] if same < len(old) else None,
        got=new[same] if same < len(new) else None,
        logprob_gap=gap,
    )
