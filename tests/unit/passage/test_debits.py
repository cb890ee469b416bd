"""Cuts of link, card, power and disk around the debit: exactly one debit or none, exactly one record or none."""

from __future__ import annotations

import pytest
from lane_kit import ETC_LANE
from msgspec.structs import replace

from laneside.errors import JournalError, LinkLostError
from laneside.passage.notes import Ending

FEE_FEN = 1045


class PowerGoneError(BaseException):
    """The terminal dies here; nothing of its own code runs any more."""


def ready(station, name="car-sm4"):
    station.arrive(name)
    station.confirm(name)
    station.does("quote")
    return station.card


def lose(station, channel, ins, *, acted):
    """Lose the link at one exchange, once and for good."""
    state = {"gone": False}

    def cut(name, command, after):
        if name == channel and command[1] == ins and after is acted:
            state["gone"] = True
        return state["gone"] and name != "psam"

    station.link.cut = cut


def mend(station):
    station.link.cut = lambda _channel, _command, _acted: False


@pytest.mark.parametrize("acted", [False, True])
@pytest.mark.parametrize("name", ["car-sm4", "car-3des", "charge-card", "green-truck"])
def test_a_link_lost_at_the_debit_is_unknown_and_settled_by_proof(station, name, acted):
    before = ready(station, name)
    fee_fen = station.view.quote.fee_fen
    lose(station, "card", 0x54, acted=acted)
    view = station.does("submit")
    assert view.result.ending is Ending.UNKNOWN
    assert view.actions == {"prove", "leave"}
    assert station.records() == []
    assert len(station.events("open-debit")) == 1
    assert len(station.desk.open_debits()) == 1
    mend(station)
    proved = station.does("prove")
    if acted:
        assert proved.result.ending is Ending.COMPLETED
        assert station.card["balance_fen"] == before["balance_fen"] - fee_fen
        assert station.card["counter"] == before["counter"] + 1
        (upload,) = station.records()
        assert upload.record.tac != "00000000"
        assert station.tag["copy_0019"] == station.card["file_0019"][:78]
    else:
        assert proved.result.ending is None
        assert station.card == before
        paid = station.does("submit")
        assert paid.result.ending is Ending.COMPLETED
        assert station.card["balance_fen"] == before["balance_fen"] - fee_fen
        assert len(station.records()) == 1
    assert station.desk.open_debits() == ()
    assert len(station.events("debit-settled")) == 1


@pytest.mark.parametrize("acted", [False, True])
def test_power_gone_at_the_debit_is_unknown_after_the_restart_and_proved(station, acted):
    before = ready(station)

    def cut(name, command, after):
        if name == "card" and command[1] == 0x54 and after is acted:
            raise PowerGoneError
        return False

    station.link.cut = cut
    with pytest.raises(PowerGoneError):
        station.tries("submit")
    mend(station)
    station.restart()
    assert station.view.result.ending is Ending.UNKNOWN
    assert station.view.picture.plate == "甘A8K631"
    proved = station.does("prove")
    if not acted:
        assert proved.result.ending is None
        assert station.card == before
        station.does("submit")
    assert station.view.result.ending is Ending.COMPLETED
    assert station.card["balance_fen"] == before["balance_fen"] - FEE_FEN
    assert len(station.records()) == 1


def test_an_open_debit_left_behind_stops_its_card_and_plate_and_nothing_else(station):
    ready(station, "car-sm4")
    lose(station, "card", 0x54, acted=True)
    station.does("submit")
    station.home()
    mend(station)
    station.arrive("car-3des")
    station.pay("car-3des")
    station.home()
    assert len(station.desk.open_debits()) == 1
    assert len(station.records()) == 1
    station.clock.forward(60)
    seen = station.arrive("car-sm4")
    assert station.desk.open_debits() == ()
    assert len(station.records()) == 2
    assert [f.code for f in seen.findings if f.severity == "stop"] == [141]


