"""A reader without a way to tags (PC/SC): the card alone pays where the province allows it, elsewhere it is refused."""

from __future__ import annotations

import msgspec
import pytest

from laneside.contract.parameters import Policy
from laneside.passage.notes import Ending
from laneside.reader.port import Capability


def without_tags(station, card_only: str) -> None:
    """Take the antenna away and set the province's policy."""
    station.decisions.held = msgspec.structs.replace(station.decisions.held, policy=Policy(card_only=card_only))
    station.link.open_tag = None
    station.restart()
    assert Capability.TAG not in station.reader.capabilities


@pytest.mark.parametrize("name", ["car-3des", "car-sm4", "charge-card"])
def test_a_card_alone_pays_where_it_may(station, name):
    without_tags(station, "allow")
    read = station.arrive(name)
    assert [(f.code, f.severity) for f in read.findings] == [("card-only", "note")]
    before, tag_before = station.card, station.tag
    done = station.pay(name)
    assert done.result.ending is Ending.COMPLETED
    assert "rewrite-tag" not in done.actions
    after = station.card
    fee_fen = done.quote.fee_fen
    assert fee_fen == 1045
    assert after["balance_fen"] == before["balance_fen"] - fee_fen
    assert after["file_0019"][6:16] == "62010A0B11"
    assert station.tag == tag_before
    (upload,) = station.records()
    record = upload.record
    assert (record.transaction_pay_type, record.media_type, record.obu_sign) == (2, 1, 2)
    assert (record.card_id, record.media_number) == (after["card_id"], after["card_id"][4:])
    assert (record.transaction_fee_fen, record.obu_total_fen, record.total_count) == (fee_fen, 0, 0)
    assert record.tac != "00000000"
    assert upload.tag_write == "not-asked"
    assert [note.code for note in upload.findings] == ["card-only"]
    assert station.world.lane.barrier == "open"


def test_a_card_alone_is_refused_by_default(station):
    without_tags(station, "refuse")
    view = station.arrive("car-3des")
    before = station.card
    assert [(f.code, f.severity) for f in view.findings] == [("card-only", "stop")]
    assert "submit" not in view.actions
    assert station.does("refuse", reason="与卡签不符").result.ending is Ending.REFUSED
    assert (station.card, station.records()) == (before, [])
