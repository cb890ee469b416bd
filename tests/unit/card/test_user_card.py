"""Reading the user card against literal hex (spec/icc.md 8.1)."""

from __future__ import annotations

import pytest
from bench import CAPP_BEFORE, issue_info
from scripts import played

from laneside.card.status import ChipRefusedError
from laneside.card.user_card import ForeignCardError, LockedCardError, read_card, read_issue_info, read_log

SELECT = "card > 00A4000002 1001 < 6F12 840AA00000000386980701 A503880115 9000\n"
ISSUE = issue_info().hex()
CAPP = CAPP_BEFORE.hex()
LOG = "0123 000000 000003E8 09 620100001234 20240505 101112"
REST = f"card > 00B201CC2B < {CAPP} 9000\n card > 805C000204 < 000186A0 9000\n card > 00B201C417 < {LOG} 9000"


def test_the_whole_card_is_read_in_five_exchanges():
    card = played(read_card(), SELECT + f"card > 00B0950032 < {ISSUE} 9000\n" + REST)
    assert card.issue.card_id == "62012219230200000001"
    assert (card.capp, card.balance_fen, card.locked) == (CAPP_BEFORE, 100000, False)
    assert card.log is not None
    assert (card.log.counter, card.log.amount_fen) == (0x0123, 1000)


@pytest.mark.parametrize("answer", ["6C2B", "6B00"])
def test_an_older_card_gives_43_bytes_of_0015(answer):
    script = f"card > 00B0950032 < {answer}\n card > 00B095002B < {issue_info(length=43).hex()} 9000"
    assert bytes(played(read_issue_info(), script)) == issue_info(length=43)


def test_a_bank_card_is_foreign():
    with pytest.raises(ForeignCardError, match="6A82"):
        played(read_card(), "card > 00A4000002 1001 < 6A82")


def test_a_locked_card_that_still_reads_is_marked():
    script = f"card > 00A4000002 1001 < 6283\n card > 00B0950032 < {ISSUE} 9000\n" + REST
    assert played(read_card(), script).locked


def test_a_locked_card_that_reads_no_more_says_so():
    with pytest.raises(LockedCardError, match="locked application: 6A81"):
        played(read_card(), "card > 00A4000002 1001 < 6283\n card > 00B0950032 < 6A81")


@pytest.mark.parametrize("answer", ["6982", "6A83", "00" * 23 + "9000", "FF" * 23 + "9000", "99" * 23 + "9000"])
def test_a_card_without_a_readable_log_is_read_all_the_same(answer):
    script = SELECT + f"card > 00B0950032 < {ISSUE} 9000\n card > 00B201CC2B < {CAPP} 9000\n"
    script += f"card > 805C000204 < 000186A0 9000\n card > 00B201C417 < {answer}"
    assert played(read_card(), script).log is None


def test_a_record_of_0019_that_is_missing_stops_the_read():
    with pytest.raises(ChipRefusedError, match="read 0019: 6A83 no such record"):
        played(read_card(), SELECT + f"card > 00B0950032 < {ISSUE} 9000\n card > 00B201CC2B < 6A83")


def test_the_second_log_record_is_asked_by_its_number():
    log = played(read_log(2), f"card > 00B202C417 < {LOG} 9000")
    assert log is not None
    assert log.purchase_time.hex() == "20240505101112"
