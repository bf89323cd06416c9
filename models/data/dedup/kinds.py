"""What keys and duplicates are made of.

A table of keys has the columns: first and second half of a key, kind << 32 | row. A table of
duplicates: a document, the one that is kept for it, the kind. A document is shard << 32 | row.
"""

from __future__ import annotations

import numpy as np

#: Kinds of keys: of a whole text, of a band of its signature.
EXACT, NEAR = 0, 1

#: Where the upper half of a mark begins, and the mask of the lower.
HALF = np.uint64(32)
ROW = np.uint64(0xFFFFFFFF)
