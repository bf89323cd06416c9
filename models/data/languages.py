"""Which language a file is in, by its name."""

from __future__ import annotations

from pathlib import PurePosixPath

_ENDINGS = {
    "C": "c h",
    "C++": "cc cpp cxx hh hpp hxx inl tcc cuh cu",
    "C#": "cs",
    "CMake": "cmake",
    "CSS": "css scss",
    "Cython": "pyx pxd pxi",
    "Fortran": "f f90 f95",
    "Go": "go",
    "HTML": "html htm",
    "Java": "java",
    "JavaScript": "js mjs cjs jsx",
    "Kotlin": "kt",
    "Lua": "lua",
    "Markdown": "md markdown",
    "Perl": "pl pm",
    "PHP": "php",
    "Python": "py pyi",
    "R": "r",
    "reStructuredText": "rst",
    "Ruby": "rb",
    "Rust": "rs",
    "Scala": "scala",
    "Shell": "sh bash",
    "SQL": "sql",
    "Swift": "swift",
    "Text": "txt",
    "TypeScript": "ts tsx",
    "Vim script": "vim",
}

_BY_ENDING = {f".{end}": name for name, ends in _ENDINGS.items() for end in ends.split()}

#: The six of the paper's BigQuery corpus (§2.1), which Multi was trained on.
PAPERS = ("C", "C++", "Go", "Java", "JavaScript", "Python")

#: Prose: what a documentation corpus reads.
PROSE = ("Markdown", "reStructuredText", "Text")


def language_of(name: str) -> str:
    """Return the language of a file, "" where its ending tells none."""
    return _BY_ENDING.get(PurePosixPath(name).suffix.lower(), "")


def known(language: str) -> bool:
    """Say whether some file ending means this language."""
    return language in _ENDINGS


def every_language() -> frozenset[str]:
    """Return the languages that some file ending means."""
    return frozenset(_ENDINGS)
