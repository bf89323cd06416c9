"""The three corpora at home scale: what the interpreter and its packages bring along."""

from __future__ import annotations

import sysconfig
from pathlib import Path

from codegen_cli.errors import UsageError
from models.data.languages import PROSE
from models.data.settings import Source

#: NL: English documentation. Multi: sources in several languages. Mono: Python alone.
CORPORA = ("nl", "multi", "mono")

#: The paper's six languages (§2.1) and others that programs here are written in.
_MULTI = (
    "C", "C++", "CMake", "Cython", "Fortran", "Go", "Java", "JavaScript", "Lua", "Perl", "PHP",
    "Python", "Ruby", "Rust", "Shell", "SQL", "TypeScript",
)  # fmt: skip


def roots_of(source: Source) -> list[Path]:
    """Return the folders of a corpus of this machine, and those that were given besides.

    Raises:
        UsageError: no corpus has this name.
    """
    library = Path(sysconfig.get_path("stdlib"))
    packages = Path(sysconfig.get_path("purelib"))
    own = {
        "nl": [library, packages],
        "multi": [packages, Path(sysconfig.get_path("include"))],
        "mono": [library],
    }.get(source.collect)
    if own is None:
        raise UsageError(
            f'no corpus "{source.collect}" can be collected', f"one of {', '.join(CORPORA)}"
        )
    return [*own, *(Path(root) for root in source.roots)]


def languages_of(source: Source) -> frozenset[str]:
    """Return the languages that a corpus of this machine takes."""
    own = {"nl": (*PROSE, "Python"), "multi": _MULTI, "mono": ("Python",)}
    return frozenset(source.languages or own.get(source.collect, ()))
