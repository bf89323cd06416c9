"""Have the tokenizer of a checkpoint on this machine before its weights are asked for."""

from __future__ import annotations

from pathlib import Path

from codegen_cli.convert.config import CodeGenConfig
from codegen_cli.convert.tokenizer import FILES, GPT2, cached_gpt2, codegen25_vocab
from codegen_cli.convert.vocab import has_vocab, read_vocab
from codegen_cli.engine.gguf.architecture import LLAMA
from codegen_cli.hub.listing import list_repo
from codegen_cli.pull.download import have_small_files
from codegen_cli.pull.records import Watch


def have_vocabulary(folder: Path, config: CodeGenConfig, watch: Watch, *, offline: bool) -> None:
    """Read a checkpoint's vocabulary; CodeGen2.5's is made of GPT-2's, fetched where it is missing.

    Raises:
        CheckpointError: there is none, or it is broken or of another kind.
        ModelNotFound, HubError: the Hub refuses GPT-2's.
    """
    if config.graph is not LLAMA:
        read_vocab(folder, config.vocab_size)
        return
    if not offline and not has_vocab(folder) and cached_gpt2() is None:
        listing = list_repo(GPT2, "main", watch.note)
        wanted = [file for file in listing.files if file.name in FILES]
        have_small_files(listing, wanted, "main", watch)
    codegen25_vocab(folder, config)
