"""An integrated reader's settings file, as a terminal reads it."""

from __future__ import annotations

import pytest

from laneside.errors import SettingError
from laneside.reader.frames.settings import policy_of
from laneside.rsu import DialectName


def test_the_dialects_names_are_at_the_top_and_our_own_in_reader() -> None:
    policy = policy_of({"ef04_len": 43, "reader": {"tx_power": 7, "silence_s_max": 0}}, DialectName.TCP)
    assert (policy.dialect.ef04_len, policy.tx_power, policy.silence_s_max) == (43, 7, 0.0)


def test_the_virtual_readers_own_table_is_passed_over() -> None:
    assert policy_of({"virtual": {"antenna_id": 3}}, DialectName.SERIAL) == policy_of({}, DialectName.SERIAL)


@pytest.mark.parametrize("settings", [{"reader": {"tx_power": 32}}, {"reader": {"power": 1}}, {"unheard": 1}])
def test_what_has_no_meaning_is_refused(settings) -> None:
    with pytest.raises(SettingError):
        policy_of(settings, DialectName.TCP)
