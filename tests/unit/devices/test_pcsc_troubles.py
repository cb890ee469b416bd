"""Causes of PC/SC trouble: each in both languages with what to do."""

from __future__ import annotations

import pytest

from laneside.devices.pcsc_troubles import NoChipError, PcscCause, PcscError, PcscTrouble, cause_of
from laneside.errors import LinkLostError, NothingPresentedError


@pytest.mark.parametrize("cause", list(PcscCause))
def test_every_cause_speaks_both_languages_and_says_what_to_do(cause: PcscCause):
    for words in (cause.text, cause.remedy):
        assert not words.zh.isascii()
        assert words.en.isascii()
        assert words.en


@pytest.mark.parametrize(
    ("code", "kind", "cause"),
    [
        (0x8010000C, NothingPresentedError, PcscCause.NO_CHIP),
        (0x80100066, NothingPresentedError, PcscCause.MUTE_CHIP),
        (0x80100069, NothingPresentedError, PcscCause.REMOVED),
        (0x8010000B, LinkLostError, PcscCause.IN_USE),
        (0x80100068, LinkLostError, PcscCause.RESET),
        (0x8010001D, LinkLostError, PcscCause.NO_SERVICE),
        (0x8010006A, LinkLostError, PcscCause.NOT_PERMITTED),
        (0x80100099, LinkLostError, PcscCause.OTHER),
    ],
)
def test_a_code_becomes_its_cause(code: int, kind: type[Exception], cause: PcscCause):
    error = PcscTrouble(cause=cause_of(code), where="card", code=code).at_opening()
    assert isinstance(error, kind)
    assert isinstance(error, PcscError | NoChipError)
    assert (error.trouble.cause, f"{code:08X}" in str(error)) == (cause, True)
