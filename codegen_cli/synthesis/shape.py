"""What is left of code without its white space and comments."""

from __future__ import annotations

import ast

from codegen_cli.program.syntax import parse


def shape(code: str) -> str:
    """Return what two texts of the same code have in common."""
    tree = parse(code)
    try:
        return ast.dump(tree) if tree else code.strip()
    except RecursionError:
        # A sum of a thousand terms parses, but is nested too deeply for `dump`.
        return code.strip()


def definitions(code: str) -> tuple[str, ...]:
    """Return the shapes of the functions and classes that code defines, in order.

    Their docstrings are left out: they say what should happen, not what does.
    """
    tree = parse(code)
    if tree is None:
        return ()
    try:
        return tuple(ast.dump(node) for node in ast.walk(tree) if _defines(node))
    except RecursionError:
        return (code.strip(),)


def _defines(node: ast.AST) -> bool:
    """Say whether a statement makes a function or class; its docstring is removed from it."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        if ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        return True
    return isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda)
