"""The session of a chat: a new one, or one that goes on where it was left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Container
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from codegen_cli import console
from codegen_cli.cli.open_sessions import choose_session, open_sessions, sessions_file
from codegen_cli.errors import ModelError, UsageError
from codegen_cli.program.tree import Place, Tree
from codegen_cli.settings import Sampling

if TYPE_CHECKING:
    from codegen_cli.engine.base import Engine
    from codegen_cli.errors import SessionError
    from codegen_cli.repl.keep import Keeper
    from codegen_cli.repl.session import Session
    from codegen_cli.sessions.provenance import Drawn
    from codegen_cli.sessions.records import Provenance, StoredSession
    from codegen_cli.settings import EngineSettings
    from codegen_cli.synthesis.turn import TurnResult


@dataclass(frozen=True, slots=True)
class Resumed:
    """A session to go on with; `file_is_its` says that the file is as the session saved it."""

    stored: StoredSession
    file_is_its: bool

    @property
    def tree(self) -> Tree:
        """Return all its turns, with the head where it was left."""
        from codegen_cli.sessions.resume import tree_of

        return tree_of(self.stored)

    @property
    def results(self) -> dict[int, TurnResult]:
        """Return the answers that the model gave."""
        from codegen_cli.sessions.resume import answer_of

        nodes = (node for node in self.stored.nodes if node.provenance.origin == "model")
        return {node.id: answer_of(node) for node in nodes}

    @property
    def attempts(self) -> dict[tuple[Place, str], int]:
        """Return how often each step was drawn at its place."""
        from codegen_cli.sessions.resume import attempts_of

        return attempts_of(self.stored)

    @property
    def copies(self) -> dict[int, int]:
        """Return the turns that follow a reworded one as they were, and what they copy."""
        made = ((node.id, node.provenance.kept_from) for node in self.stored.nodes)
        return {node: source for node, source in made if source is not None}

    @property
    def drawn(self) -> Provenance | None:
        """Return how the last answer of a model came to be; a copy of an earlier one is none."""
        made = (node.provenance for node in reversed(self.stored.nodes))
        return next((m for m in made if m.origin == "model" and m.kept_from is None), None)

    def sampling(self, asked: Sampling, given: Container[str] = ()) -> Sampling:
        """Return what the session was set to, but for the options that were `given`."""
        if self.stored.setup is None:
            return asked
        kept = asdict(self.stored.setup.sampling)
        return Sampling(**{k: getattr(asked, k) if k in given else v for k, v in kept.items()})


def given_options(context: typer.Context) -> set[str]:
    """Return the parameters of a command that its user gave a value, by an option or a variable."""
    sources = {name: context.get_parameter_source(name) for name in context.params}
    return {
        name for name, at in sources.items() if at and at.name in ("COMMANDLINE", "ENVIRONMENT")
    }


def resumed_session(name: str | None, *, newest: bool, file: Path | None) -> Resumed | None:
    """Return the session that the options ask for, None where they ask for a new one.

    Raises:
        UsageError: there is no such session, or the options contradict each other.
        SessionError: the sessions cannot be read.
    """
    if name is None and not newest:
        return None
    if name is not None and (newest or file is not None):
        other = "--continue" if newest else f'"{file}"'
        raise UsageError(f"--resume {name} and {other} name two programs", "leave out one")
    with open_sessions() as store:
        if name is None:
            found = store.recent(1, file)
            if not found:
                what = f'no session wrote "{file}"' if file else "no session is kept yet"
                raise UsageError(what, "leave out --continue")
            name = found[0].id
        stored = store.load(choose_session(store, name))
        saves = store.saves(stored.file) if stored.file else []
    own = [save for save in saves if save.session == stored.id]
    text = _text(stored.file)
    return Resumed(stored, bool(own) and stored.program(own[-1].node).source == text)


def open_keeper(
    engine: Engine,
    settings: EngineSettings,
    session: Session,
    file: Path | None,
    stored: StoredSession | None,
) -> Keeper:
    """Return what records the chat from now on."""
    from codegen_cli.repl.keep import Keeper
    from codegen_cli.sessions.recorder import Recorder
    from codegen_cli.sessions.store import SessionStore

    recorder = Recorder(
        partial(SessionStore, sessions_file()),
        _warn,
        prefix=session.tree.prefix,
        file=file,
        model=engine.info.name,
        resumed=stored,
    )
    keeper = Keeper(recorder, drawn_by(engine, settings))
    if stored:
        keeper.resumed(stored)
    else:
        keeper.opened(session.tree, session.setup)
    return keeper


def drawn_by(engine: Engine, settings: EngineSettings) -> Drawn:
    """Return what all answers of a model have in common."""
    from codegen_cli.sessions.provenance import Drawn, build_of

    path = Path(engine.info.path).resolve()
    return Drawn(
        model=_model_name(path),
        sha256=hash_of(path),
        build=build_of(settings.engine, engine.placement),
        engine=settings.engine,
        lora=tuple((str(lora.path.resolve()), lora.scale) for lora in settings.lora),
    )


def hash_of(path: Path) -> Callable[[], str | None]:
    """Return a function that knows the hash of a model file as soon as it has been read."""
    from codegen_cli.registry.fingerprint import model_sha256

    found: list[str] = []

    def read() -> None:
        # A file that vanished or cannot be read any more has no hash; the chat has its weights.
        with suppress(OSError, ModelError):
            found.append(model_sha256(path))

    # Gigabytes take seconds: no answer waits for it, and leaving does not either.
    threading.Thread(target=read, name="hash", daemon=True).start()
    return lambda: found[0] if found else None


def _model_name(path: Path) -> str:
    """Return what finds the model again: the name of a packaged one, else its path."""
    from codegen_cli.registry.find import local_models

    packaged = [m.name for m in local_models() if m.packaged and m.path.resolve() == path]
    return packaged[0] if packaged else str(path)


def _warn(error: SessionError) -> None:
    console.warn(f"this chat is not kept: {error.message} ({error.hint})")


def _text(file: Path | None) -> str | None:
    try:
        return file.read_text(encoding="utf-8") if file else None
    except (OSError, UnicodeDecodeError):
        return None
