"""The lock on a terminal's folder, and the battery."""

from __future__ import annotations

import os
import stat

import pytest

from laneside.devices.machine import battery_percent, is_locked, lock_folder, make_private
from laneside.errors import SettingError


def test_a_folder_is_locked_while_a_terminal_runs_on_it(tmp_path):
    assert not is_locked(tmp_path)
    with lock_folder(tmp_path):
        assert is_locked(tmp_path)
        with pytest.raises(SettingError, match="another terminal is running"):
            lock_folder(tmp_path)
    assert not is_locked(tmp_path)


def test_the_battery_is_told_by_the_kernel_whatever_its_name(tmp_path):
    assert battery_percent(tmp_path) is None
    for name, kind, capacity in (("ac", "Mains", None), ("axp-battery", "Battery", "57")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "type").write_text(kind + "\n")
        if capacity:
            (folder / "capacity").write_text(capacity + "\n")
    assert battery_percent(tmp_path) == 57


def modes(folder):
    return {str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_folder_is_its_owners_alone_whatever_the_umask_and_whatever_was_there(tmp_path, umask):
    older = tmp_path / "older"
    (older / "photos" / "ab").mkdir(parents=True)
    (older / "photos" / "ab" / "x.jpg").write_bytes(b"x")
    (older / "journal.sqlite3").write_bytes(b"kept")
    for path in (older, *older.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    before = os.umask(umask)
    try:
        make_private(older, "journal.sqlite3")
        make_private(tmp_path / "new", "journal.sqlite3")
    finally:
        os.umask(before)
    assert modes(older) == {"photos": 0o700, "photos/ab": 0o700, "photos/ab/x.jpg": 0o600, "journal.sqlite3": 0o600}
    assert (older / "journal.sqlite3").read_bytes() == b"kept"
    assert modes(tmp_path / "new") == {"journal.sqlite3": 0o600}
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (older, tmp_path / "new")] == [0o700, 0o700]


def test_a_folder_that_can_not_be_used_is_one_sentence(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(SettingError, match="can't be used: Not a directory"):
        make_private(tmp_path / "file" / "data")
