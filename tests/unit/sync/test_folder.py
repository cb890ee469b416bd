"""A folder on a real disk: whole files or none."""

from __future__ import annotations

import os
import stat

import pytest

from laneside.sync.folder import DiskFolder


def test_a_file_is_read_back_replaced_and_taken_away(tmp_path):
    folder = DiskFolder(tmp_path / "a" / "b")
    assert folder.read("x") is None
    folder.write("x", b"one")
    folder.write("x", b"two")
    folder.write("y", b"")
    assert (tmp_path / "a" / "b" / "x").read_bytes() == b"two"
    assert folder.read("y") == b""
    assert folder.names() == ("x", "y")
    folder.remove("x")
    folder.remove("x")
    assert folder.names() == ("y",)


def test_a_write_that_is_cut_leaves_the_old_file(tmp_path, monkeypatch):
    folder = DiskFolder(tmp_path)
    folder.write("x", b"old")

    def cut(*_args):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", cut)
    with pytest.raises(OSError, match="Input/output"):
        folder.write("x", b"new and longer")
    monkeypatch.undo()
    assert DiskFolder(tmp_path).read("x") == b"old"
    assert DiskFolder(tmp_path).names() == ("x",)
    folder.write("x", b"new")
    assert folder.read("x") == b"new"


def test_the_folder_is_for_its_owner_alone(tmp_path):
    DiskFolder(tmp_path / "device").write("key", b"secret")
    assert stat.S_IMODE((tmp_path / "device").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "device" / "key").stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["", "../x", "a/b", "/etc/passwd"])
def test_a_name_is_no_path(tmp_path, name):
    with pytest.raises(AssertionError):
        DiskFolder(tmp_path).write(name, b"")
