"""The lock on a terminal's folder, and the battery."""

from __future__ import annotations

import pytest

from laneside.devices.machine import battery_percent, is_locked, lock_folder
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
