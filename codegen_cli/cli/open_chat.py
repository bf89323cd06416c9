"""Put a chat together: its engine, session, record, and what its commands reach outside for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from codegen_cli import console
from codegen_cli.cli.chat_memory import recall_memory
from codegen_cli.cli.chat_session import Resumed, drawn_by, open_keeper, resumed_session
from codegen_cli.cli.open_engine import open_engine
from codegen_cli.cli.open_sessions import open_sessions
from codegen_cli.files import write_output
from codegen_cli.interrupt import interruptible
from codegen_cli.program import Program
from codegen_cli.program.tree import Tree
from codegen_cli.settings import EngineSettings, Sampling

if TYPE_CHECKING:
    from codegen_cli.engine.base import Engine
    from codegen_cli.repl.chat import Chat
    from codegen_cli.repl.keep import Keeper
    from codegen_cli.repl.read import Typing
    from codegen_cli.repl.running import Running
    from codegen_cli.repl.session import Session


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a chat begins with; `keeps` says that its session is recorded."""

    tree: Tree
    sampling: Sampling
    file: Path | None
    resumed: Resumed | None
    typing: Typing
    keeps: bool


def open_chat(engine: Engine, settings: EngineSettings, running: Running, begin: Beginning) -> Chat:
    """Return the chat; the caller closes it.

    Raises:
        CodegenError: the file it goes on with cannot be read.
    """
    from codegen_cli.repl.chat import Chat
    from codegen_cli.repl.known import known_to
    from codegen_cli.repl.read import open_reader
    from codegen_cli.repl.render import View
    from codegen_cli.repl.session import Session
    from codegen_cli.repl.store import Store

    resumed = begin.resumed
    session = _session(resumed, begin.sampling) if resumed else Session(begin.tree, begin.sampling)
    target = resumed.stored.file if resumed else begin.file
    known = resumed.file_is_its if resumed else True
    chat = Chat(
        engine=engine,
        session=session,
        store=Store(write_output, target, known=known),
        reader=open_reader(begin.typing, known_to(lambda: chat)),
        view=View(),
        interruptible=interruptible,
        running=running,
    )
    keeper: Callable[..., Keeper | None] = _nothing
    if begin.keeps:
        keeper = partial(_keeper, chat, settings)
        chat.list_sessions = _sessions
    chat.keeper = keeper(resumed)
    if resumed:
        recall_memory(chat)
    chat.open_keeper = keeper
    chat.load_session = partial(_load, keeper)
    chat.open_model = partial(_switch, settings)
    about = _about_session(resumed) if resumed else _about(begin.file, session.program)
    console.note(f"{about}/help lists the commands, Ctrl-D leaves")
    return chat


def _session(resumed: Resumed, sampling: Sampling) -> Session:
    from codegen_cli.repl.session import Session

    pending = resumed.stored.pending
    return Session(resumed.tree, sampling, pending=pending, results=resumed.results)


def _keeper(chat: Chat, settings: EngineSettings, resumed: Resumed | None = None) -> Keeper | None:
    return open_keeper(chat.engine, settings, chat.session.tree, chat.store.target, resumed)


def _nothing(resumed: Resumed | None = None) -> None:
    return None


def _load(keeper: Callable[..., Keeper | None], chat: Chat, name: str) -> None:
    """Go on with another session.

    Raises:
        UsageError: there is none of this name.
    """
    resumed = resumed_session(name, newest=False, file=None)
    assert resumed is not None
    chat.refuse_to_lose()
    file = resumed.stored.file
    chat.store.target = file
    if file is not None and resumed.file_is_its:
        chat.store.open(file)
    chat.begin(_session(resumed, chat.session.sampling), partial(keeper, resumed))
    chat.view.note(_about_session(resumed).removesuffix(" · "))


def _sessions(text: str) -> list[tuple[str, str]]:
    """Return the last sessions, or those with a text in a turn, each with a word about it."""
    with open_sessions() as store:
        if text:
            return [(m.session, f"#{m.node}  {_line(m.step)}") for m in store.search(text, 20)]
        return [
            (s.id, f"{s.turns} turns  {s.file.name if s.file else '-'}  {_line(s.first_step)}")
            for s in store.recent(20)
        ]


def _switch(settings: EngineSettings, chat: Chat, name: str) -> None:
    """Draw with another model from now on. The new one is loaded before the old one is closed.

    Raises:
        ModelError: it is missing or unreadable.
    """
    # Adapters belong to the model that they were trained for.
    settings = replace(settings, lora=())
    engine = open_engine(name, settings)
    chat.engine.close()
    chat.engine, chat.speed, chat.folded = engine, 0.0, ()
    if chat.keeper:
        chat.keeper.drawn_by(drawn_by(engine, settings))


def _line(step: str) -> str:
    return console.visible(" ".join(step.split()))[:60]


def _about(file: Path | None, program: Program) -> str:
    if file is None:
        return ""
    turns = len(program.turns)
    return f"{file}: {turns} turn{'s' * (turns != 1)} · " if file.exists() else f"{file}: new · "


def _about_session(resumed: Resumed) -> str:
    stored = resumed.stored
    turns = len(stored.path(stored.head))
    pending = ", the last one pending" if stored.pending else ""
    return f"session {stored.id}: {turns} turn{'s' * (turns != 1)}{pending} · "
