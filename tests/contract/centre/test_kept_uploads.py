"""At the centre: a shift's sums with its closing, and every debit that nobody could settle until it is."""

import json

import msgspec
import pytest

from laneside.contract.records import CardSum, FindingCount, ShiftTotals, UnresolvedDebit
from laneside.contract.signing import canonical

TOTALS = ShiftTotals(
    shift=1, work_date="20260304", on_time="20260304073000", off_time="20260304153000", lanes=("62010A0B11",),
    vehicles=12, completed=9, refused=2, transferred=1, abandoned=0, unknown=0,
    stored_value=CardSum(count=6, fee_fen=6270), charge=CardSum(count=3, fee_fen=6270), fee_fen=12540,
    special=(FindingCount(code="24", text="ETC卡在状态名单", count=2),), unsent=1, refused_by_centre=0,
    open_debits=(
        UnresolvedDebit(record_id="R1", passage_id="P1", plate="甘A12345", card_last4="3456", amount_fen=1045,
                        at="20260304120000"),
    ),
    status_list_version="202603041300", rate_version="6220260304001",
)  # fmt: skip


def closing(device, **changes):
    return device.event("S1", kind="shift-close", passage_id="", card_id="", obu_id="", vehicle_id="", findings=(),
                        reason="", photo_sha256=None, **changes)  # fmt: skip


def test_the_closing_of_a_shift_shows_its_sums(device, visitor):
    assert device.put("events", "S1", closing(device, shift_totals=TOTALS)).status_code == 201
    shown = visitor.get("/events/S1").text
    words = (
        "125.40",
        "62.70",
        "9 / 2 / 1 / 0 / 0",
        "1 / 0 / 1",
        "甘A12345",
        "…3456",
        "ETC卡在状态名单",
        "6220260304001",
    )
    assert [word for word in words if word not in shown] == []


def test_an_older_terminals_closing_has_none_and_an_older_centre_reads_a_new_one(device, visitor):
    assert device.put("events", "S1", closing(device)).status_code == 201
    assert "shift-totals" not in visitor.get("/events/S1").text
    told = json.loads(canonical(closing(device, shift_totals=TOTALS)))
    assert told["shiftTotals"]["storedCard"] == {"count": 6, "fee": 6270}
    older = msgspec.defstruct("PassageEvent", [("id", str), ("kind", str)])
    assert msgspec.json.decode(json.dumps(told).encode(), type=older).kind == "shift-close"


@pytest.fixture
def lost(device):
    """Bring one open debit in."""

    def lose(number):
        event = device.event(f"O{number}", kind="open-debit", passage_id=f"P{number}", amount_fen=1045)
        assert device.put("events", f"O{number}", event).status_code == 201

    return lose


def test_an_open_debit_is_listed_until_it_is_settled(device, lost, visitor, centre):
    assert "open-debits" not in visitor.get("/events").text
    lost(1)
    lost(2)
    shown = visitor.get("/events").text
    assert all(word in shown for word in ('id="open-debits"', "待确认扣款 2", "10.45", "甘A12345"))
    settled = device.event("D1", kind="debit-settled", passage_id="P1")
    assert device.put("events", "D1", settled).status_code == 201
    assert [kept.event.event_id for kept in centre.kept.open_debits()] == ["O2"]


def test_the_record_itself_settles_an_open_debit_too(device, lost, centre):
    upload = device.upload()
    lost(upload.passage_id.removeprefix("P"))
    assert len(centre.kept.open_debits()) == 1
    assert device.put_record(upload).status_code == 201
    assert centre.kept.open_debits() == ()


def test_a_debit_that_opens_again_after_it_was_settled_is_listed_again(device, lost, centre):
    lost(1)
    device.put("events", "D1", device.event("D1", kind="debit-settled", passage_id="P1"))
    again = device.event("O1b", kind="open-debit", passage_id="P1", amount_fen=1045)
    assert device.put("events", "O1b", again).status_code == 201
    assert [kept.event.event_id for kept in centre.kept.open_debits()] == ["O1b"]
