"""Settings without meaning are refused."""

import pytest

from laneside.centre.settings import Settings
from laneside.errors import SettingError


@pytest.mark.parametrize(
    "wrong", [{"photo_bytes_max": 0}, {"request_age_s_max": -1}, {"login_tries_max": 0}, {"hosts": ()}]
)
def test_settings_without_meaning_are_refused(tmp_path, wrong):
    with pytest.raises(SettingError):
        Settings(data=tmp_path, **wrong)
