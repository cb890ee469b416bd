"""spec/recovery.md through an integrated reader, either dialect: cuts around the debit, and what others left behind."""

from __future__ import annotations

import pytest
from frame_lane import FrameLane
from memory_folder import memory_folder

from laneside.codec.card import IssueInfo
from laneside.passage.notes import Ending
from laneside.virtual.faults import Fault, FaultKind, Place, When
from laneside.virtual.issuing import ANTENNA, FixedAntenna, passage_record
from laneside.virtual.vehicles import LAST_TRIPS

FEE_FEN = 1045


@pytest.fixture(params=["serial", "tcp"])
def lane(request):
    with memory_folder() as folder:
        kit = FrameLane(folder / "journal.sqlite3", request.param)
        kit.open_for_work()
        yield kit
        kit.stop()


def ready(lane, name="car-sm4"):
    lane.arrive(name)
    lane.confirm(name)
    lane.does("quote")
    lane.clock.forward(30)
    return lane.card


def spoil(lane, kind, place, code, when=When.AFTER, **more):
    lane.far.faults.add(Fault(kind=kind, place=place, code=code, when=when, **more))


def lose_the_result(lane):
    """Let the card be debited and the reader lose its power before it says so."""
    spoil(lane, FaultKind.UNPLUG, Place.FROM_READER, "B5", When.BEFORE)


def spend(lane):
    """Let the vehicle pay at another station's antenna meanwhile."""
    world, vehicle = lane.world, lane.world.vehicle
    issue = IssueInfo.from_bytes(bytes.fromhex(lane.card["file_0015"]))
    psam = world._issuer._psam("antenna", ANTENNA)
    psam.power_on()
    card = world.chip("card")
    card.power_on()
    at = lane.clock.now().replace(microsecond=0)
    antenna = FixedAntenna(psam=psam, terminal_number=ANTENNA.terminal_number)
    capp = bytes(passage_record(vehicle, LAST_TRIPS[-1], at))
    antenna.buy(card, issue, amount_fen=LAST_TRIPS[-1].amount_fen, at=at, capp=capp)
    card.power_off()


def mend(lane):
    lane.far.plug(lane.clock.monotonic_s())
    lane.clock.forward(20)


def test_a_passage_debits_with_one_c6_and_writes_card_and_tag(lane):
    before = ready(lane)
    done = lane.does("submit")
    assert done.result.ending is Ending.COMPLETED
    assert lane.card["balance_fen"] == before["balance_fen"] - FEE_FEN
    assert lane.tag["copy_0019"] == lane.card["file_0019"][:78]
    assert (len(lane.debits()), len(lane.tag_writes())) == (1, 0)
    (upload,) = lane.records()
    assert (upload.record.icc_pay_serial, upload.proof) == (before["counter"], "answer")
    assert upload.record.tac != "00000000"


@pytest.mark.parametrize("name", ["car-sm4", "car-3des", "charge-card", "green-truck"])
def test_a_result_that_a_dead_reader_kept_is_read_from_card_and_0019(lane, name):
    before = ready(lane, name)
    fee_fen = lane.view.quote.fee_fen
    lose_the_result(lane)
    view = lane.does("submit")
    assert view.result.ending is Ending.UNKNOWN
    assert view.actions == {"prove", "leave"}
    assert (len(lane.events("open-debit")), len(lane.desk.open_debits())) == (1, 1)
    mend(lane)
    proved = lane.does("prove")
    assert proved.result.ending is Ending.COMPLETED
    assert lane.card["balance_fen"] == before["balance_fen"] - fee_fen
    (upload,) = lane.records()
    assert (upload.record.tac, upload.record.icc_pay_serial, upload.proof) == ("00000000", None, "image")
    assert "TAC不可取" in upload.record.description
    assert upload.record.balance_after_fen == lane.card["balance_fen"]
    assert len(lane.debits()) == 1
    assert (len(lane.desk.open_debits()), len(lane.events("debit-settled"))) == (0, 1)


def test_an_order_that_never_arrived_is_proved_and_given_again(lane):
    before = ready(lane)
    spoil(lane, FaultKind.UNPLUG, Place.TO_READER, "C6", When.BEFORE)
    assert lane.does("submit").result.ending is Ending.UNKNOWN
    mend(lane)
    assert lane.does("prove").result.ending is None
    assert lane.card == before
    assert lane.does("submit").result.ending is Ending.COMPLETED
    assert lane.card["balance_fen"] == before["balance_fen"] - FEE_FEN
    assert len(lane.records()) == 1


