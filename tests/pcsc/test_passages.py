"""Passages over a real pcscd: what the card holds afterwards is looked at behind the daemon's back."""

from __future__ import annotations

import re
import subprocess
import time

import pytest
from pcsc_table import AMOUNT_FEN, CARD_READER, SEARCH_S, Table, prepared
from timeouts import scaled

from laneside.card.outcome import Debited, NotDebited, Proof, TagWrite, Unknown
from laneside.reader.port import Capability
from laneside.virtual.faults import FaultKind, When

pytestmark = pytest.mark.pcsc


def received(output: str) -> bytes:
    """Take the data of the last answer out of what opensc-tool prints."""
    lines = output.rsplit("Received", 1)[1].splitlines()[1:]
    return bytes.fromhex("".join(re.match(r"((?:[0-9A-F]{2} )+)", line)[1] for line in lines))


def test_a_foreign_client_reads_our_card(table: Table):
    table.insert()
    time.sleep(0.1)
    words = ["opensc-tool", "--reader", CARD_READER, "--send-apdu", "00A40000021001", "--send-apdu", "00B0950032"]
    ended = subprocess.run(words, capture_output=True, text=True, check=True, timeout=scaled(20))
    assert "(SW1=0x90, SW2=0x00)" in ended.stdout.rsplit("Received", 1)[1]
    assert received(ended.stdout).hex().upper() == table.facts()["file_0015"]
    assert received(ended.stdout)[10:20].hex() == "62012219230200000001"


def test_a_passage_debits_once_and_is_proved_again(table: Table):
    table.insert()
    before, reader = table.facts(), table.reader()
    assert reader.capabilities == frozenset(Capability) - {Capability.TAG, Capability.REWRITE_TAG}
    purchase = prepared(reader)
    assert table.facts() == before
    outcome = reader.commit(purchase)
    assert isinstance(outcome, Debited), outcome
    after = table.facts()
    assert after["balance_fen"] == before["balance_fen"] - AMOUNT_FEN == outcome.balance_after_fen
    assert after["file_0019"] == purchase.intent.capp_after.hex().upper()
    assert (outcome.mac2_verified, outcome.tag_write, outcome.proof) == (True, TagWrite.NOT_ASKED, Proof.ANSWER)
    proved = table.reader().prove(purchase.intent, search_s=SEARCH_S)
    assert isinstance(proved, Debited)
    assert (proved.tac, proved.mac2, proved.proof) == (outcome.tac, outcome.mac2, Proof.PROVE)
    assert table.facts() == after


class OneProtocol:
    """A chip whose ATR offers one protocol only."""

    def __init__(self, chip, atr: str) -> None:
        self.atr = bytes.fromhex(atr)
        self.power_on, self.power_off = chip.power_on, chip.power_off
        self._chip, self.seen = chip, []

    def transmit(self, command: bytes) -> bytes:
        self.seen.append(command)
        return self._chip.transmit(command)


T0_ATR, T1_ATR = "3B08" + b"LANESIDE".hex(), "3B8801" + b"LANESIDE".hex() + "95"


@pytest.mark.parametrize(("protocol", "atr"), [(0, T0_ATR), (1, T1_ATR)])
def test_both_protocols_carry_a_purchase(table: Table, protocol: int, atr: str):
    card = OneProtocol(table.chip("card"), atr)
    table.insert(card=card, psam=OneProtocol(table.chip("psam"), atr))
    before, reader = table.facts(), table.reader()
    assert isinstance(reader.commit(prepared(reader)), Debited)
    assert table.facts()["balance_fen"] == before["balance_fen"] - AMOUNT_FEN
    debits = [command for command in card.seen if command[:2] == bytes.fromhex("8054")]
    assert [len(debit) for debit in debits] == [20 + protocol], "over T=0 there is no Le behind data"


@pytest.mark.parametrize("when", list(When))
def test_a_card_pulled_at_its_debit_is_unknown_until_it_is_proved(table: Table, when: When):
    table.insert()
    before, reader = table.facts(), table.reader()
    purchase = prepared(reader)
    table.card_slot.plan(FaultKind.WITHDRAW_CARD, ins="54", when=when)
    outcome = reader.commit(purchase)
    assert isinstance(outcome, Unknown), outcome
    assert isinstance(reader.prove(purchase.intent, search_s=0), Unknown)
    table.card_slot.insert(table.chip("card"))
    proved = reader.prove(purchase.intent, search_s=SEARCH_S)
    after = table.facts()
    if when is When.BEFORE:
        assert isinstance(proved, NotDebited), proved
        assert after == before
    else:
        assert isinstance(proved, Debited), proved
        assert (proved.proof, proved.tac is not None) == (Proof.PROVE, True)
        assert after["balance_fen"] == before["balance_fen"] - AMOUNT_FEN == proved.balance_after_fen
        assert after["file_0019"] == purchase.intent.capp_after.hex().upper()


def test_the_psam_keeps_its_power_over_all_sessions(table: Table):
    resets = []
    psam = OneProtocol(table.chip("psam"), T1_ATR)
    power_on = psam.power_on
    psam.power_on = lambda: (resets.append(1), power_on())
    table.insert(psam=psam)
    reader = table.reader()
    assert reader.status().authorised
    started = len(resets)
    for _ in range(2):
        assert isinstance(reader.commit(prepared(reader)), Debited)
    time.sleep(1.0)  # two looks of the daemon
    assert reader.status().authorised
    assert len(resets) == started
