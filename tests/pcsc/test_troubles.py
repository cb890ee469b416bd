"""What goes wrong at a PC/SC reader: each cause by its name, inside its time, with nothing written."""

from __future__ import annotations

import time

import pytest
from pcsc_table import CARD_READER, PSAM_READER, SEARCH_S, Table, order_for, prepared
from timeouts import scaled

from laneside.card.outcome import Debited, Unknown
from laneside.devices.pcsc import PcscLink, list_readers
from laneside.devices.pcsc_troubles import NoChipError, PcscCause, PcscError
from laneside.errors import LinkLostError, NothingPresentedError, SettingError
from laneside.reader.port import NotPrepared, PrepareRefusal
from laneside.virtual.faults import FaultKind, When

pytestmark = pytest.mark.pcsc

SELECT = bytes.fromhex("00A4000002100100")


class ForeignChip:
    """A bank card: it knows its payment system environment and nothing of tolls; it counts what would change it."""

    def __init__(self, unknown: str) -> None:
        self.atr = bytes.fromhex("3B6800000073C84000009000")
        self._unknown = bytes.fromhex(unknown)
        self.seen: list[bytes] = []

    def power_on(self) -> None: ...
    def power_off(self) -> None: ...
    def transmit(self, command: bytes) -> bytes:
        self.seen.append(command)
        if command[:4] == bytes.fromhex("00A40400") and b"1PAY.SYS.DDF01" in command:
            return bytes.fromhex("6F1E840E315041592E5359532E4444463031A50C8801015F2D027A689F1101019000")
        return self._unknown


def writes(seen: list[bytes]) -> list[str]:
    """Pick the commands that could change a chip."""
    return [command.hex() for command in seen if command[1] in {0x50, 0x54, 0xDC, 0xD6, 0xE2, 0x20, 0x82, 0x70}]


@pytest.mark.parametrize("unknown", ["6A82", "6D00"])
def test_a_bank_card_is_no_etc_card(table: Table, unknown: str):
    bank = ForeignChip(unknown)
    table.insert(card=bank)
    presented = table.reader().read(search_s=SEARCH_S)
    assert presented.card is None
    assert unknown in presented.card_trouble
    assert writes(bank.seen) == []


def test_swapped_chips_are_told_by_name_and_left_alone(table: Table):
    table.insert(card=table.chip("psam"), psam=table.chip("card"))
    before = (table.chip("card").image, table.chip("psam").image)
    reader = table.reader()
    presented = reader.read(search_s=SEARCH_S)
    assert (presented.card, presented.card_trouble) == (None, "psam-in-card-slot")
    assert (presented.psam.present, presented.psam.trouble) == (False, "user-card-in-psam-slot")
    assert (table.chip("card").image, table.chip("psam").image) == before


def test_a_swap_between_reading_and_paying_debits_nothing(table: Table):
    table.insert()
    before, reader = table.facts(), table.reader()
    order = order_for(reader.read(search_s=SEARCH_S))
    table.card_slot.insert(ForeignChip("6A82"))
    assert table.card_slot.await_noticed(3)
    answer = reader.prepare(order, search_s=SEARCH_S)
    assert isinstance(answer, NotPrepared)
    assert answer.refusal is PrepareRefusal.PAIR_CHANGED
    assert table.facts() == before


def test_an_empty_slot_is_nothing_presented(table: Table):
    table.psam_slot.insert(table.chip("psam"))
    assert table.psam_slot.await_noticed(3)
    with table.link() as link, pytest.raises(NoChipError) as caught:
        link.open_card()
    assert caught.value.trouble.cause is PcscCause.NO_CHIP
    with pytest.raises(NothingPresentedError):
        table.reader().read(search_s=0.2)


def test_a_reader_is_chosen_by_a_part_of_its_name(table: Table):
    table.insert()
    assert list_readers() == (CARD_READER, PSAM_READER)
    wanted = {("00 00", "00 01"): None, ("Virtual", "00 01"): "AMBIGUOUS_READER", ("Gemalto", "00 01"): "NO_READER"}
    for (card, psam), cause in wanted.items():
        with PcscLink(card_reader=card, psam_reader=psam) as link:
            if cause is None:
                assert (link.open_card().reader, link.open_psam().reader) == (CARD_READER, PSAM_READER)
                continue
            with pytest.raises(PcscError, match=CARD_READER) as caught:
                link.open_card()
            assert caught.value.trouble.cause is PcscCause[cause]
    with pytest.raises(SettingError):
        PcscLink(card_reader="virtual pcd", psam_reader="Virtual PCD")


