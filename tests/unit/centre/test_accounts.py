"""Accounts of the centre's pages."""

import pytest

from laneside.centre.accounts import Accounts
from laneside.errors import SettingError


@pytest.mark.parametrize("password", ["", "short", "x" * 201])
def test_a_password_that_is_none_is_refused(database, clock, random_bytes, password):
    from datetime import timedelta

    accounts = Accounts(database, clock, random_bytes=random_bytes, session_life=timedelta(hours=1))
    with pytest.raises(SettingError):
        accounts.set_password("admin", password)
    assert not accounts.exist()
