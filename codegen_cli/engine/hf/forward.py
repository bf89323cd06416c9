"""One step of a transformers model with its cache of keys and values."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

from codegen_cli.engine.hf.packages import torch_and_transformers
from codegen_cli.errors import CodegenError, ModelError


class Forward:
    """Evaluate tokens of many rows at a time, padded on the left."""

    def __init__(self, model: Any, device: Any) -> None:
        """Raise ModelError for a model without a cache of keys and values for every token."""
        self._model = model
        self._device = device
        known = inspect.signature(model.forward).parameters
        self._cache = cache_name(model)
        self._takes_positions = "position_ids" in known
        self._takes_keep = "logits_to_keep" in known
        self.bytes_per_token = self._measure()

    def _measure(self) -> int:
        """Return the bytes that one token takes in the cache, found by evaluating one."""
        mask_BxT = self.mask([1], 1)
        _, cache = self(self.tensor([[0]]), mask_BxT, None, keep=1)
        layers = getattr(cache, "layers", None) or [None]
        tensors = [getattr(layer, name, None) for layer in layers for name in ("keys", "values")]
        if any(tensor is None for tensor in tensors):
            raise ModelError(
                f"{type(self._model).__name__} keeps no keys and values", "use another model"
            )
        return sum(int(tensor.nbytes) for tensor in tensors if tensor is not None)

    def tensor(self, rows: Sequence[Sequence[int]]) -> Any:
        """Return rows of equal length as a tensor on the device."""
        torch, _ = torch_and_transformers()
        return torch.tensor(rows, dtype=torch.long, device=self._device)

    def mask(self, lengths: Sequence[int], width: int) -> Any:
        """Return which of `width` places are tokens: the last ones of each row."""
        return self.tensor([[0] * (width - length) + [1] * length for length in lengths])

    def join(self, left_BxT: Any, right_BxN: Any) -> Any:
        """Return two masks beside each other."""
        torch, _ = torch_and_transformers()
        return torch.cat([left_BxT, right_BxN], dim=-1)

    def logprobs(self, logits_NxV: Any, tokens: Sequence[int]) -> list[float]:
        """Return the natural log of the model's probability of a token a row, before any filter."""
        rows = logits_NxV.double().log_softmax(-1)
        values: list[float] = rows.gather(1, self.tensor([tokens]).T).squeeze(1).tolist()
        return values

    def __call__(self, ids_BxN: Any, mask_BxT: Any, cache: Any, *, keep: int) -> tuple[Any, Any]:
        """Return the logits of the last `keep` tokens (float32, B × keep × V) and the cache.

        `mask_BxT` covers what is in the cache and the new tokens; a row's positions count from
        its first token, wherever the padding ends.

        Raises:
            CodegenError: the device has no memory left, or the logits are NaN.
        """
        torch, _ = torch_and_transformers()
        new = ids_BxN.shape[1]
        options: dict[str, Any] = {"use_cache": True, self._cache: cache}
        if self._takes_positions:
            options["position_ids"] = (mask_BxT.cumsum(-1) - 1).clamp(min=0)[:, -new:]
        if self._takes_keep:
            options["logits_to_keep"] = keep
        try:
            with torch.inference_mode():
                out = self._model(input_ids=ids_BxN, attention_mask=mask_BxT, **options)
                logits = out.logits[:, -keep:].float()
        except torch.OutOfMemoryError as error:
            raise CodegenError(
                f"no memory left on {self._device}", "use --gpu-layers 0, or fewer samples a batch"
            ) from error
        if bool(logits.isnan().any()):
            raise CodegenError("the model computes NaN logits", "its weights are damaged")
        return logits, getattr(out, self._cache, None)

    def close(self) -> None:
        """Let go of the model; safe to call twice."""
        self._model = None

    def select(self, cache: Any, rows: Sequence[int]) -> None:
        """Keep these rows of a cache, in this order; a row may be there twice."""
        torch, _ = torch_and_transformers()
        with torch.inference_mode():
            cache.batch_select_indices(self.tensor([rows])[0])


def cache_name(model: Any) -> str:
    """Return what a model calls its cache of keys and values, in calls and in what they return.

    transformers 5.24 renamed it, and warns of the old name.
    """
    known = inspect.signature(model.forward).parameters
    return "cache" if "cache" in known else "past_key_values"