def test_a_reader_that_somebody_holds_is_told(table: Table):
    table.insert()
    with table.link() as first, table.link() as second:
        held = first.open_card()
        with pytest.raises(PcscError) as caught:
            second.open_card()
        assert caught.value.trouble.cause is PcscCause.IN_USE
        assert caught.value.trouble.cause.text.zh == "读卡器被其他程序占用"
        assert "8010000B" in str(caught.value)
        held.close()
        assert second.open_card().transmit(SELECT)[-2:] == b"\x90\x00"


def test_a_pulled_card_ends_its_channel(table: Table):
    table.insert()
    with table.link() as link:
        channel = link.open_card()
        table.card_slot.remove()
        with pytest.raises(LinkLostError) as caught:
            channel.transmit(SELECT)
        assert caught.value.trouble.cause in {PcscCause.REMOVED, PcscCause.NO_ANSWER}
        with pytest.raises(LinkLostError, match="closed"):
            channel.transmit(SELECT)


def test_a_hung_reader_is_left_in_time_and_the_psam_keeps_its_power(table: Table):
    table.insert()
    with table.link(answer_timeout_s=scaled(0.5), open_timeout_s=scaled(0.5)) as link:
        psam, card = link.open_psam(), link.open_card()
        assert psam.transmit(bytes.fromhex("00A4000002DF01"))[-2:] == b"\x90\x00"
        table.card_slot.plan(FaultKind.HOLD, ins="B0", when=When.AFTER)
        card.transmit(SELECT)
        begun = time.monotonic()
        with pytest.raises(PcscError) as caught:
            card.transmit(bytes.fromhex("00B0950032"))
        assert time.monotonic() - begun < scaled(2.5)
        assert caught.value.trouble.cause is PcscCause.HUNG
        begun = time.monotonic()
        with pytest.raises((PcscError, NoChipError)):
            link.open_card()
        assert time.monotonic() - begun < scaled(2.5)
        read_0017 = bytes.fromhex("00B0970019")
        assert len(psam.transmit(read_0017)) == 27, "still in its application: it never lost power"
        table.card_slot.release()
        assert opened_within(link, 3.0).transmit(SELECT)[-2:] == b"\x90\x00"
        assert len(psam.transmit(read_0017)) == 27


def opened_within(link: PcscLink, seconds: float):
    deadline = time.monotonic() + scaled(seconds)
    while True:
        try:
            return link.open_card()
        except (LinkLostError, NothingPresentedError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def test_a_reader_that_hangs_in_the_debit_leaves_it_unknown(table: Table):
    table.insert()
    before, reader = table.facts(), table.reader(answer_timeout_s=scaled(0.5), open_timeout_s=scaled(0.5))
    purchase = prepared(reader)
    table.card_slot.plan(FaultKind.HOLD, ins="54", when=When.AFTER)
    begun = time.monotonic()
    outcome = reader.commit(purchase)
    assert isinstance(outcome, Unknown), outcome
    assert time.monotonic() - begun < scaled(4)
    table.card_slot.release()
    proved = reader.prove(purchase.intent, search_s=SEARCH_S)
    assert isinstance(proved, Debited), proved
    assert table.facts()["balance_fen"] == before["balance_fen"] - purchase.intent.amount_fen


def test_a_daemon_that_dies_is_told_and_one_that_comes_back_is_used(table: Table):
    table.insert()
    before, reader = table.facts(), table.reader()
    purchase = prepared(reader)
    table.daemon.kill()
    assert isinstance(reader.commit(purchase), Unknown)
    assert not reader.status().present
    with table.link() as link, pytest.raises(PcscError) as caught:
        link.open_card()
    assert caught.value.trouble.cause is PcscCause.NO_SERVICE
    table.daemon.start()
    assert reader.prove(purchase.intent, search_s=SEARCH_S).proof == "unchanged"
    assert table.facts() == before
    assert isinstance(reader.commit(prepared(reader)), Debited)
