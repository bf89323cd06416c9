"""Put a chat together: its engine, session, record, and what its commands reach outside for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from codegen_cli import console
from codegen_cli.cli.chat_memory import recall_memory
from codegen_cli.cli.chat_model import ModelChoice
from codegen_cli.cli.chat_outside import ChatOutside, about_session, session_of
from codegen_cli.cli.chat_session import Resumed
from codegen_cli.files import write_output
from codegen_cli.interrupt import interruptible
from codegen_cli.program import Program
from codegen_cli.program.tree import Tree
from codegen_cli.settings import Sampling

if TYPE_CHECKING:
    from codegen_cli.engine.base import Engine
    from codegen_cli.repl.chat import Chat
    from codegen_cli.repl.read import Typing
    from codegen_cli.repl.render import View
    from codegen_cli.repl.running import Running


@dataclass(frozen=True, slots=True)
class Beginning:
    """What a chat begins with; `keeps` says that its session is recorded.

    `sampling` is what the options say, for a session that goes on together with what it was set to.
    """

    tree: Tree
    sampling: Sampling
    file: Path | None
    resumed: Resumed | None
    typing: Typing
    view: View
    keeps: bool


def open_chat(engine: Engine, model: ModelChoice, running: Running, begin: Beginning) -> Chat:
    """Return the chat; the caller closes it.

    Raises:
        CodegenError: the file it goes on with cannot be read.
    """
    from codegen_cli.repl.chat import Chat
    from codegen_cli.repl.known import known_to
    from codegen_cli.repl.read import open_reader
    from codegen_cli.repl.session import Session
    from codegen_cli.repl.store import Store

    resumed = begin.resumed
    if resumed:
        session = session_of(resumed, begin.sampling)
    else:
        session = Session(begin.tree, begin.sampling)
    outside = ChatOutside(model, keeps=begin.keeps)
    target = resumed.stored.file if resumed else begin.file
    known = resumed.file_is_its if resumed else True
    chat = Chat(
        engine=engine,
        session=session,
        store=Store(write_output, target, known=known),
        reader=open_reader(begin.typing, known_to(lambda: chat)),
        view=begin.view,
        interruptible=interruptible,
        running=running,
        outside=outside,
    )
    engine.watch(chat.view.read)
    chat.keeper = outside.keeper(chat, resumed.stored if resumed else None)
    if resumed:
        recall_memory(chat)
        about = f"{about_session(resumed, session)} · "
    else:
        about = _about(begin.file, session.program)
    console.note(f"{about}/help lists the commands, Ctrl-D leaves")
    return chat


def _about(file: Path | None, program: Program) -> str:
    if file is None:
        return ""
    turns = len(program.turns)
    return f"{file}: {turns} turn{'s' * (turns != 1)} · " if file.exists() else f"{file}: new · "
