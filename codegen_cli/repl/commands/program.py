"""Commands that show the program."""

from __future__ import annotations

import difflib

from codegen_cli.errors import UsageError
from codegen_cli.program.fold import folded_program, folded_turns
from codegen_cli.repl.chat import Chat
from codegen_cli.repl.commands.declared import COMMANDS
from codegen_cli.repl.ranges import parse_ranges


@COMMANDS.command("show", "[RANGE]", completes="turn")
def show(chat: Chat, argument: str) -> None:
    """Print the program, or turns of it as in 3-5."""
    program = chat.session.shown
    only = parse_ranges(argument, len(program.turns)) if argument else None
    chat.view.program(program, pending=chat.session.pending is not None, only=only)


@COMMANDS.command("list", "[RANGE]", completes="turn")
def list_(chat: Chat, argument: str) -> None:
    """List the steps with their numbers."""
    program = chat.session.shown
    numbers = parse_ranges(argument, len(program.turns))
    if not numbers:
        chat.view.note("there are no turns yet")
    pending = len(program.turns) if chat.session.pending else 0
    for number in numbers:
        chat.view.step(number, program.turns[number - 1].step, pending=number == pending)


@COMMANDS.command("diff")
def diff(chat: Chat, _argument: str) -> None:
    """Show what the last turn changed; after /retry or /edit N, what differs from before it."""
    session = chat.session
    tree = session.tree
    if tree.head is None:
        raise UsageError("there is no turn, so nothing changed", "type a step first")
    node = tree.nodes[tree.head]
    older = [answer.id for answer in tree.answers(tree.head) if answer.id < node.id]
    if node.id in session.copies:
        # It follows an earlier turn that was reworded: the program before ended in what it copies.
        older.append(session.copies[node.id])
    before = tree.program(older[-1] if older else node.parent).source
    after = session.shown.source
    name = f"answer #{older[-1]}" if older else "before"
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), name, f"answer #{node.id}", n=1, lineterm=""
    )
    chat.view.diff(list(lines))


@COMMANDS.command("tokens")
def tokens(chat: Chat, _argument: str) -> None:
    """Show how much of the context each turn takes, as far as it is folded."""
    program, engine = folded_program(chat.session.shown, chat.folded_now), chat.engine
    counts = [engine.count(turn.text) for turn in program.turns]
    prefix = engine.count(program.prefix) if program.prefix else 0
    chat.view.tokens(program, prefix, counts, chat.folded_now, engine.n_ctx)
    used, size = chat.used(), engine.n_ctx
    chat.view.note(f"{used} of {size} tokens used · {max(size - used, 0)} left")


@COMMANDS.command("pin", "[RANGE]", completes="turn")
def pin(chat: Chat, argument: str) -> None:
    """Keep turns whole in the prompt, or let them go again."""
    chat.toggle("pinned", parse_ranges(argument, len(chat.session.shown.turns)) if argument else [])


@COMMANDS.command("fold", "[RANGE]", completes="turn")
def fold(chat: Chat, argument: str) -> None:
    """Shorten functions of turns to signatures in the prompt, or stop that."""
    numbers = parse_ranges(argument, len(chat.session.shown.turns)) if argument else []
    foldable = folded_turns(chat.session.shown)
    for number in numbers:
        if number not in foldable:
            raise UsageError(f"turn {number} has no function body to fold", "/show it")
    chat.toggle("folded", numbers)
