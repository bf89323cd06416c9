"""Step 3: the ids of one shard's documents, each ended by the end of text."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.data.documents import Document, read_shard
from models.data.rows.encoded import FULL, Encoded, dtype_for, write_encoded
from models.data.stage import Work
from models.data.tally import Tally
from models.data.tokenizer.load import Vocabulary, load

#: Characters given to the tokenizer at once: what it returns is a hundred times as large.
_BATCH_CHARACTERS = 1 << 18


def tokenize_work(tokenizer: str, language_prefix: bool) -> Work[str]:
    """Return the work of the tokenize stage: a unit is the path of a shard."""
    return functools.partial(_tokenize, tokenizer, language_prefix)


_vocabulary = functools.cache(load)


def _tokenize(
    tokenizer: str, language_prefix: bool, folder: Path, number: int, shard: str
) -> tuple[list[str], Tally]:
    vocabulary, tally = _vocabulary(Path(tokenizer)), Tally()
    dtype = dtype_for(vocabulary.size)
    ids: list[NDArray[np.unsignedinteger]] = []
    weights: list[NDArray[np.uint8]] = []
    weighted = False
    for batch in _batches(read_shard(Path(shard)), language_prefix):
        tally.bytes_in += sum(len(document.text.encode()) for document in batch)
        weighted = weighted or any(document.weights for document in batch)
        for document, encoding in zip(batch, _encodings(batch, vocabulary), strict=True):
            ids.append(np.array([*encoding.ids, vocabulary.end_of_text], dtype))
            weights.append(token_weights(document, encoding.offsets))
    ends = np.cumsum([len(one) for one in ids], dtype=np.int64)
    flat = np.concatenate([np.zeros(0, dtype), *ids])
    marks = np.concatenate(weights) if weighted else None
    tally.kept, tally.bytes_out = len(ids), flat.nbytes
    tally.counted["tokens"] = len(flat)
    return write_encoded(folder, f"tokens-{number:05d}", Encoded(flat, ends, marks)), tally


def _batches(documents: Iterable[Document], language_prefix: bool) -> Iterator[list[Document]]:
    batch: list[Document] = []
    waiting = 0
    for document in documents:
        batch.append(prefixed(document) if language_prefix and document.language else document)
        waiting += len(document.text)
        if waiting >= _BATCH_CHARACTERS:
            yield batch
            batch, waiting = [], 0
    yield batch


def _encodings(batch: list[Document], vocabulary: Vocabulary) -> list[Any]:
    """Encode texts; where each token stands in its text takes longer, and only weights need it."""
    texts = [document.text for document in batch]
    if any(document.weights for document in batch):
        return list(vocabulary.encoder.encode_batch(texts))
    return list(vocabulary.encoder.encode_batch_fast(texts))


def token_weights(document: Document, offsets: list[tuple[int, int]]) -> NDArray[np.uint8]:
    """Return the weight of each token and of the end of text, as bytes of which 255 is 1.

    A token weighs what its first character weighs. Without weights, offsets may be any.
    """
    if not document.weights:
        return np.full(len(offsets) + 1, FULL, np.uint8)
    characters = np.full(len(document.text) + 1, FULL, np.uint8)
    for begin, end, weight in document.weights:
        characters[begin:end] = round(weight * FULL)
    return characters[[*(begin for begin, _ in offsets), len(document.text)]]


def prefixed(document: Document) -> Document:
    """Return a document that begins with the name of its language, as in the paper's Multi data."""
    head = f"{document.language}\n"
    spans = tuple((b + len(head), e + len(head), w) for b, e, w in document.weights)
    return Document(head + document.text, document.source, document.language, spans)
