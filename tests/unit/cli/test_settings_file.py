"""A settings file on the command line: read, or refused with its name."""

from __future__ import annotations

import pytest

from laneside.cli.settings_file import settings_file
from laneside.errors import SettingError


def test_a_toml_file_is_its_tables(tmp_path) -> None:
    file = tmp_path / "reader.toml"
    file.write_text('dialect = "tcp"\n[virtual]\nantenna_id = 3\n')
    assert settings_file(file) == {"dialect": "tcp", "virtual": {"antenna_id": 3}}


@pytest.mark.parametrize("content", [b"dialect = ", b"\xff\xfe", None])
def test_what_cannot_be_read_is_named(tmp_path, content: bytes | None) -> None:
    file = tmp_path / "reader.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingError, match=r"reader\.toml"):
        settings_file(file)
