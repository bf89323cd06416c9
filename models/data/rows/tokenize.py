"""Step 3: the ids of one shard's documents, each ended by the end of text."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.data.documents import Document, read_shard
from models.data.rows.encoded import FULL, Encoded, dtype_for, write_encoded
from models.data.stage import Work
from models.data.tally import Tally
from models.data.tokenizer.load import Vocabulary, load

#: Bytes of text given to the tokenizer at once: what it returns is a hundred times as large.
_BATCH_BYTES = 1 << 18


def tokenize_work(tokenizer: str, language_prefix: bool) -> Work[str]:
    """Return the work of the tokenize stage: a unit is the path of a shard."""
    return functools.partial(_tokenize, tokenizer, language_prefix)


_vocabulary = functools.cache(load)


def _tokenize(
    tokenizer: str, language_prefix: bool, folder: Path, number: int, shard: str
) -> tuple[list[str], Tally]:
    vocabulary, tally = _vocabulary(Path(tokenizer)), Tally()
    ids: list[NDArray[np.unsignedinteger]] = []
    weights: list[NDArray[np.uint8]] = []
    weighted, waiting = False, 0
    batch: list[Document] = []

    def encode_batch() -> None:
        nonlocal weighted
        weighs = any(document.weights for document in batch)
        encode = vocabulary.encoder.encode_batch if weighs else vocabulary.encoder.encode_batch_fast
        encodings = encode([one.text for one in batch])
        for document, encoding in zip(batch, encodings, strict=True):
            ids.append(_ids(encoding, vocabulary))
            weights.append(token_weights(document, encoding.offsets))
            weighted = weighted or bool(document.weights)
        batch.clear()

    for document in read_shard(Path(shard)):
        if language_prefix and document.language:
            document = prefixed(document)
        size = len(document.text.encode())
        tally.bytes_in += size
        batch.append(document)
        waiting += size
        if waiting >= _BATCH_BYTES:
            encode_batch()
            waiting = 0
    encode_batch()
    ends = np.cumsum([len(one) for one in ids], dtype=np.int64)
    dtype = dtype_for(vocabulary.size)
    flat = np.concatenate([np.zeros(0, dtype), *ids]).astype(dtype)
    marks = np.concatenate(weights) if weighted else None
    tally.kept, tally.bytes_out = len(ids), flat.nbytes
    tally.counted["tokens"] = len(flat)
    stem = f"tokens-{number:05d}"
    return write_encoded(folder, stem, Encoded(flat, ends, marks)), tally


def _ids(encoding: Any, vocabulary: Vocabulary) -> NDArray[np.unsignedinteger]:
    return np.array([*encoding.ids, vocabulary.end_of_text], dtype_for(vocabulary.size))


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
