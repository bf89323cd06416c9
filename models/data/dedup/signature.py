"""The MinHash signature of a text, and the keys of its bands."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.data.settings import DedupSettings

_WORD = re.compile(r"\w+")

#: Shingles hashed at once: each takes four bytes a permutation.
_BATCH = 4096

#: Missing a duplicate counts this much more than comparing two texts in vain: what shares a band is
#: compared by the whole signature anyway.
_WEIGHTS = (0.1, 0.9)

Signature = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Sketcher:
    """Makes signatures of `permutations` numbers, and bands of them.

    With the library's choice for the threshold, bands are `rows` numbers each.
    """

    empty: Any
    shingle: int
    bands: int
    rows: int

    def signature(self, text: str) -> Signature | None:
        """Return the signature of a text's shingles of words, None where it has none."""
        words = _WORD.findall(text)
        if len(words) < self.shingle:
            return None
        last = len(words) - self.shingle + 1
        shingles = {" ".join(words[i : i + self.shingle]) for i in range(last)}
        # A minimum does not depend on the order that a set of strings has.
        parts = [shingle.encode("utf-8", "surrogatepass") for shingle in shingles]
        sketch = self.empty.copy()
        for begin in range(0, len(parts), _BATCH):
            sketch.update_batch(parts[begin : begin + _BATCH])
        return np.asarray(sketch.hashvalues, dtype=np.uint32)

    def band_keys(self, signature: Signature) -> list[bytes]:
        """Return 16 bytes for each band: equal for texts that agree in the whole band."""
        keys = []
        for band in range(self.bands):
            part = signature[band * self.rows : (band + 1) * self.rows]
            data = band.to_bytes(4, "little") + part.astype("<u4").tobytes()
            keys.append(hashlib.blake2b(data, digest_size=16).digest())
        return keys


def sketcher(settings: DedupSettings) -> Sketcher:
    """Return what makes signatures for these settings."""
    from datasketch import MinHash, MinHashLSH

    count = settings.permutations
    index = MinHashLSH(threshold=settings.threshold, num_perm=count, weights=_WEIGHTS)
    return Sketcher(MinHash(num_perm=count, seed=1), settings.shingle, index.b, index.r)


def text_key(text: str) -> bytes:
    """Return the first 16 bytes of a text's SHA-256."""
    return hashlib.sha256(text.encode()).digest()[:16]
