"""Commands that draw and change turns."""

from __future__ import annotations

from itertools import pairwise

from codegen_cli.errors import UsageError
from codegen_cli.program.split import split_step
from codegen_cli.repl import asking
from codegen_cli.repl.answered import MOST_ANSWERS
from codegen_cli.repl.chat import Chat
from codegen_cli.repl.commands.declared import COMMANDS
from codegen_cli.repl.ranges import parse_count
from codegen_cli.repl.write import keep_partial


@COMMANDS.command("accept")
def accept(chat: Chat, _argument: str) -> None:
    """Keep the pending turn; so do Enter and the next step."""
    if chat.session.pending is None:
        raise UsageError("no turn is pending", "type a step first")
    chat.accept()


@COMMANDS.command("retry", "[TEMPERATURE]")
def retry(chat: Chat, argument: str) -> None:
    """Draw the last turn again with another seed."""
    chat.draw(asking.retry(chat.session, argument))


@COMMANDS.command("edit", "[N] [STEP]", completes="turn")
def edit(chat: Chat, argument: str) -> None:
    """Reword the last step, or that of turn N, and draw it again."""
    first, _, rest = argument.partition(" ")
    number, words = 0, argument
    if first.isascii() and first.isdecimal():
        turns = len(chat.session.shown.turns) or 1
        number, words = parse_count(first, "a number of a turn", turns), rest.strip()
    step = words or _edited(chat, number)
    if step:
        chat.draw(asking.reword(chat.session, step, number))


@COMMANDS.command("more")
def more(chat: Chat, _argument: str) -> None:
    """Go on writing the last turn, with the text that was cut."""
    chat.draw(asking.more(chat.session))


@COMMANDS.command("start", "[TEXT]")
def start(chat: Chat, argument: str) -> None:
    """Make the next answer begin with TEXT; without it, with nothing."""
    chat.session.start = argument
    said = f"the next answer begins with {argument!r}" if argument else "nothing is dictated"
    chat.view.note(said)


@COMMANDS.command("n", "[N]")
def n(chat: Chat, argument: str) -> None:
    """Write N answers to each step, the best as the turn."""
    if argument:
        chat.session.candidates = parse_count(argument, "a number of answers", MOST_ANSWERS)
    count = chat.session.candidates
    chat.view.note(f"{count} answer{'s' * (count != 1)} a step")


@COMMANDS.command("pick", "[K]")
def pick(chat: Chat, argument: str) -> None:
    """Take answer K to the last step; without K, list the answers, retries included."""
    if chat.session.partial and len(chat.session.partial[1]) > 1:
        keep_partial(chat)
    tree = chat.session.tree
    answers = tree.answers(tree.head)
    if not answers:
        raise UsageError("there is no turn, so there is nothing to pick", "type a step first")
    if argument:
        number = parse_count(argument, "a number of an answer", len(answers))
        chat.session.pick(answers[number - 1].id)
        chat.view.note(f"answer {number} of {len(answers)} is the turn")
    chat.view.answers(answers, chat.session.tree.head)


@COMMANDS.command("keep")
def keep(chat: Chat, _argument: str) -> None:
    """Make what was written before Ctrl-C the pending turn."""
    keep_partial(chat)
    chat.view.turns("pending", [chat.last_turn()])


@COMMANDS.command("drop")
def drop(chat: Chat, _argument: str) -> None:
    """Discard the pending turn."""
    chat.view.turns("dropped", [chat.session.drop()])


@COMMANDS.command("undo", "[N]")
def undo(chat: Chat, argument: str) -> None:
    """Take back the pending turn, or the last N."""
    last = len(chat.session.shown.turns)
    if not last:
        raise UsageError("there is no turn, so there is nothing to undo", "type a step first")
    count = parse_count(argument, "a number of turns to take back", last) if argument else 1
    chat.view.turns("undid", chat.session.undo(count))


@COMMANDS.command("redo")
def redo(chat: Chat, _argument: str) -> None:
    """Bring back what was undone."""
    chat.view.turns("brought back", chat.session.redo())


@COMMANDS.command("split")
def split(chat: Chat, _argument: str) -> None:
    """Ask for the parts of the pending step one by one."""
    pending = chat.session.pending
    if pending is None:
        raise UsageError("no turn is pending, so there is nothing to split", "type a step first")
    parts = split_step(pending.turn.step)
    if len(parts) == 1:
        raise UsageError("the step asks for one thing only", "/edit rewords it")
    chat.view.note("\n".join(f"part {number}: {part}" for number, part in enumerate(parts, 1)))
    chat.draw(asking.reword(chat.session, parts[0]))
    for before, part in pairwise(parts):
        written = chat.session.pending
        if written is None or written.turn.step != before:
            # The user stopped the part before: what is left of the step is theirs to say again.
            return
        chat.draw(asking.ask(chat.session, part))


def _edited(chat: Chat, number: int) -> str:
    """Let the user change a step; nothing means that it stays."""
    turns = chat.session.shown.turns
    if not turns:
        raise UsageError("there is no turn, so there is nothing to reword", "type a step first")
    if not chat.reader.is_terminal:
        raise UsageError("/edit needs the new step here", "write /edit STEP")
    number = number or len(turns)
    try:
        step = chat.read(turns[number - 1].step, number).strip()
    except (EOFError, KeyboardInterrupt):
        step = ""
    if not step:
        chat.view.note("the step stays as it was")
    return step