def test_another_card_proves_nothing(station):
    ready(station, "car-sm4")
    lose(station, "card", 0x54, acted=True)
    station.does("submit")
    mend(station)
    station.world.place("car-3des")
    still = station.does("prove")
    assert still.result.ending is Ending.UNKNOWN
    assert len(station.desk.open_debits()) == 1
    station.world.place("car-sm4")
    assert station.does("prove").result.ending is Ending.COMPLETED


def test_another_pair_at_submission_is_not_debited(station):
    ready(station, "car-sm4")
    station.world.place("car-3des")
    other = station.card
    view = station.does("submit")
    assert view.result.ending is None
    assert "卡签已更换" in view.result.cause.zh
    assert "read" in view.actions
    assert "retry" not in view.actions
    assert station.card == other
    assert station.records() == []
    assert station.journal.of_kind("intent") == ()


def test_a_journal_that_cannot_be_written_before_the_debit_stops_it(station, monkeypatch):
    before = ready(station)
    append_all = station.journal.append_all

    def full(drafts):
        if any(draft.kind == "intent" for draft in drafts):
            raise JournalError("disk full")
        return append_all(drafts)

    monkeypatch.setattr(station.journal, "append_all", full)
    view = station.does("submit")
    assert station.card == before
    assert view.trouble is not None
    assert view.result is None


def test_a_journal_that_cannot_be_written_after_the_debit_leaves_it_open_and_proof_mends_it(station, monkeypatch):
    before = ready(station)
    append_all = station.journal.append_all

    def full(drafts):
        if any(draft.kind == "debited" for draft in drafts):
            raise JournalError("disk full")
        return append_all(drafts)

    monkeypatch.setattr(station.journal, "append_all", full)
    view = station.does("submit")
    assert view.actions == {"prove", "leave"}
    assert station.card["balance_fen"] == before["balance_fen"] - FEE_FEN
    monkeypatch.setattr(station.journal, "append_all", append_all)
    assert station.does("prove").result.ending is Ending.COMPLETED
    assert station.card["balance_fen"] == before["balance_fen"] - FEE_FEN
    assert len(station.records()) == 1


@pytest.mark.parametrize("acted", [False, True])
def test_a_tag_that_was_not_written_is_written_again_without_a_debit(station, acted):
    before = ready(station)
    lose(station, "tag", 0xD6, acted=acted)
    view = station.does("submit")
    mend(station)
    assert view.result.ending is Ending.COMPLETED
    if "rewrite-tag" in view.actions:
        view = station.does("rewrite-tag")
    assert view.result.tag_write == "written"
    assert station.tag["copy_0019"] == station.card["file_0019"][:78]
    assert station.card["balance_fen"] == before["balance_fen"] - FEE_FEN
    assert len(station.records()) == 1


def test_a_mute_lane_changes_nothing_of_the_result(station, monkeypatch):
    ready(station)

    def mute(_conclusion):
        raise LinkLostError("no lane")

    monkeypatch.setattr(station.lane, "conclude", mute)
    view = station.does("submit")
    assert view.result.ending is Ending.COMPLETED
    assert "人工放行" in view.result.remedy.zh
    assert len(station.records()) == 1


def test_a_step_that_cannot_be_written_is_refused_and_can_be_done_again(station, monkeypatch):
    station.arrive("car-sm4")
    station.confirm("car-sm4")
    append_all = station.journal.append_all

    def full(_drafts):
        raise JournalError("disk full")

    monkeypatch.setattr(station.journal, "append_all", full)
    refused = station.tries("quote")
    assert "存储故障" in refused.text.zh
    assert station.view.quote is None
    monkeypatch.setattr(station.journal, "append_all", append_all)
    assert station.does("quote").quote.fee_fen == FEE_FEN


def answer_with(station, name, ins, answer, monkeypatch):
    """Let a chip refuse one command from now on, without acting."""
    chip = station.world.chip(name)
    transmit = chip.transmit
    monkeypatch.setattr(chip, "transmit", lambda command: answer if command[1] == ins else transmit(command))


