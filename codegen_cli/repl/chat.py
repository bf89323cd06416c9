"""What a chat can do: each verb changes the session, asks the engine, and shows the result."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from codegen_cli.engine.base import Engine
from codegen_cli.errors import CodegenError, Interrupted, UsageError
from codegen_cli.files import warn_of_hiding
from codegen_cli.program.fold import folded_program
from codegen_cli.program.marks import numbers_of
from codegen_cli.program.tree import Tree
from codegen_cli.repl.asked import Asked
from codegen_cli.repl.clarity import Clarity
from codegen_cli.repl.keep import Keeper
from codegen_cli.repl.lines import toolbar
from codegen_cli.repl.outside import Outside
from codegen_cli.repl.read import Reader
from codegen_cli.repl.render import View
from codegen_cli.repl.running import Running
from codegen_cli.repl.session import Draw, Numbered, Session
from codegen_cli.repl.store import Store
from codegen_cli.repl.write import write
from codegen_cli.sessions.records import StoredSession

#: Turn Ctrl-C into a flag while it is entered.
Interruptible = Callable[[], AbstractContextManager[Callable[[], bool]]]


@dataclass(slots=True)
class Chat:
    """A chat: its state, and what it works with.

    `folded` are the turns, by their ids, that the last prompt had in short; `failure` is what the
    process has to end with, once the program is written.
    """

    engine: Engine
    session: Session
    store: Store
    reader: Reader
    view: View
    interruptible: Interruptible
    running: Running
    outside: Outside | None = None
    keeper: Keeper | None = None
    clarity: Clarity = field(default_factory=Clarity)
    asked: Asked | None = None
    folded: frozenset[int] = frozenset()
    done: bool = False
    failure: CodegenError | None = None
    speed: float = 0.0

    def read(self, text: str = "", number: int = 0, *, opened: bool = False) -> str:
        """Return the next line for the turn to come, or for the one of this number."""
        number = number or len(self.session.shown.turns) + 1
        return self.reader.read(number, self._toolbar(), text, opened=opened)

    @property
    def folded_now(self) -> tuple[int, ...]:
        """Return the numbers of the turns that the last prompt had in short."""
        return numbers_of(self.session.turns(self.session.tree.head), self.folded)

    def last_turn(self) -> Numbered:
        """Return the last turn of the program and its number."""
        turns = self.session.shown.turns
        return len(turns), turns[-1]

    def open(self, tree: Tree, path: Path) -> None:
        """Go on with another program, the one that was read from a file.

        Raises:
            UsageError: this one is not saved.
            CodegenError: the file cannot be read.
        """
        self.refuse_to_lose()
        self.store.open(path)
        session = Session(tree, self.session.sampling)
        session.candidates = self.session.candidates
        self.begin(session)
        self.view.note(f"{path}: {_count(len(self.session.program.turns))}")

    def refuse_to_lose(self) -> None:
        """Raise UsageError where the program is not saved."""
        if self.session.unsaved:
            raise UsageError("this program is not saved", "/save it, or /clear it first")

    def begin(self, session: Session, stored: StoredSession | None = None) -> None:
        """Put another session in the place of this one, and its record."""
        self.session = session
        self.folded, self.running.variables, self.running.checked = frozenset(), None, ""
        if self.keeper:
            self.keeper.close()
        self.keeper = self.outside.keeper(self, stored) if self.outside else None

    def toggle(self, what: Literal["pinned", "folded"], numbers: list[int]) -> None:
        """Pin or fold turns that are not, and let go of those that are; say which ones are."""
        turns = self.session.turns(self.session.tree.head)
        marks = self.session.marks.toggled(what, [turns[number - 1] for number in numbers])
        self.session.marks = marks
        which = ", ".join(map(str, numbers_of(turns, getattr(marks, what)))) or "none"
        self.view.note(f"{what} turns: {which}")

    def draw(self, draw: Draw) -> None:
        """Write a turn and make it the pending one.

        Raises:
            Interrupted: Ctrl-C, and nobody is there to go on.
            ContextFull: the program and the answer do not fit.
        """
        if draw.step in self.session.templates and not (draw.attempt or draw.start):
            self.view.note(f"with the first case: {draw.step}")
        write(self, draw)

    def keep(self, verb: str) -> None:
        """Record what a verb did to the program."""
        if self.keeper:
            state = self.session
            pending = state.pending is not None
            self.keeper.sync(state.tree, state.setup, verb, state.copies, pending=pending)

    def accept(self) -> None:
        """Keep the pending turn, if there is one."""
        kept = self.session.accept()
        if kept:
            self.view.turns("kept", [kept])

    def save(self, name: str = "", *, force: bool = False) -> None:
        """Write the program to a file; a pending turn is kept by it.

        Raises:
            UsageError: there is no name, or the file is not ours to overwrite.
            CodegenError: the disk refuses.
        """
        program = self.session.shown
        path = self.store.save(program.source, name, force=force)
        self.accept()
        self.session.mark_saved()
        if self.keeper:
            self.keep("save")
            self.keeper.saved(path)
        self.view.note(f"saved {_count(len(program.turns))} to {path}")
        warn_of_hiding(path)

    def run(self) -> None:
        """Run the program, the pending turn included, and show what it does.

        Raises:
            UsageError: nobody is there to be asked, and no option allowed it.
            SandboxUnavailable: there is no sandbox here.
            Interrupted: Ctrl-C, and nobody is there to go on.
        """
        if not self._may_run():
            self.view.note("nothing was run")
            return
        program, before = self.session.shown, self.running.variables
        try:
            with self.interruptible() as should_stop, self.view.working("running…"):
                execution = self.running.run(program.source, should_stop)
        except (Interrupted, KeyboardInterrupt):
            if not self.reader.attended:
                raise Interrupted("interrupted while the program ran") from None
            self.view.note("interrupted · the program is unchanged")
            return
        self.view.run(program, execution, before)

    def leave(self) -> None:
        """End the chat with the pending turn kept; at a terminal, offer once to save.

        Raises:
            CodegenError: saving failed, so the chat goes on.
        """
        if self.reader.is_terminal and self.session.unsaved and not self._offer_to_save():
            return
        self.session.accept()
        self.done = True

    def close(self) -> None:
        """Free the model, and write what waits to be recorded."""
        if self.keeper:
            self.keeper.close()
        self.engine.close()

    def used(self) -> int:
        """Return how many tokens of the context the program takes, as far as it is folded."""
        return self.engine.count(folded_program(self.session.shown, self.folded_now).text)

    def _may_run(self) -> bool:
        """Say whether programs may run; a person is asked before the first one."""
        if not self.running.allowed:
            if not self.reader.attended:
                raise UsageError("/run needs leave to run programs", "start with --execute")
            self.running.open()
            try:
                answer = self.reader.ask("run what the model wrote? [Y/n] ").strip().lower()
            except (EOFError, KeyboardInterrupt):
                answer = "n"
            self.running.allowed = answer in ("", "y", "yes")
        return self.running.allowed

    def _offer_to_save(self) -> bool:
        """Save if the user wants; say whether the chat may end."""
        target = self.store.target
        try:
            if target is None:
                name = self.reader.ask("save to which file? (Enter leaves without saving) ").strip()
                wanted = bool(name)
            else:
                name = ""
                answer = self.reader.ask(f"save to {target}? [y/N] ")
                wanted = answer.strip().lower() in ("y", "yes")
        except EOFError:
            return True
        except KeyboardInterrupt:
            return False
        if wanted:
            self.save(name)
        return True

    def _toolbar(self) -> Callable[[int], str]:
        info = self.engine.info
        numbers = f"{self.used()}/{self.engine.n_ctx} tokens"
        if self.speed:
            numbers += f" · {self.speed:.0f} tokens/s"
        model = f"{info.name} {info.file_type}"
        return lambda width: toolbar(model, self.engine.placement, numbers, width)


def _count(turns: int) -> str:
    return f"{turns} turn{'s' * (turns != 1)}"
