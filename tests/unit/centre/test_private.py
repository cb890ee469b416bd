"""A centre's secrets are for its owner's eyes only, whatever the umask, also in a folder that was open before."""

import os
import secrets

from laneside.centre.app import open_centre
from laneside.centre.settings import Settings


def modes(folder):
    found = {path.name: path.stat().st_mode & 0o777 for path in folder.glob("centre.*")}
    return folder.stat().st_mode & 0o777, found


def test_a_fresh_folder_and_its_secrets_are_private(tmp_path, clock):
    before = os.umask(0)
    try:
        centre = open_centre(Settings(data=tmp_path / "centre"), clock, secrets.token_bytes)
        folder, files = modes(tmp_path / "centre")
        centre.close()
    finally:
        os.umask(before)
    assert folder == 0o700
    assert {"centre.key", "centre.sqlite3", "centre.sqlite3-wal", "centre.sqlite3-shm"} <= set(files)
    assert set(files.values()) == {0o600}


def test_what_others_could_read_before_is_taken_from_them(tmp_path, clock):
    tmp_path.chmod(0o755)
    (tmp_path / "centre.key").write_bytes(bytes(32))
    for name in ("centre.key", "centre.toml", "centre.sqlite3"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o644)
    open_centre(Settings(data=tmp_path), clock, secrets.token_bytes).close()
    assert modes(tmp_path) == (0o700, {"centre.key": 0o600, "centre.toml": 0o600, "centre.sqlite3": 0o600})
