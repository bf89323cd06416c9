"""What the engine had evaluated when a chat was left, given back to it when the chat goes on."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from codegen_cli import paths
from codegen_cli.cli.open_sessions import open_sessions
from codegen_cli.errors import CodegenError, SessionError

if TYPE_CHECKING:
    from codegen_cli.repl.chat import Chat
    from codegen_cli.sessions.memory import Memories
    from codegen_cli.sessions.provenance import Drawn


def memories() -> Memories:
    """Return where they are kept."""
    from codegen_cli.sessions.memory import Memories

    return Memories(paths.cache_dir() / "kv")


def recall_memory(chat: Chat) -> None:
    """Give the engine back what it had evaluated of the session, where that is kept."""
    from codegen_cli.engine.llama_engine import LlamaEngine
    from codegen_cli.registry.fingerprint import model_sha256

    engine, keeper = chat.engine, chat.keeper
    if not isinstance(engine, LlamaEngine) or keeper is None or keeper.session is None:
        return
    if not memories().has(keeper.session):
        return
    # The hash of a large model was remembered before anything was kept.
    key = _key(keeper.drawn, model_sha256(Path(engine.info.path)))
    state = memories().recall(keeper.session, key)
    if state is not None and engine.restore(state):
        keeper.remembered()


def keep_memory(chat: Chat) -> None:
    """Keep what the engine has evaluated of the program, where the chat itself is kept.

    Ctrl-C leaves it: all that is lost is time.
    """
    from codegen_cli.engine.llama_engine import LlamaEngine
    from codegen_cli.program.fold import folded_prompt

    engine, keeper = chat.engine, chat.keeper
    if not isinstance(engine, LlamaEngine) or keeper is None or keeper.session is None:
        return
    digest = keeper.drawn.sha256()
    if digest is None or not _is_kept(keeper.session):
        return
    with contextlib.suppress(KeyboardInterrupt, MemoryError):
        state = engine.state_of(folded_prompt(chat.session.shown, "", chat.folded_now))
        if state is not None:
            memories().keep(keeper.session, _key(keeper.drawn, digest), state)


def forget_memory(session: str) -> None:
    """Remove what was kept of a session.

    Raises:
        SessionError: the disk refuses.
    """
    try:
        memories().forget(session)
    except OSError as error:
        raise SessionError(
            f'cannot remove "{error.filename}": {error.strerror}', "check the disk and its rights"
        ) from error


def _is_kept(session: str) -> bool:
    """Say whether a session is there still: it may have been removed while its chat went on."""
    try:
        with open_sessions() as store:
            return store.find(session) == session
    except CodegenError:
        return False


def _key(drawn: Drawn, digest: str) -> str:
    from codegen_cli.registry.fingerprint import model_sha256
    from codegen_cli.sessions.memory import memory_key

    adapters = [(model_sha256(Path(path)), scale) for path, scale in drawn.lora]
    return memory_key(digest, adapters, drawn.build)
