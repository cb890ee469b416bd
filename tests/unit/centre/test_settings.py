"""Settings without meaning are refused."""

import pytest

from laneside.centre.settings import LoginLimits, Settings
from laneside.errors import SettingError


@pytest.mark.parametrize(
    "wrong",
    [
        {"photo_bytes_max": 0},
        {"request_age_s_max": -1},
        {"page_threads": 0},
        {"hosts": ()},
        {"trusted_proxies": ("here",)},
    ],
)
def test_settings_without_meaning_are_refused(tmp_path, wrong):
    with pytest.raises(SettingError):
        Settings(data=tmp_path, **wrong)


@pytest.mark.parametrize(
    ("limits", "wrong"),
    [(LoginLimits, {"threads": 0}), (LoginLimits, {"waiting_max": 0})],
)
def test_limits_that_let_no_one_in_are_refused(limits, wrong):
    with pytest.raises(SettingError):
        limits(**wrong)
