"""What a chat can do: each verb changes the session, asks the engine, and shows the result."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from codegen_cli.engine.base import Engine
from codegen_cli.errors import ContextFull, Interrupted, UsageError
from codegen_cli.repl.check import problems
from codegen_cli.repl.keep import Keeper
from codegen_cli.repl.read import Reader
from codegen_cli.repl.render import View, toolbar
from codegen_cli.repl.running import Running
from codegen_cli.repl.session import Draw, Session
from codegen_cli.repl.store import Store
from codegen_cli.synthesis.turn import TurnResult, write_turn

#: Turn Ctrl-C into a flag while it is entered.
Interruptible = Callable[[], AbstractContextManager[Callable[[], bool]]]


@dataclass(slots=True)
class Chat:
    """A chat: its state, and what it works with."""

    engine: Engine
    session: Session
    store: Store
    reader: Reader
    view: View
    interruptible: Interruptible
    running: Running
    keeper: Keeper | None = None
    done: bool = False
    speed: float = 0.0

    def read(self, text: str = "") -> str:
        """Return the next line for the turn to come, or the pending one when it is reworded."""
        turns = len((self.session.program if text else self.session.shown).turns)
        return self.reader.read(turns + 1, self._toolbar(), text)

    def draw(self, draw: Draw) -> None:
        """Write a turn and make it the pending one.

        Raises:
            Interrupted: Ctrl-C, and nobody is there to go on.
            ContextFull: the program and the answer do not fit.
        """
        number = len(draw.program.turns) + 1
        before = self.session.pending
        result = self._write(draw)
        if result is None or not self.session.take(result):
            self._interrupted(number, result)
            return
        if self.keeper:
            prompt = draw.program.prompt(draw.step)
            self.keeper.answered(result, prompt, draw.sampling, draw.attempt)
            self.keep("draw")
        self.speed = result.completion.tokens_per_second
        self.view.turn(number, result, problems(self.session.shown, result))
        if before and draw.attempt and before.turn.code == result.turn.code:
            warmer = min(draw.sampling.temperature + 0.5, 10)
            self.view.note(f"the same code as before; /retry {warmer:g} draws more freely")

    def keep(self, verb: str) -> None:
        """Record what a verb did to the program."""
        if self.keeper:
            pending = self.session.pending is not None
            self.keeper.sync(self.session.shown, verb, pending=pending)

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

    def used(self) -> int:
        """Return how many tokens of the context the program takes."""
        return self.engine.count(self.session.shown.text)

    def _write(self, draw: Draw) -> TurnResult | None:
        """Stream a turn; None when a second Ctrl-C tore it off."""
        result = None
        try:
            with self.interruptible() as should_stop, self.view.writing() as show:
                stream = write_turn(
                    self.engine,
                    draw.program,
                    draw.step,
                    draw.sampling,
                    attempt=draw.attempt,
                    should_stop=should_stop,
                )
                for item in stream:
                    if isinstance(item, TurnResult):
                        result = item
                    else:
                        show(item)
        except KeyboardInterrupt:
            return None
        except ContextFull as error:
            # The engine speaks of options; here the same settings are changed with /set.
            hint = error.hint.replace("--max-tokens", "/set max_tokens")
            raise ContextFull(error.message, hint) from error
        return result

    def _interrupted(self, number: int, result: TurnResult | None) -> None:
        if not self.reader.attended:
            raise Interrupted(f"interrupted in turn {number}")
        tokens = result.completion.generated_tokens if result else 0
        left = "the answer before it still is" if self.session.pending else "nothing is"
        self.view.note(f"interrupted after {tokens} tokens · program unchanged, {left} pending")

    def _may_run(self) -> bool:
        """Say whether programs may run; a person is asked before the first one."""
        if not self.running.allowed:
            if not self.reader.is_terminal:
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
