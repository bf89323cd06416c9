"""Let the Hub's client read in short blocks, so that a small download can be cut in the middle."""

from __future__ import annotations

import huggingface_hub.constants

huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE = 1 << 15
