"""Real terminal, centre and roadside with an integrated reader between them: over a serial line and over TCP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from street import LANE, Json, Street, copy_of, do, next_act, send, street, work_until
from timeouts import until

from laneside.cli.browserless import Browserless
from laneside.cli.once import run_once

pytestmark = [pytest.mark.process]

WIRES = ("serial", "tcp")
FEE_FEN = 1045
NOTICED_S = 30.0
FORGETS_S = 2.0
"""How soon the reader looks at a debited tag again; a real one takes 10 s, and every proof here waits for it."""


@pytest.fixture(scope="module", params=WIRES)
def lane(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    folder = tmp_path_factory.mktemp(request.param)
    settings = folder / "reader.toml"
    settings.write_text(f"[virtual]\nremembered_s = {FORGETS_S}\n", encoding="utf-8")
    with street(
        folder / "lane", reader=request.param, reader_settings=settings, duplicate_window_s=0, plate_reading="off"
    ) as running:
        yield running


def debits_asked(lane: Street) -> int:
    """Count the C6 frames that the reader has received since it was made."""
    return int(lane.reader.state()["heard"].get("C6", 0))


def codes(view: Json) -> list[str]:
    return [str(finding["code"]) for finding in view["findings"]]


def finish(lane: Street, collector: Browserless) -> Json:
    """Work the vehicle to its end and home; the last full page comes back."""
    vehicle = lane.panel.state()["vehicle"]
    view = collector.quiet()
    for _ in range(20):
        act, fields = next_act(view, vehicle)
        if act == "leave":
            collector.act("leave")
            return view
        view = do(collector, act, fields)
    raise AssertionError(view["actions"])


def arrive(lane: Street, name: str) -> Json:
    """Let a vehicle come with the chips that it has; what its card held, and how many records the centre has of it."""
    card = dict(lane.panel.place(name)["card"])
    return {**card, "records": len(lane.records(card["card_id"]))}


def one_debit_one_record(lane: Street, before: Json) -> None:
    """The card, its tag and the centre tell the same story."""
    card = lane.card()
    assert before["balance_fen"] - card["balance_fen"] == FEE_FEN
    assert card["counter"] - before["counter"] == 1
    assert lane.delivered()
    (record,) = lane.records(before["card_id"])[before["records"] :]
    assert (record.balance_before_fen, record.balance_after_fen) == (before["balance_fen"], card["balance_fen"])
    assert record.icc_pay_serial in (None, before["counter"]), "N itself, or unknown; never another"
    assert lane.tag_copy() == copy_of(card["file_0019"])
    lane.verify_journal()


@pytest.mark.parametrize("vehicle", ["car-sm4", "car-3des", "charge-card"])
def test_a_vehicle_is_paid_with_one_c6_and_stored(lane: Street, vehicle: str) -> None:
    asked = debits_asked(lane)
    result = run_once(lane.fleet, vehicle)
    assert (result.outcome, result.findings) == ("completed", [])
    card, tag, record = result.card, result.tag, result.record
    assert card is not None
    assert tag is not None
    assert record is not None
    assert card["balance_before_fen"] - card["balance_after_fen"] == record["transFee"] == FEE_FEN
    assert card["counter_after"] - card["counter_before"] == debits_asked(lane) - asked == 1
    assert (tag["write"], tag["copy_0019"]) == ("written", copy_of(card["file_0019"]))
    assert record["postBalance"] == card["balance_after_fen"]
    assert record["tac"] not in (None, "00000000")
    assert (result.centre["stored"], result.lane["barrier"]) == ("created", "open")
    lane.verify_journal()


@pytest.mark.parametrize(("vehicle", "code"), [("low-balance", 27), ("tag-removed", 2), ("plates-differ", 41)])
def test_a_vehicle_that_is_stopped_meets_no_c6(lane: Street, vehicle: str, code: int) -> None:
    asked = debits_asked(lane)
    result = run_once(lane.fleet, vehicle)
    assert (result.outcome, result.record) == ("refused", None)
    assert debits_asked(lane) == asked
    assert result.card is not None
    assert result.card["balance_after_fen"] == result.card["balance_before_fen"]
    assert code in {finding["code"] for finding in result.findings}


def test_every_frame_of_the_passage_is_in_its_trace(lane: Street) -> None:
    arrive(lane, "car-3des")
    with lane.collector() as collector:
        collector.post("/linkage", lane_hex=LANE)
        view = finish(lane, collector)
        assert view["result"]["ending"] == "completed"
    assert lane.delivered()
    kept = [line for trace in lane.notes("trace") for line in [*trace["first"], *trace["last"]]]
    frames = [name for channel, name, *_ in kept if channel == "reader"]
    assert {name[:2] for name in frames} >= {"C1", "B2", "B4", "C6", "B5"}
    tac = lane.records(lane.card()["card_id"])[-1].tac
    assert tac is not None
    assert not lane.journal("SELECT 1 FROM entry WHERE kind = 'trace' AND instr(payload, ?)", tac)


def test_a_reader_pulled_before_the_answer_is_unknown_until_it_is_proved(lane: Street) -> None:
    before = arrive(lane, "car-sm4")
    vehicle = lane.panel.state()["vehicle"]
    asked = debits_asked(lane)
    with lane.collector() as collector:
        work_until(collector, vehicle, "submit")
        lane.reader.fault("unplug", "from-reader", code="B5", when="before")
        view = collector.act("submit")
        assert view["result"]["ending"] == "unknown"
        assert lane.card()["balance_fen"] == before["balance_fen"] - FEE_FEN, "it was debited"
        assert until(lambda: collector.status()["psam"] == "absent", within_s=NOTICED_S)
        assert "submit" not in view["actions"]
        assert collector.act("prove")["result"]["ending"] == "unknown", "there is no reader to ask"
        lane.reader.plug()
        assert until(lambda: collector.status()["psam"] == "ready", within_s=NOTICED_S)
        assert collector.act("prove")["result"]["ending"] == "completed"
        collector.act("leave")
    assert debits_asked(lane) - asked == 1, "never a second C6 for an open result"
    one_debit_one_record(lane, before)


def test_a_reader_pulled_before_c6_has_debited_nothing(lane: Street) -> None:
    before = arrive(lane, "car-3des")
    vehicle = lane.panel.state()["vehicle"]
    with lane.collector() as collector:
        work_until(collector, vehicle, "submit")
        lane.reader.fault("unplug", "to-reader", code="C6", when="before", delay_s=1.0)
        view = collector.act("submit")
        if view["result"]["ending"] == "unknown":
            assert lane.card()["balance_fen"] == before["balance_fen"]
            view = collector.act("prove")
        assert lane.card()["balance_fen"] == before["balance_fen"]
        assert finish(lane, collector)["result"]["ending"] == "completed", "a proof of nothing allows another try"
    one_debit_one_record(lane, before)


@pytest.mark.parametrize("kind", ["lose", "foreign", "garble", "delay"])
def test_a_reply_that_is_lost_foreign_or_late_costs_no_second_c6(lane: Street, kind: str) -> None:
    before = arrive(lane, "car-3des")
    vehicle = lane.panel.state()["vehicle"]
    asked = debits_asked(lane)
    with lane.collector() as collector:
        work_until(collector, vehicle, "submit")
        lane.reader.fault(kind, "from-reader", code="B5", delay_s=2.5 if kind == "delay" else 0.0)
        view = collector.act("submit")
        assert lane.card()["balance_fen"] == before["balance_fen"] - FEE_FEN
        assert view["result"]["ending"] in ("completed", "unknown")
        assert finish(lane, collector)["result"]["ending"] == "completed"
    assert debits_asked(lane) - asked == 1
    one_debit_one_record(lane, before)


def test_two_tags_in_the_field_are_124_and_no_debit(lane: Street) -> None:
    before = arrive(lane, "car-sm4")
    asked = debits_asked(lane)
    lane.reader.put_beside("truck-6")
    with lane.collector() as collector:
        collector.post("/linkage", lane_hex=LANE)
        view = collector.act("read")
        told = codes(view)
        lane.reader.put_beside(None)
        # A serial reader holds its tag until the session is over: it tells of no other one.
        assert ("124" in told) is (lane.fleet.reader == "tcp")
        collector.act("abandon", reason="试")
        collector.act("leave")
    assert debits_asked(lane) == asked
    assert lane.card()["balance_fen"] == before["balance_fen"]


def test_a_killed_terminal_proves_after_its_restart(lane: Street) -> None:
    before = arrive(lane, "car-3des")
    vehicle = lane.panel.state()["vehicle"]
    asked = debits_asked(lane)
    with lane.collector() as collector:
        work_until(collector, vehicle, "submit")
        lane.reader.fault("hold", "from-reader", code="B5", when="before")
        send(collector, "submit")
        lane.reader.await_held()
        lane.kill("terminal")
    assert lane.card()["balance_fen"] == before["balance_fen"] - FEE_FEN
    lane.reader.clear_faults()
    lane.fleet.start_terminal()
    with lane.collector() as collector:
        assert until(lambda: collector.status()["psam"] == "ready", within_s=NOTICED_S)
        view = collector.quiet()
        assert view["result"]["ending"] == "unknown"
        assert finish(lane, collector)["result"]["ending"] == "completed"
    assert debits_asked(lane) - asked == 1
    one_debit_one_record(lane, before)


def test_a_make_of_its_own_is_described_in_a_file_and_its_heartbeats_are_answered(tmp_path: Path) -> None:
    make = tmp_path / "make.toml"
    make.write_text(
        "c6_form = 67\n"
        "[reader]\nfirst_back_off_s = 0.2\n"
        "[virtual]\nb3_form = 'vehicle'\nheartbeat_s = 1\nheartbeats_unanswered_max = 3\n",
        encoding="utf-8",
    )
    with street(tmp_path / "lane", reader="tcp", reader_settings=make) as lane:
        result = run_once(lane.fleet, "car-sm4")
        assert result.outcome == "completed"
        assert result.tag is not None
        assert result.card is not None
        assert result.tag["write"] == "not-asked", "a C6 of 67 bytes has no room for the tag's copy"
        assert result.tag["copy_0019"] != copy_of(result.card["file_0019"])
        assert until(lambda: lane.reader.state()["heard"]["CF"] >= 6, within_s=20)
        state = lane.reader.state()
        assert (state["cuts"], state["heard"]["C0"]) == (0, 1), "it never had to be connected again"


@pytest.mark.parametrize("wire", WIRES)
def test_97_until_the_centre_has_authorised_the_psam_in_the_reader(tmp_path: Path, wire: str) -> None:
    with street(tmp_path, reader=wire, psam="required") as lane, lane.collector() as collector:
        centre = lane.fleet.centre.port
        if wire == "tcp":
            assert until(lambda: collector.status()["psam"] == "ready", within_s=NOTICED_S), "by itself at the start"
        lane.kill("centre")
        lane.reader.unplug(back_after_s=0.2)
        before = arrive(lane, "car-sm4")
        collector.post("/linkage", lane_hex=LANE)
        told = codes(collector.act("read"))
        # The new dialect's B4 has one code for all: without a decrypted tag it tells nothing of the card.
        assert told == (["97"] if wire == "serial" else ["card-unreadable", "97"])
        assert until(lambda: collector.status()["psam"] == "unauthorised", within_s=NOTICED_S)
        assert not {"submit-picture", "quote", "submit"} & set(collector.quiet()["actions"])
        assert lane.card()["balance_fen"] == before["balance_fen"]
        lane.centre_again(centre)
        assert until(lambda: collector.status()["psam"] == "ready", within_s=NOTICED_S)
        heard = lane.reader.state()["heard"]
        assert heard["CA" if wire == "tcp" else "CD"] >= 1
        assert heard["CB" if wire == "tcp" else "CF"] >= 1
        assert codes(collector.act("read")) == []
        assert finish(lane, collector)["result"]["ending"] == "completed"
        one_debit_one_record(lane, before)
