"""The names that a program defines so far."""

from __future__ import annotations

import re

from codegen_cli.program.program import Program

#: Bound at the left margin or deeper. A parser would refuse the half-right code that models write,
#: and a completion may offer a name too many.
_BOUND = re.compile(
    r"""^[ \t]*(?:
        (?:async[ ]+)?(?:def|class)[ ]+(?P<defined>\w+)
      | (?:from[ ]+\S+[ ]+)?import[ ]+(?P<imported>[^\n#]+)
      | for[ ]+(?P<looped>[\w, ]+?)[ ]+in\b
      | (?P<assigned>[A-Za-z_]\w*(?:[ ]*,[ ]*[A-Za-z_]\w*)*)
        [ ]*(?::[^=\n]+)?(?:[-+*/%|&^]|//|\*\*)?=(?!=)
    )""",
    re.VERBOSE | re.MULTILINE,
)


def defined_names(program: Program) -> tuple[str, ...]:
    """Return what a program's code defines, imports and assigns, the newest first, each once."""
    code = program.prefix + "".join(turn.code + "\n" for turn in program.turns)
    found: dict[str, None] = {}
    for match in _BOUND.finditer(code):
        for name in _names(match):
            found.pop(name, None)
            found[name] = None
    return tuple(reversed(found))


def _names(match: re.Match[str]) -> list[str]:
    if match["imported"]:
        # `a.b as c` binds c, `a.b` binds a.
        parts = [part.strip(" ()").split() for part in match["imported"].split(",")]
        return [part[-1].split(".")[0] for part in parts if part and part[-1] != "*"]
    text = match["defined"] or match["looped"] or match["assigned"] or ""
    return [name for name in re.split(r"[ ,]+", text) if name and name != "_"]
