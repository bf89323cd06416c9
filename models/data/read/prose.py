"""English text inside files of a Python installation: docstrings, descriptions, topics."""

from __future__ import annotations

import ast
import email.parser
import email.policy
import inspect
from collections.abc import Iterator

from models.data.documents import Document
from models.data.languages import PROSE, language_of
from models.data.python_source import parse_python
from models.data.read.found import Found, Refused

#: Words below which a docstring is a label, not prose.
_FEWEST_WORDS = 8

NO_PROSE = "no prose"
UNPARSABLE = "unparsable Python"


def has_prose(name: str) -> bool:
    """Say whether a file may hold prose that `prose_of` finds."""
    return language_of(name) in (*PROSE, "Python") or name.endswith(("/METADATA", "/PKG-INFO"))


def prose_of(name: str, text: str) -> Found:
    """Return the prose of a file as a document: of a module, its docstrings in their order."""
    language = language_of(name)
    if name.endswith(("METADATA", "PKG-INFO")):
        message = email.parser.Parser(policy=email.policy.compat32).parsestr(text)
        body = str(message.get_payload()) or str(message.get("Description", ""))
        return Document(body.strip() + "\n", name, "Text") if body.strip() else Refused(NO_PROSE)
    if language in PROSE:
        return Document(text, name, language)
    tree = parse_python(text)
    if tree is None:
        return Refused(UNPARSABLE)
    parts = [part for part in _prose(tree) if len(part.split()) >= _FEWEST_WORDS]
    return Document("\n\n".join(parts) + "\n", name, "Text") if parts else Refused(NO_PROSE)


def _prose(tree: ast.Module) -> Iterator[str]:
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, kinds):
            yield inspect.cleandoc(ast.get_docstring(node) or "")
    for statement in tree.body:
        # pydoc_data/topics.py: Python's own manual as one dictionary of texts.
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Dict):
            for value in statement.value.values:
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield inspect.cleandoc(value.value)
