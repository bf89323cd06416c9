"""Draw the turns of a session again, and say where they come out otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from codegen_cli.engine.base import Engine, Prompt, never
from codegen_cli.engine.records import Completion
from codegen_cli.errors import Interrupted
from codegen_cli.program import turn_stopper, wrap
from codegen_cli.program.fold import folded_prompt
from codegen_cli.sessions.provenance import text_sha256
from codegen_cli.sessions.records import Node, StoredSession
from codegen_cli.settings import Sampling
from codegen_cli.synthesis.clarity import step_perplexity

#: `same`: token for token; `tokens`: they differ from `first` on; `prompt`: the text that was to be
#: continued is another one, so nothing was drawn; `copy`: it was drawn elsewhere.
Verdict = Literal["same", "tokens", "prompt", "copy"]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a turn that was drawn again.

    `first` counts from 1; `expected` and `got` are the tokens there, None past an end.
    `reused` says whether the engine had as much of the prompt in its memory as it had then.
    `logprob_gap` is the largest difference of the log-probabilities before it (natural logs).
    `likelihood` is the mean log-probability of the recorded tokens under the model of the replay.
    """

    node: Node
    verdict: Verdict
    first: int | None = None
    expected: int | None = None
    got: int | None = None
    reused: bool = True
    logprob_gap: float = 0.0
    likelihood: float | None = None

    @property
    def differs(self) -> bool:
        """Say whether it did not come out as it was recorded."""
        return self.verdict in ("tokens", "prompt")


def replay(
    engine: Engine,
    session: StoredSession,
    nodes: Iterable[Node],
    *,
    likelihood: bool = False,
    should_stop: Callable[[], bool] = never,
) -> Iterator[Replayed]:
    """Yield what comes of turns that a model wrote, best in the order of their making.

    With `likelihood` the recorded answers are scored, too, where the model has their tokens.

    Raises:
        Interrupted: `should_stop` said so.
        ContextFull: a turn does not fit the engine's context.
    """
    engine.forget()
    for node in nodes:
        if node.provenance.kept_from is not None:
            yield Replayed(node, "copy")
        else:
            found = _replay(engine, session, node, should_stop)
            if likelihood and found.verdict != "prompt":
                found = replace(found, likelihood=_likelihood(engine, session, node, should_stop))
            yield found


def prompt_of(session: StoredSession, node: Node) -> str:
    """Return the text that a turn was asked for with."""
    program, made = session.program(node.parent), node.provenance
    return folded_prompt(program, node.turn.step, made.folded) + made.start


def _replay(
    engine: Engine, session: StoredSession, node: Node, should_stop: Callable[[], bool]
) -> Replayed:
    prompt = prompt_of(session, node)
    if text_sha256(prompt) != node.provenance.prompt_sha256:
        return Replayed(node, "prompt")
    return compare(node, _draw(engine, prompt, node, should_stop))


def _likelihood(
    engine: Engine, session: StoredSession, node: Node, should_stop: Callable[[], bool]
) -> float | None:
    """Return the mean log-probability of the recorded tokens; None where they mean other text."""
    tokens = node.provenance.tokens
    if not tokens or max(tokens) >= engine.info.n_vocab:
        return None
    text = b"".join(map(engine.vocabulary.piece, tokens)).decode(errors="replace")
    if node.turn.code.removeprefix(node.provenance.start) not in text:
        return None
    span = (engine.vocabulary.prompt(prompt_of(session, node)), list(tokens))
    (score,) = engine.score_tokens([span], should_stop)
    return sum(score.logprobs) / len(score.logprobs)


def _draw(engine: Engine, prompt: str, node: Node, should_stop: Callable[[], bool]) -> Completion:
    recorded = node.provenance
    if recorded.fresh:
        # A chat that was resumed, or changed its model, began with an empty memory.
        engine.forget()
    if recorded.read:
        header = wrap(node.turn.step)
        step_perplexity(engine, prompt.removesuffix(header), header, should_stop)
    seed = recorded.seed if recorded.seed is not None else 0
    sampling = replace(recorded.sampling or Sampling(), seed=seed)
    if recorded.banned:
        # The answer that was thrown away before left its tokens in the engine's memory.
        thrown = Prompt(prompt, sampling, turn_stopper(sampling.stop, recorded.start))
        _answer(engine, thrown, node, should_stop)
    if recorded.finish_reason == "interrupted":
        # Where the user stopped it is where a replay ends.
        sampling = replace(sampling, max_tokens=len(recorded.tokens))
    stopper = turn_stopper(sampling.stop, recorded.start)
    wanted = Prompt(prompt, sampling, stopper, banned=recorded.banned)
    return _answer(engine, wanted, node, should_stop)


def _answer(
    engine: Engine, prompt: Prompt, node: Node, should_stop: Callable[[], bool]
) -> Completion:
    for _, item in engine.generate_many([prompt], should_stop):
        if isinstance(item, Completion) and item.finish_reason != "interrupted":
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
    reused = recorded.reused_tokens == answer.reused_tokens
    if same == len(old) == len(new):
        return Replayed(node, "same", reused=reused, logprob_gap=gap)
    return Replayed(
        node,
        "tokens",
        first=same + 1,
        expected=old[same] if same < len(old) else None,
        got=new[same] if same < len(new) else None,
        reused=reused,
        logprob_gap=gap,
    )
