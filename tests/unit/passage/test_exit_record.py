"""The sealed record of a paid passage and the event of one that ended otherwise, as they go to the centre."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.structs import replace

from laneside.passage.flows.open_exit import OPEN_EXIT
from laneside.passage.record.exit_record import UNKNOWN_TAC, RecordContext
from laneside.passage.state import Paid


def test_a_paid_passage_is_one_record_with_what_the_card_answered(station) -> None:
    station.arrive("car-3des")
    before = station.card["balance_fen"]
    station.pay("car-3des")
    (upload,) = station.records()
    record = upload.record
    assert (record.fee_fen, record.card_id, record.vehicle_id) == (1045, "62012219230200000001", "甘A12345_0")
    assert station.card["balance_fen"] == before - 1045
    assert record.tac not in {"", UNKNOWN_TAC}
    assert len(record.record_id) == 37
    assert record.exit_time == "20260506120030"


def test_a_refused_vehicle_leaves_an_event_and_no_record(station) -> None:
    station.arrive("card-expired")
    station.does("refuse", reason="与卡签不符")
    assert station.records() == []
    (event,) = station.events("refused")
    assert 21 in [finding.code for finding in event.findings]


@pytest.fixture
def paid(station) -> Paid:
    station.arrive("car-3des")
    passage_id = station.pay("car-3des").passage_id
    return Paid.of(station.passages.load(passage_id))


def described(station, paid: Paid, **answer: object) -> str:
    """Seal the same passage once more, as if the debit had been answered otherwise."""
    held = station.decisions.held
    context = RecordContext(terminal_id="T-620100A0B-07", station=held.station, lane_attached=True)
    otherwise = replace(paid, debited=msgspec.structs.replace(paid.debited, **answer))
    return OPEN_EXIT.record(otherwise, context).record.description


def test_what_no_field_of_the_record_holds_is_said_in_its_description(station, paid) -> None:
    found = {
        "whole": described(station, paid),
        "no TAC": described(station, paid, tac=None),
        "no number": described(station, paid, counter=None),
        "MAC2 refused": described(station, paid, mac2_verified=False),
        "MAC2 not asked": described(station, paid, mac2_verified=None),
        "neither TAC nor MAC2": described(station, paid, tac=None, mac2_verified=None),
    }
    assert found == {
        "whole": "",
        "no TAC": "TAC不可取，以终端交易记录为凭",
        "no number": "卡序号未知，以卡余额与0019为凭",
        "MAC2 refused": "MAC2校验失败",
        "MAC2 not asked": "MAC2未校验",
        "neither TAC nor MAC2": "TAC不可取，以终端交易记录为凭",
    }


def test_a_record_without_a_lane_and_with_a_photo_from_elsewhere_says_both(station, paid) -> None:
    context = RecordContext(terminal_id="T-620100A0B-07", station=station.decisions.held.station, lane_attached=False)
    picture = msgspec.structs.replace(paid.picture, live=False)
    record = OPEN_EXIT.record(replace(paid, picture=picture), context).record
    assert record.description == "非现场拍摄；人工放行"
