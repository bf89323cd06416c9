"""How a turn that the model wrote came to be, taken from its answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from codegen_cli import __version__
from codegen_cli.sessions.records import Provenance
from codegen_cli.settings import EngineName, Sampling
from codegen_cli.synthesis.turn import TurnResult

#: What computes, by the engine's name: its package.
_PACKAGES = {"llama.cpp": "llama-cpp-python", "transformers": "transformers"}


@dataclass(frozen=True, slots=True)
class Drawn:
    """What all answers of a chat have in common: the model, its hash as far as known, the build."""

    model: str
    sha256: Callable[[], str | None]
    build: str
    engine: EngineName = "llama.cpp"
    lora: tuple[tuple[str, float], ...] = ()


def build_of(engine: EngineName, placement: str) -> str:
    """Return what made an answer: versions, and where the model ran."""
    package = _PACKAGES[engine]
    try:
        made = f"{package} {version(package)}"
    except PackageNotFoundError:
        made = package
    return f"codegen {__version__} · {made} · {placement}"


def model_provenance(
    result: TurnResult,
    prompt: str,
    sampling: Sampling,
    attempt: int,
    drawn: Drawn,
    *,
    folded: tuple[int, ...] = (),
    start: str = "",
    fresh: bool = False,
    read: bool = False,
) -> Provenance:
    """Return the provenance of an answer; `prompt` is the text that the model continued."""
    answer = result.completion
    return Provenance(
        origin="model",
        seed=result.seed,
        attempt=attempt,
        sampling=sampling,
        model=drawn.model,
        model_sha256=drawn.sha256(),
        build=drawn.build,
        engine=drawn.engine,
        lora=drawn.lora,
        prompt_sha256=text_sha256(prompt),
        reused_tokens=answer.reused_tokens,
        fresh=fresh or not answer.reused_tokens,
        read=read,
        folded=folded,
        start=start,
        banned=result.banned,
        tokens=answer.tokens,
        logprobs=answer.logprobs,
        finish_reason=answer.finish_reason,
        stop_rule=str(answer.rule) if answer.rule else None,
        cut=answer.cut,
    )


def text_sha256(text: str) -> str:
    """Return the SHA-256 of a text as UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