def test_another_card_proves_nothing_and_the_same_one_later_does(lane):
    ready(lane)
    lose_the_result(lane)
    lane.does("submit")
    mend(lane)
    lane.world.place("car-3des")
    assert lane.does("prove").result.ending is Ending.UNKNOWN
    lane.home()
    lane.arrive("car-3des")
    assert lane.pay("car-3des").result.ending is Ending.COMPLETED
    lane.home()
    assert len(lane.desk.open_debits()) == 1
    lane.clock.forward(60)
    seen = lane.arrive("car-sm4")
    assert lane.desk.open_debits() == ()
    assert [f.code for f in seen.findings if f.severity == "stop"] == [141]
    assert len(lane.records()) == len(lane.debits()) == 2


def test_a_card_that_went_on_elsewhere_is_left_to_a_person(lane):
    """Frames do not carry 0018, so it is not known whose number N+1 was."""
    ready(lane)
    lose_the_result(lane)
    lane.does("submit")
    mend(lane)
    spend(lane)
    now = lane.card
    assert lane.does("prove").result.ending is Ending.UNKNOWN
    lane.home()
    lane.clock.forward(3600)
    seen = lane.arrive("car-sm4")
    assert "open-debit" in [f.code for f in seen.findings if f.severity == "stop"]
    assert (lane.card, lane.records(), len(lane.desk.open_debits())) == (now, [], 1)


def test_a_refused_mac2_is_a_debit_with_its_mark(lane):
    before = ready(lane)
    spoil(lane, FaultKind.REFUSE, Place.PSAM, "72", status_word="9302")
    done = lane.does("submit")
    assert done.result.ending is Ending.COMPLETED
    assert lane.card["balance_fen"] == before["balance_fen"] - FEE_FEN
    (upload,) = lane.records()
    assert "MAC2校验失败" in upload.record.description
    assert upload.record.tac != "00000000"
    assert len(lane.debits()) == 1


def test_a_tag_that_was_not_written_is_written_again_without_a_debit(lane):
    before = ready(lane)
    spoil(lane, FaultKind.REFUSE, Place.TAG, "D6", When.BEFORE)
    view = lane.does("submit")
    assert (view.result.ending, view.result.tag_write) == (Ending.COMPLETED, "failed")
    lane.clock.forward(20)
    view = lane.does("rewrite-tag")
    assert view.result.tag_write == "written"
    assert lane.tag["copy_0019"] == lane.card["file_0019"][:78]
    assert lane.card["counter"] == before["counter"] + 1
    assert (len(lane.debits()), len(lane.tag_writes()), len(lane.records())) == (1, 1, 1)


def test_a_tag_that_could_not_be_read_before_the_debit_is_known_to_be_behind(lane):
    ready(lane)
    spoil(lane, FaultKind.LOSE, Place.TAG, "B0", When.BEFORE, skip=3 if lane.settings.is_serial else 2)
    view = lane.does("submit")
    assert view.result.ending is Ending.COMPLETED
    copied = lane.tag["copy_0019"] == lane.card["file_0019"][:78]
    assert view.result.tag_write == ("written" if copied else "failed")
    lane.clock.forward(20)
    if not copied:
        assert lane.does("rewrite-tag").result.tag_write == "written"
    assert lane.tag["copy_0019"] == lane.card["file_0019"][:78]
    assert (len(lane.debits()), len(lane.records())) == (1, 1)


def test_a_trade_that_the_fixed_lane_left_is_finished_without_a_second_debit(lane):
    view = lane.arrive("lane-left-unfinished")
    assert not [f for f in view.findings if f.severity == "stop"]
    before = lane.card
    trade = lane.world.lane.open_trade
    done = lane.pay("lane-left-unfinished")
    assert done.result.ending is Ending.COMPLETED
    assert lane.card == before
    assert lane.debits() == []
    (upload,) = lane.records()
    assert upload.record.terminal_number == trade.terminal_number
    assert upload.record.terminal_transaction_number == trade.transaction_number
    assert upload.record.transaction_fee_fen == trade.amount_fen
    assert upload.record.balance_after_fen == before["balance_fen"]
    assert "固定车道已扣款" in upload.record.description


def test_the_same_vehicle_is_refused_again_within_five_minutes(lane):
    ready(lane)
    lane.does("submit")
    lane.home()
    lane.clock.forward(60)
    assert [f.code for f in lane.arrive("car-sm4").findings] == [141]
    assert len(lane.debits()) == 1
