"""Load GGUF files with llama.cpp and use them once: `python llama_child.py LOG FILE…`.

LOG gets one line before each file (its name) and one after it ("null" or "ok"), so that whoever
started this process knows which file it died of.
"""

from __future__ import annotations

import ctypes
import faulthandler
import math
import os
import signal
import sys
from pathlib import Path
from typing import Any

from llama_cpp import llama_cpp as C

SECONDS_PER_FILE = 20

TEXTS = (
    b"# Print the numbers.\nfor i in range(10):\n    print(i)\n",
    "naïve \u4f60\u597d \U0001f600 <|endoftext|>\t\t  x".encode(),
    b"",
    b"\xff\xfe\x80 broken \xc3",
)


@C.llama_log_callback
def _quiet(level: int, text: bytes, user_data: Any) -> None:
    # What the process dies of goes to stderr elsewhere; llama.cpp's log is of no interest.
    pass


def _use_vocabulary(model: Any) -> int:
    vocab = C.llama_model_get_vocab(model)
    size = C.llama_vocab_n_tokens(vocab)
    for read in (C.llama_vocab_bos, C.llama_vocab_eos, C.llama_vocab_eot, C.llama_vocab_nl):
        read(vocab)
    buffer = (C.llama_token * 4096)()
    for text in TEXTS:
        for flags in range(4):
            C.llama_tokenize(vocab, text, len(text), buffer, 4096, bool(flags & 1), flags > 1)
    piece = ctypes.create_string_buffer(4096)
    for token in range(size):
        C.llama_token_to_piece(vocab, token, piece, len(piece), 0, True)
        C.llama_vocab_get_text(vocab, token)
        C.llama_vocab_get_attr(vocab, token)
    every = (C.llama_token * size)(*range(size))
    room = 1 << 20
    C.llama_detokenize(vocab, every, size, ctypes.create_string_buffer(room), room, False, True)
    return int(size)


def _decode(model: Any, size: int) -> None:
    params = C.llama_context_default_params()
    params.n_ctx = C.llama_model_n_ctx_train(model)
    params.n_batch = params.n_ubatch = min(512, params.n_ctx)
    params.n_threads = params.n_threads_batch = 1
    context = C.llama_init_from_model(model, params)
    if not context:
        return
    count = min(9, params.n_ctx)
    tokens = (C.llama_token * count)(*(size * i // count for i in range(count)))
    for part in (count, 1):
        C.llama_decode(context, C.llama_batch_get_one(tokens, part))
        logits = C.llama_get_logits_ith(context, -1)
        math.fsum(1 for i in range(size) if logits[i] == 0)
    C.llama_free(context)


def use(path: Path) -> str:
    """Load and run one file as the engine does."""
    params = C.llama_model_default_params()
    params.n_gpu_layers = 0
    model = C.llama_model_load_from_file(os.fsencode(path), params)
    if not model:
        return "null"
    size = _use_vocabulary(model)
    _decode(model, size)
    C.llama_model_free(model)
    return "ok"


def main() -> None:
    """Work through the files."""
    faulthandler.enable()
    C.llama_log_set(_quiet, ctypes.c_void_p())
    with Path(sys.argv[1]).open("a", encoding="utf-8") as log:
        for name in sys.argv[2:]:
            log.write(f"{name}\n")
            log.flush()
            # The default action of this signal ends the process also inside C code.
            signal.alarm(SECONDS_PER_FILE)
            log.write(f"{use(Path(name))}\n")
            log.flush()
    signal.alarm(0)


if __name__ == "__main__":
    main()
