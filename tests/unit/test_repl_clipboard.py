"""Copying by a tool: one that works, fails, hangs or cannot start, and texts that are too long."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from codegen_cli.errors import UsageError
from codegen_cli.repl import clipboard
from codegen_cli.repl.clipboard import copy_text, osc52


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Leave only the tools of an empty folder in PATH, and X as the only display."""
    sh, cat, sleep = (shutil.which(name) for name in ("sh", "cat", "sleep"))
    assert sh and cat and sleep
    for name in (cat, sleep):
        (tmp_path / Path(name).name).symlink_to(name)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    return tmp_path


def tool(folder: Path, name: str, script: str, interpreter: str = "/bin/sh") -> None:
    (folder / name).write_text(f"#!{interpreter}\n{script}\n")
    (folder / name).chmod(0o700)


def test_a_tool_reads_the_text(tools: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tool(tools, "xclip", f'echo "$@" > {tools}/asked; cat > {tools}/copied; echo noise; echo x >&2')
    assert copy_text("a = 'é'\n") == "by xclip"
    assert (tools / "copied").read_text() == "a = 'é'\n"
    assert (tools / "asked").read_text() == "-selection clipboard\n"
    assert capsys.readouterr() == ("", "")


def test_after_a_failing_tool_the_next_one_is_asked(tools: Path) -> None:
    tool(tools, "xclip", "exit 1")
    tool(tools, "xsel", f"cat > {tools}/copied")
    assert copy_text("a = 1\n") == "by xsel"
    assert (tools / "copied").read_text() == "a = 1\n"


@pytest.mark.parametrize("script", ["exit 1", "sleep 600"])
def test_after_failing_and_hanging_tools_the_terminal_is_asked(
    tools: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    script: str,
) -> None:
    monkeypatch.setattr(clipboard, "_SECONDS", 0.2)
    tool(tools, "xclip", script)
    assert copy_text("a = 1\n").startswith("by the terminal")
    assert capsys.readouterr().err == osc52("a = 1\n")


def test_a_tool_that_cannot_start_is_no_trouble(
    tools: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tool(tools, "xclip", "", interpreter="/nowhere/sh")
    assert copy_text("a = 1\n").startswith("by the terminal")


def test_without_a_display_its_tools_are_not_asked(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY")
    tool(tools, "xclip", f"cat > {tools}/copied")
    assert copy_text("a = 1\n").startswith("by the terminal")
    assert not (tools / "copied").exists()


def test_a_text_too_long_for_the_terminal_goes_by_a_tool_or_not_at_all(
    tools: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "a = 1\n" * 10_000
    with pytest.raises(UsageError, match="60000 characters are too many for the terminal"):
        copy_text(text)
    assert capsys.readouterr().err == ""
    tool(tools, "xclip", f"cat > {tools}/copied")
    assert copy_text(text) == "by xclip"
    assert (tools / "copied").read_text() == text
