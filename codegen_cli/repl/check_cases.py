"""Check the examples of a chat against its program."""

from __future__ import annotations

from codegen_cli.errors import CodegenError, Interrupted
from codegen_cli.repl.cases import check, grid
from codegen_cli.repl.chat import Chat


def check_cases(chat: Chat, *, asked: bool = False) -> None:
    """Show a grid of what passes: when asked, or when the program is another than last time.

    Programs only run once that was allowed; nobody is asked for it here. Ctrl-C skips the check.
    """
    running, cases, source = chat.running, chat.session.cases, chat.session.shown.source
    if not cases or (source == running.checked and not asked):
        return
    running.checked = source
    if not running.allowed:
        if asked:
            count = f"{len(cases)} case{'s' * (len(cases) != 1)}"
            chat.view.note(f"{count} noted; /run once, and they are checked after each turn")
        return
    try:
        with chat.interruptible() as should_stop, chat.view.working("checking the cases…"):
            found = check(source, cases, lambda sources: running.run_all(sources, should_stop))
    except (Interrupted, KeyboardInterrupt):
        if not chat.reader.attended:
            raise Interrupted("interrupted while the cases ran") from None
        chat.view.note("interrupted · the cases were not checked")
        return
    except CodegenError as error:
        chat.view.fail(error.message, error.hint)
        return
    chat.view.cases(grid(found))
