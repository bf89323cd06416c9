"""The engine on transformers: any causal language model of a Hugging Face folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Sequence as Many
from pathlib import Path

from codegen_cli.engine.base import Prompt, never
from codegen_cli.engine.hf.batch import Request, run_batches
from codegen_cli.engine.hf.device import choose_device, memory_for_cache, placement
from codegen_cli.engine.hf.forward import Forward
from codegen_cli.engine.hf.load import load_folder
from codegen_cli.engine.hf.packages import torch_and_transformers
from codegen_cli.engine.hf.score import score_text
from codegen_cli.engine.listener import QUIET, Listener
from codegen_cli.engine.records import Chunk, Completion, Score
from codegen_cli.engine.room import check_answer_fits, check_score_fits, context_size
from codegen_cli.engine.threads import model_threads
from codegen_cli.errors import UsageError
from codegen_cli.program import Stopper
from codegen_cli.settings import EngineSettings, Sampling

#: Answers in one batch; memory for their keys and values may allow fewer.
ROWS = 64


class TransformersEngine:
    """Continue text with a Hugging Face model, by the same rules as the engine on llama.cpp.

    A turn evaluates its whole prompt: nothing is kept between two calls.
    """

    def __init__(
        self, folder: Path, settings: EngineSettings, *, listener: Listener = QUIET
    ) -> None:
        """Load a model.

        Raises:
            CodegenError: torch or transformers is not installed.
            ModelError: the folder is incomplete, damaged, or needs code of its own.
            UsageError: `--ctx` exceeds what the model was trained for, or a GPU is not there.
        """
        torch, _ = torch_and_transformers()
        torch.set_num_threads(settings.threads or model_threads(folder))
        device = choose_device(settings, listener)
        loaded = load_folder(folder, device, exact=settings.exact)
        self.info, self.vocabulary = loaded.info, loaded.vocabulary
        self.n_ctx = context_size(settings.ctx, self.info.n_ctx_train)
        self._forward = Forward(loaded.model, device)
        self._placement = placement(loaded.model)
        self._rows = 1 if settings.strict else ROWS
        self._cells = settings.kv_tokens or (
            memory_for_cache(device) // self._forward.bytes_per_token
        )

    @property
    def placement(self) -> str:
        """Say where the model really runs."""
        return self._placement

    def count(self, text: str) -> int:
        """Return the number of tokens of a text."""
        return len(self.vocabulary.tokenize(text))

    def generate(
        self,
        prompt: str,
        sampling: Sampling,
        stopper: Stopper,
        should_stop: Callable[[], bool] = never,
    ) -> Iterator[Chunk | Completion]:
        """Yield a Chunk for each sampled token, then one Completion.

        Raises:
            ContextFull: prompt and `max_tokens` exceed the context.
        """
        many = self.generate_many([Prompt(prompt, sampling, stopper)], should_stop)
        return (item for _, item in many)

    def generate_many(
        self, prompts: Iterable[Prompt | None], should_stop: Callable[[], bool] = never
    ) -> Iterator[tuple[int, Chunk | Completion]]:
        """Continue many prompts in batches; yield the number of a prompt with what came of it.

        Prompts are asked for as there is room (see `Engine`); those of a list are checked before
        any work. The text of an answer depends on its prompt, seed and settings; as with
        llama.cpp, the last bits of its logits depend on the rest of the batch, unless `strict`.

        Raises:
            ContextFull: a prompt and its `max_tokens` exceed the context.
        """
        requests: Iterable[Request | None] = map(self._request, prompts)
        if isinstance(prompts, Many):
            requests = list(requests)
        return run_batches(
            self._forward,
            self.vocabulary,
            requests,
            should_stop,
            rows=self._rows,
            cells=self._cells,
        )

    def _request(self, prompt: Prompt | None) -> Request | None:
        if prompt is None:
            return None
        if prompt.suffix is not None:
            raise UsageError("this engine fills no gaps", "leave out --engine transformers")
        tokens = self.vocabulary.prompt(prompt.text)
        check_answer_fits(len(tokens), prompt.sampling.max_tokens, self.n_ctx)
        return Request(tokens, prompt.sampling, prompt.stopper, prompt.banned)

    def watch(self, told: Callable[[int], None]) -> None:
        """Tell nobody: a prompt is evaluated in one go."""

    def forget(self) -> None:
        """Do nothing: no call leaves anything behind."""

    def score(
        self, texts: Many[tuple[str, str]], should_stop: Callable[[], bool] = never
    ) -> list[Score]:
        """Return the log-probabilities of texts, each given a prefix: pairs (prefix, text).

        Prefix and text are tokenized apart, so the same text always has the same tokens. An empty
        prefix is the end of another text.

        Raises:
            Interrupted: `should_stop` said so.
            ContextFull: a pair exceeds the context.
        """
        spans = [(self.vocabulary.prompt(p), self.vocabulary.tokenize(t)) for p, t in texts]
        return self.score_tokens(spans, should_stop)

    def score_tokens(
        self,
        spans: Many[tuple[list[int], list[int]]],
        should_stop: Callable[[], bool] = never,
    ) -> list[Score]:
        """Return the log-probabilities of tokens, each given a prefix of at least one token.

        Raises:
            Interrupted: `should_stop` said so.
            ContextFull: a pair exceeds the context.
        """
        for prefix, tokens in spans:
            check_score_fits(len(prefix), len(tokens), self.n_ctx)
        return [score_text(self._forward, *span, should_stop) for span in spans]

    def close(self) -> None:
        """Free the model; safe to call twice."""
        self._forward.close()

    def __enter__(self) -> TransformersEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