def test_a_debit_whose_proof_is_gone_is_sealed_by_0018_with_its_mark(station, monkeypatch):
    before = ready(station)
    lose(station, "card", 0x54, acted=True)
    station.does("submit")
    mend(station)
    answer_with(station, "card", 0x5A, b"\x94\x06", monkeypatch)
    assert station.does("prove").result.ending is Ending.COMPLETED
    (upload,) = station.records()
    assert (upload.record.tac, upload.proof) == ("00000000", "wallet-log")
    assert (upload.record.icc_pay_serial, upload.record.transaction_fee_fen) == (before["counter"], FEE_FEN)
    assert "TAC不可取" in upload.record.description
    assert station.card["counter"] == before["counter"] + 1


@pytest.mark.parametrize("answer", [b"\x93\x02", b"\x6f\x00"])
def test_a_psam_that_does_not_believe_the_card_leaves_a_record_with_its_mark(station, monkeypatch, answer):
    before = ready(station)
    answer_with(station, "psam", 0x72, answer, monkeypatch)
    assert station.does("submit").result.ending is Ending.COMPLETED
    (upload,) = station.records()
    assert "MAC2校验失败" in upload.record.description
    assert upload.record.tac != "00000000"
    assert station.card["balance_fen"] == before["balance_fen"] - FEE_FEN


@pytest.mark.parametrize("acted", [False, True])
def test_a_psam_that_is_cut_off_at_mac2_leaves_a_record_that_says_so(station, acted):
    before = ready(station)
    station.link.cut = lambda name, command, after: (name, command[1], after) == ("psam", 0x72, acted)
    assert station.does("submit").result.ending is Ending.COMPLETED
    (upload,) = station.records()
    assert upload.record.description == "MAC2未校验"
    assert upload.record.tac != "00000000"
    assert station.card["counter"] == before["counter"] + 1


def test_a_card_that_refuses_the_debit_is_not_debited_and_may_be_tried_again(station, monkeypatch):
    before = ready(station)
    with monkeypatch.context() as refusing:
        answer_with(station, "card", 0x54, b"\x93\x02", refusing)
        view = station.does("submit")
    assert (view.result.title.zh, view.result.cause.zh) == ("未扣费", "卡未扣款，可以重试")
    assert (station.records(), station.desk.open_debits()) == ([], ())
    assert station.card["balance_fen"] == before["balance_fen"]
    assert station.does("submit").result.ending is Ending.COMPLETED
    assert station.card["balance_fen"] == before["balance_fen"] - FEE_FEN
    assert len(station.records()) == 1


def test_a_vehicle_left_as_unknown_that_was_not_debited_ends_as_abandoned(station):
    before = ready(station)
    lose(station, "card", 0x54, acted=False)
    passage_id = station.does("submit").passage_id
    station.home()
    mend(station)
    station.arrive("car-sm4")
    assert station.desk.open_debits() == ()
    detail = station.history.detail(passage_id)
    assert (detail.row.ending, station.passages.load(passage_id).reason) == (Ending.ABANDONED, "经核实未扣费")
    assert [event.reason for event in station.events("debit-settled")] == ["not-debited"]
    assert (station.card["balance_fen"], station.records()) == (before["balance_fen"], [])


def test_a_trade_of_the_lane_that_its_card_does_not_show_is_not_taken_over(station):
    station.world.place("lane-left-unfinished")
    lane = station.world.lane
    station.world.keep_lane(replace(lane, open_trade=replace(lane.open_trade, amount_fen=1)))
    station.desk.open(ETC_LANE)
    station.does("read")
    before = station.card
    station.confirm("lane-left-unfinished")
    assert station.does("quote").quote.fee_fen == 1
    view = station.does("submit")
    assert (view.result.title.zh, view.result.cause.zh) == ("未扣费", "卡片拒绝交易，未扣费，请重试或转人工")
    assert (station.card, station.records(), station.journal.of_kind("intent")) == (before, [], ())
