"""Commands that go to other places of the tree of turns."""

from __future__ import annotations

import difflib

from codegen_cli.errors import UsageError
from codegen_cli.program.tree import Place
from codegen_cli.repl.chat import Chat
from codegen_cli.repl.commands.declared import COMMANDS


@COMMANDS.command("goto", "N|#ID|NAME", completes="place")
def goto(chat: Chat, argument: str) -> None:
    """Go to turn N of the program, to any turn by its #ID in /tree, or to a branch."""
    if not argument:
        raise UsageError("where to?", "write /goto 2, /goto #7 or /goto NAME; /tree shows them")
    place = _place(chat, argument)
    chat.session.goto(place)
    count = len(chat.session.shown.turns)
    chat.view.note(f"the program has {count} turn{'s' * (count != 1)} now")
    if count:
        chat.view.turns("at", [chat.last_turn()])


@COMMANDS.command("branch", "[NAME]", completes="place")
def branch(chat: Chat, argument: str) -> None:
    """Name this place, for /goto; without a name, list the names."""
    if argument:
        chat.session.branch(argument)
        chat.view.note(f'this place is "{argument}"; /goto {argument} comes back here')
        return
    tree = chat.session.tree
    if not tree.branches:
        chat.view.note("no place has a name yet; /branch NAME names this one")
    for name, place in sorted(tree.branches.items()):
        here = " (here)" if place == tree.head else ""
        chat.view.note(f"{name}: {len(tree.way(place))} turns{here}")


@COMMANDS.command("tree")
def tree(chat: Chat, _argument: str) -> None:
    """Draw all turns that were written, the program's marked with *."""
    if not chat.session.tree.nodes:
        chat.view.note("no turn was written yet")
    chat.view.tree(chat.session.tree, chat.session.pending)


@COMMANDS.command("clear", aliases=("reset",))
def clear(chat: Chat, _argument: str) -> None:
    """Begin again with an empty program; the turns stay in /tree."""
    head = chat.session.tree.head
    chat.session.goto(None)
    back = "" if head is None else f"; /goto #{head} comes back"
    chat.view.note(f"the program is empty{back}")


def _place(chat: Chat, name: str) -> Place:
    tree = chat.session.tree
    digits = name.removeprefix("#")
    if digits.isascii() and digits.isdecimal() and len(digits) < 10:
        return int(digits) if name.startswith("#") else tree.at(int(digits))
    if name in tree.branches:
        return tree.branches[name]
    near = difflib.get_close_matches(name, tree.branches, n=1)
    raise UsageError(f'no branch "{name}"', f"did you mean {near[0]}?" if near else "see /tree")
