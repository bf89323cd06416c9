"""The keyboard while no prompt is open, and while another program has it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_keyboard() -> Iterator[None]:
    """Keep keys that are typed ahead off the screen, and Enter an Enter, for the next prompt.

    Without it they would be echoed into the code that is being written, and the terminal would
    turn Enter into the newline that Ctrl-J means.
    """
    import termios

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    quiet = termios.tcgetattr(descriptor)
    quiet[0] &= ~termios.ICRNL
    quiet[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(descriptor, termios.TCSANOW, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSANOW, before)


@contextmanager
def loud_keyboard() -> Iterator[None]:
    """Give another program a keyboard that echoes and makes lines, as terminals begin with."""
    import termios

    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    loud = termios.tcgetattr(descriptor)
    loud[0] |= termios.ICRNL
    loud[3] |= termios.ECHO | termios.ICANON
    termios.tcsetattr(descriptor, termios.TCSADRAIN, loud)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
