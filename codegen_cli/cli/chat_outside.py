"""What a chat reaches outside for: another model, and the kept sessions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from codegen_cli import console
from codegen_cli.cli.chat_model import ModelChoice
from codegen_cli.cli.chat_session import Resumed, drawn_by, open_keeper, resumed_session
from codegen_cli.cli.open_sessions import open_sessions
from codegen_cli.errors import UsageError

if TYPE_CHECKING:
    from codegen_cli.repl.chat import Chat
    from codegen_cli.repl.keep import Keeper
    from codegen_cli.repl.session import Session
    from codegen_cli.sessions.records import SessionSummary, StoredSession
    from codegen_cli.settings import Sampling


class ChatOutside:
    """The models and sessions of this machine; `keeps` says that the chat is recorded."""

    def __init__(self, model: ModelChoice, *, keeps: bool) -> None:
        self._model = model
        self._keeps = keeps

    def open_model(self, chat: Chat, name: str) -> None:
        """Draw with another model from now on; the one before is closed first.

        Two at once would need the memory of both. Where the new one cannot be loaded after all,
        the one before is loaded again.

        Raises:
            ModelError: it is missing, broken or does not fit.
        """
        wanted = self._model.other(name)
        before = self._model.at(Path(chat.engine.info.path))
        chat.engine.close()
        try:
            _use(chat, wanted)
        except BaseException:
            self._go_back(chat, before)
            raise
        for note in wanted.notes:
            chat.view.note(note)
        self._model = wanted
        chat.speed, chat.folded = 0.0, frozenset()
        chat.session.forget_partial()
        if chat.keeper:
            chat.keeper.drawn_by(drawn_by(chat.engine, wanted.settings))

    def _go_back(self, chat: Chat, before: ModelChoice) -> None:
        try:
            _use(chat, before)
        except BaseException:
            # Nothing is left to draw or to count with; what is unsaved is offered to be saved.
            try:
                chat.view.note("the model before is gone, too: the chat ends")
                chat.leave()
            finally:
                chat.done = True
            raise
        chat.view.note("the model before goes on")
        if chat.keeper:
            chat.keeper.drawn_by(drawn_by(chat.engine, before.settings))

    def keeper(self, chat: Chat, stored: StoredSession | None) -> Keeper | None:
        """Return what records the session of a chat, None where nothing is kept."""
        if not self._keeps:
            return None
        return open_keeper(
            chat.engine, self._model.settings, chat.session, chat.store.target, stored
        )

    def load_session(self, chat: Chat, name: str) -> None:
        """Go on with another session.

        Raises:
            UsageError: there is none of this name.
        """
        try:
            resumed = resumed_session(name, newest=False, file=None)
        except UsageError as error:
            hint = error.hint.replace("codegen sessions list", "/sessions")
            raise UsageError(error.message, hint) from error
        assert resumed is not None
        chat.refuse_to_lose()
        file = resumed.stored.file
        chat.store.target = file
        if file is not None and resumed.file_is_its:
            chat.store.open(file)
        sampling = resumed.sampling(chat.session.sampling)
        chat.begin(session_of(resumed, sampling), resumed.stored)
        chat.view.note(about_session(resumed, chat.session))
        drawn = resumed.drawn
        if drawn and drawn.model != drawn_by(chat.engine, self._model.settings).model:
            chat.view.note(f"its last answer is {drawn.model}'s; /model goes on with that one")

    def sessions(self, text: str) -> list[tuple[str, str]]:
        """Return the last sessions, or those with a text in a turn, each with a word about it."""
        with open_sessions() as store:
            if text:
                return [(m.session, f"#{m.node}  {_line(m.step)}") for m in store.search(text, 20)]
            return [(found.id, _about(found)) for found in store.recent(20)]


def _use(chat: Chat, choice: ModelChoice) -> None:
    chat.engine = choice.open()
    chat.engine.watch(chat.view.read)


def session_of(resumed: Resumed, sampling: Sampling) -> Session:
    """Return a stored session as the state of a chat that draws with this sampling."""
    from codegen_cli.repl.session import Session

    stored = resumed.stored
    return Session(
        resumed.tree,
        sampling,
        pending=stored.pending,
        results=resumed.results,
        attempts=resumed.attempts,
        copies=resumed.copies,
        setup=stored.setup,
    )


def about_session(resumed: Resumed, session: Session) -> str:
    """Return a line about a session that goes on: its turns, and what the chat is set to."""
    stored = resumed.stored
    turns = len(stored.path(stored.head))
    parts = [f"session {stored.id}: {turns} turn{'s' * (turns != 1)}"]
    parts[0] += ", the last one pending" if stored.pending else ""
    return " · ".join([*parts, *_settings(session)])


def _settings(session: Session) -> list[str]:
    from codegen_cli.repl.sampling import NAMES, shown
    from codegen_cli.settings import Sampling

    setup, usual = session.setup, Sampling()
    values = ((name, shown(setup.sampling, name)) for name in NAMES)
    said = [f"{name} {console.visible(now)}" for name, now in values if now != shown(usual, name)]
    if setup.candidates > 1:
        said.append(f"{setup.candidates} answers a step")
    if count := len(setup.cases):
        said.append(f"{count} case{'s' * (count != 1)}")
    wishes = setup.marks.wishes(session.turns(session.tree.head))
    for what, turns in (("pinned", wishes.pinned), ("folded", wishes.folded)):
        if turns:
            said.append(f"{what}: {', '.join(map(str, sorted(turns)))}")
    return said


def _about(summary: SessionSummary) -> str:
    turns = f"{summary.turns} turn{'s' * (summary.turns != 1)}"
    file = console.visible(summary.file.name) if summary.file else "-"
    return f"{turns}  {file}  {_line(summary.first_step)}"


def _line(step: str) -> str:
    return console.visible(" ".join(step.split()))[:60]
