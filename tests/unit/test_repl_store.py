"""What a chat may overwrite."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen_cli.errors import CodegenError, UsageError
from codegen_cli.files import write_output
from codegen_cli.repl.store import Store


def test_the_file_that_was_opened_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"\xef\xbb\xbfx = 1\r\n")
    assert Store(write_output, path).save("x = 2\n") == path
    assert path.read_text() == "x = 2\n"


def test_a_file_saved_before_is_overwritten_and_becomes_the_target(tmp_path: Path) -> None:
    store = Store(write_output)
    store.save("1\n", str(tmp_path / "a.py"))
    store.save("2\n", str(tmp_path / "b.py"))
    assert store.save("3\n") == tmp_path / "b.py"
    assert store.save("4\n", str(tmp_path / "a.py")).read_text() == "4\n"
    assert (tmp_path / "b.py").read_text() == "3\n"


def test_another_existing_file_is_refused_unless_forced(tmp_path: Path) -> None:
    other = tmp_path / "other.py"
    other.write_text("mine\n")
    store = Store(write_output, tmp_path / "new.py")
    with pytest.raises(UsageError, match=r"already exists \(/save! .*other.py overwrites it\)"):
        store.save("x\n", str(other))
    assert other.read_text() == "mine\n"
    assert store.target == tmp_path / "new.py"
    store.save("x\n", str(other), force=True)
    assert other.read_text() == "x\n"


def test_a_file_changed_behind_our_back_is_refused(tmp_path: Path) -> None:
    store = Store(write_output, tmp_path / "a.py")
    store.save("x\n")
    (tmp_path / "a.py").write_text("edited\n")
    with pytest.raises(UsageError, match="changed by another program"):
        store.save("y\n")
    (tmp_path / "a.py").write_text("y\n")
    store.save("y\n")


def test_a_save_needs_a_name_that_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file name"):
        Store(write_output).save("x\n")
    with pytest.raises(UsageError, match="is a folder"):
        Store(write_output).save("x\n", str(tmp_path))
    with pytest.raises(CodegenError, match="cannot write"):
        Store(write_output).save("x\n", str(tmp_path / "none" / "a.py"))


def test_home_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Store(write_output).save("x\n", "~/a.py") == tmp_path / "a.py"
    with pytest.raises(UsageError, match="no home folder"):
        Store(write_output).save("x\n", "~nobody-of-this-name/a.py")
