"""What a replay found, for people and as JSON."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from codegen_cli.engine.base import Engine
    from codegen_cli.sessions.records import Provenance
    from codegen_cli.sessions.replay import Replayed

_WORDS = {
    "same": "the same",
    "prompt": "not drawn: the text before it is not the recorded one",
    "copy": "not drawn: kept as it was under another beginning",
}


@dataclass(slots=True)
class Report:
    """What was drawn again, with which models, and what came out otherwise.

    `drift` says that another model than the recorded one was asked for.
    """

    session: str
    drift: bool = False
    models: list[dict[str, Any]] = field(default_factory=list)
    turns: list[dict[str, Any]] = field(default_factory=list)

    def opened(self, recorded: Provenance, *, name: str, sha256: str, build: str) -> None:
        """Note the model for the turns to come, beside the recorded one."""
        self.models.append(
            {
                "name": name,
                "adapters": [list(lora) for lora in ([] if self.drift else recorded.lora)],
                "sha256": sha256,
                "recorded_sha256": recorded.model_sha256,
                "same_model": sha256 == recorded.model_sha256,
                "build": build,
                "recorded_build": recorded.build,
                "same_build": build == recorded.build,
            }
        )

    def add(self, item: Replayed, engine: Engine) -> None:
        """Note what came of a turn."""
        recorded = item.node.provenance
        mean = sum(recorded.logprobs) / len(recorded.logprobs) if recorded.logprobs else math.nan
        record: dict[str, Any] = {
            "node": item.node.id,
            "step": item.node.turn.step,
            "verdict": item.verdict,
            "tokens": len(recorded.tokens),
        }
        if item.verdict in ("same", "tokens"):
            record["logprob_gap"] = item.logprob_gap
            record["same_memory"] = item.reused
        if item.verdict == "tokens":
            record["first_token"] = item.first
            record["expected"] = _token(item.expected, engine)
            record["got"] = _token(item.got, engine)
        if item.likelihood is not None:
            record["mean_logprob"] = item.likelihood
            record["recorded_mean_logprob"] = mean
        self.turns.append(record)

    @property
    def first(self) -> dict[str, Any] | None:
        """Return the first turn that came out otherwise."""
        differ = [turn for turn in self.turns if turn["verdict"] in ("tokens", "prompt")]
        return min(differ, key=lambda turn: int(turn["node"]), default=None)

    @property
    def difference(self) -> str:
        """Say where the first difference is."""
        turn = self.first
        if turn is None:
            return "nothing differs"
        if turn["verdict"] == "prompt":
            return f"the text before turn #{turn['node']} is not the recorded one"
        return f"turn #{turn['node']} differs from token {turn['first_token']} on"

    @property
    def explanation(self) -> str:
        """Say what is not as it was when the session was recorded."""
        changed = []
        if any(model["recorded_sha256"] is None for model in self.models):
            changed.append("the model's hash was not recorded")
        elif not all(model["same_model"] for model in self.models):
            changed.append("the model is another one")
        for model in self.models:
            if not model["same_build"]:
                changed.append(f"recorded by {model['recorded_build']}; this is {model['build']}")
                break
        if self.first and any(model["adapters"] for model in self.models):
            changed.append("an adapter is known by its path alone, and may be another file now")
        if self.first and not self.first.get("same_memory", True):
            changed.append("the engine had evaluated other parts of the prompt before")
        return "; ".join(changed) or "the model and the build are the recorded ones"

    def counts(self) -> tuple[int, int]:
        """Return how many turns were drawn, and how many of them came out the same."""
        verdicts = [turn["verdict"] for turn in self.turns]
        return sum(v in ("same", "tokens") for v in verdicts), verdicts.count("same")

    def summary(self) -> str:
        """Return the last lines for a person."""
        drawn, same = self.counts()
        text = f"{same} of {drawn} turns came out token for token as recorded"
        scored = [turn for turn in self.turns if "mean_logprob" in turn]
        if scored:
            tokens = sum(turn["tokens"] for turn in scored)
            now = sum(turn["mean_logprob"] * turn["tokens"] for turn in scored) / tokens
            then = sum(turn["recorded_mean_logprob"] * turn["tokens"] for turn in scored) / tokens
            text += (
                f"\nthe recorded tokens have a mean log-probability of {now:.4f} here; "
                f"recorded: {then:.4f}"
            )
        return f"{text}\n{self.explanation}\n"

    def record(self) -> dict[str, Any]:
        """Return all of it for JSON."""
        drawn, same = self.counts()
        return {
            "session": self.session,
            "drawn": drawn,
            "same": same,
            "first_difference": self.first,
            "models": self.models,
            "turns": sorted(self.turns, key=lambda turn: int(turn["node"])),
        }


def line_of(item: Replayed, engine: Engine) -> str:
    """Return the line about a turn."""
    step = " ".join(item.node.turn.step.split())
    if item.verdict == "tokens":
        expected = _quoted(_token(item.expected, engine))
        what = f"token {item.first} was {expected}, is {_quoted(_token(item.got, engine))}"
    else:
        what = _WORDS[item.verdict]
    return f"#{item.node.id} {step}\n    {what}\n"


def _token(token: int | None, engine: Engine) -> dict[str, Any] | None:
    """Return a token with its text, None past the end; another model may not have it."""
    if token is None:
        return None
    if token >= engine.info.n_vocab:
        return {"token": token, "text": None}
    return {"token": token, "text": engine.vocabulary.piece(token).decode(errors="replace")}


def _quoted(token: dict[str, Any] | None) -> str:
    return "the end" if token is None else repr(token["text"])
