"""Theme and language are kept on the device."""

from __future__ import annotations

from laneside.sync.folder import DiskFolder
from laneside.terminal.preferences import Preference, Preferences, Theme
from laneside.vocab.words import Language


def test_a_choice_is_there_after_a_restart(tmp_path):
    assert Preferences(DiskFolder(tmp_path)).current() == Preference(theme=Theme.NORMAL, language=Language.ZH)
    chosen = Preference(theme=Theme.NIGHT, language=Language.EN)
    Preferences(DiskFolder(tmp_path)).choose(chosen)
    assert Preferences(DiskFolder(tmp_path)).current() == chosen
    assert (tmp_path / "preferences.json").read_bytes() == b'{"theme":"night","language":"en"}'


def test_a_damaged_file_is_no_reason_not_to_start(tmp_path):
    folder = DiskFolder(tmp_path)
    for body in (b"", b"{", b"[]", b'{"theme":"disco","language":"en"}', b'{"theme":"night"}', b"\xff"):
        folder.write("preferences.json", body)
        assert Preferences(folder).current() == Preference(), body
