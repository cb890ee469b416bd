"""The trace of a passage: literally what was exchanged, nothing that must stay hidden, and never too much."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import datetime
from functools import partial
from pathlib import Path

import msgspec
import pytest

from laneside.card.apdu import Device
from laneside.journal.journal import Journal
from laneside.passage.desk import Desk
from laneside.passage.passage_steps import Equipment
from laneside.passage.trace import FIRST_LINES, LAST_LINES, PUT_OFF_MAX, SESSIONS_MAX, TraceKeeper, traces_of
from laneside.reader.apdu import ApduReader
from laneside.reader.tracing import TraceLine, Tracer, epoch_ms
from laneside.terminal.traced_lane import TracedLane
from laneside.virtual.vehicles import VEHICLES

LITERAL = Path(__file__).with_name("trace_of_car_sm4.txt")
"""Three sessions with an empty line between: 读卡, 提交数据, and the lane's release."""


@pytest.fixture
def traced(station):
    """Listen to the station's reader and lane, as the terminal's composition root does."""
    keeper = TraceKeeper(station.journal)
    tracer = Tracer(clock=station.clock, tell=keeper.tell_later)
    station.reader.close()
    station.reader = ApduReader(
        open_card=tracer.opening(Device.CARD, station.link.open_card),
        open_tag=tracer.opening_tag(station.link.open_tag),
        open_psam=tracer.opening(Device.PSAM, station.link.open_psam),
        clock=station.clock,
        random_bytes=station.random_bytes,
    )
    e = station.desk._e
    lane = TracedLane(station.lane, keeper=keeper, clock=station.clock, later=lambda job: job())
    station.desk = Desk(
        Equipment(
            reader=station.reader, lane=lane, passages=e.passages, documents=e.documents, photos=e.photos,
            identity=e.identity, duty=e.duty, lane_setup=e.lane_setup, clock=e.clock, random_bytes=e.random_bytes,
            worker=keeper.during, flows=e.flows,
        )
    )  # fmt: skip
    return station


def told(trace) -> str:
    return "".join(f"{x.channel} | {x.name} | {x.sent} | {x.received} | {x.status}\n" for x in trace.lines)


def payloads(journal: Journal) -> str:
    return "\n".join(entry.payload.decode() for entry in journal.of_kind("trace"))


def test_one_passage_literally(traced):
    traced.arrive("car-sm4")
    passage_id = traced.view.passage_id
    traced.pay("car-sm4")
    traced.home()
    assert [told(one) for one in traces_of(traced.journal, passage_id)] == [
        f"{part.strip()}\n" for part in LITERAL.read_text(encoding="utf-8").split("\n\n")
    ]


def test_it_is_found_by_its_record_and_after_a_restart_and_kept_beside_the_notes(traced):
    traced.arrive("car-3des")
    passage_id = traced.view.passage_id
    traced.pay("car-3des")
    record_id = traced.view.result.record_id
    traced.restart()
    by_passage = traces_of(traced.journal, passage_id)
    assert len(by_passage) == 2
    assert traces_of(traced.journal, record_id) == by_passage
    assert traces_of(traced.journal, "unknown") == ()
    assert not [entry for entry in traced.journal.entries(passage_id) if entry.kind == "trace"]


def secrets_of(station) -> list[str]:
    """Return everything of this passage that no trace may hold, as hex or digits."""
    intents = [json.loads(entry.payload) for entry in station.journal.of_kind("intent")]
    debits = [json.loads(entry.payload) for entry in station.journal.of_kind("debited")]
    raw = [intent["mac1"] for intent in intents] + [debit[name] for debit in debits for name in ("mac2", "tac")]
    macs = [b64decode(value).hex().upper() for value in raw if value]
    facts = station.world.state()
    card, tag = facts["card"]["card_id"], facts["tag"]["contract_serial"]
    return [*macs, card, card[4:], card[:-4], card[4:-4], tag, tag[:-4]]


@pytest.mark.parametrize("name", [vehicle.name for vehicle in VEHICLES])
def test_no_number_no_mac_and_no_tac_is_in_any_trace(traced, name):
    if not any(finding.severity == "stop" for finding in traced.arrive(name).findings):
        traced.confirm(name)
        if "submit" in traced.does("quote").actions:
            traced.does("submit")
    text = payloads(traced.journal)
    assert "power on" in text
    assert [secret for secret in secrets_of(traced) if secret in text or secret.lower() in text] == []


def test_a_cut_debit_and_its_proof_show_neither(traced):
    traced.arrive("car-sm4")
    traced.confirm("car-sm4")
    traced.does("quote")
    cuts = iter([True])
    traced.link.cut = lambda _channel, command, acted: acted and command[:2] == b"\x80\x54" and next(cuts, False)
    view = traced.does("submit")
    assert view.result.ending is not None
    text = payloads(traced.journal)
    assert "805A prove" in text
    assert "link-lost: cut after" in text
    assert [secret for secret in secrets_of(traced) if secret in text] == []


@pytest.mark.slow  # twenty thousand exchanges
def test_a_noisy_session_keeps_its_beginning_and_its_end(traced):
    traced.decisions.held = parameters_with(traced, search_s=240.0)
    traced.world.place("car-sm4")
    traced.desk.open("62010A0B11")
    passage_id = traced.view.passage_id
    reads = iter(range(400))
    traced.link.cut = lambda channel, command, acted: (
        channel == "card" and not acted and command[:2] == b"\x80\x5c" and next(reads, None) is not None
    )
    traced.does("read")
    (trace,) = traces_of(traced.journal, passage_id)
    assert (len(trace.first), len(trace.last)) == (FIRST_LINES, LAST_LINES)
    assert trace.left_out > 2_000
    assert (trace.first[0].name, trace.last[-1].name) == ("occupy", "read 0018")
    assert len(payloads(traced.journal)) < 100_000


def test_a_vehicle_that_is_read_for_ever_fills_no_disk(traced):
    traced.arrive("plates-differ")
    passage_id = traced.view.passage_id
    for _ in range(SESSIONS_MAX + 5):
        traced.does("read")
    assert len(traces_of(traced.journal, passage_id)) == SESSIONS_MAX


def test_what_the_psam_is_asked_between_vehicles_belongs_to_none(traced):
    traced.arrive("car-sm4")
    traced.does("abandon", reason="试")
    traced.home()
    count = len(traced.journal.of_kind("trace"))
    traced.reader.status()
    traced.reader.authorisation_request()
    traced.arrive("car-3des")
    assert len(traced.journal.of_kind("trace")) == count + 1
    (trace,) = traces_of(traced.journal, traced.view.passage_id)
    assert [line.name for line in trace.lines[:3]] == ["occupy", "waiting", "waiting"]
    assert sum(line.name == "PSAM derive key" for line in trace.lines) == 2, "its own two and no other"


def test_a_broken_link_is_told_and_raised(traced):
    traced.link.cut = lambda channel, _command, _acted: channel == "card"
    traced.world.place("car-sm4")
    traced.desk.open("62010A0B11")
    traced.decisions.held = parameters_with(traced, search_s=0.0)
    traced.does("read")
    (trace,) = traces_of(traced.journal, traced.view.passage_id)
    assert [(x.name, x.status) for x in trace.lines if x.channel == "card"] == [
        ("power on", "ok"), ("SELECT 1001", "link-lost: cut before"),
    ]  # fmt: skip


def parameters_with(station, **changes: object):
    held = station.decisions.held
    return msgspec.structs.replace(held, policy=msgspec.structs.replace(held.policy, **changes))


def test_in_a_session_nothing_is_written_down_before_the_job_is_done(traced):
    keeper, order = TraceKeeper(traced.journal), []

    def writing() -> TraceLine:
        order.append("written")
        return exchanged(traced.clock.now())

    keeper.tell_later(writing)
    assert order == ["written"], "outside of a session it is written at once"

    def job() -> None:
        keeper.tell_later(writing)
        order.append("done")

    traced.arrive("car-sm4")
    keeper.during(job)
    assert order == ["written", "done", "written"]
    kept = traces_of(traced.journal, traced.view.passage_id)[-1]
    assert [line.name for line in kept.lines] == ["some exchange"]


def test_of_a_session_without_end_the_oldest_exchanges_are_written_down_meanwhile(traced):
    keeper, written = TraceKeeper(traced.journal), []

    def writing(number: int) -> TraceLine:
        written.append(number)
        return exchanged(traced.clock.now())

    def job() -> None:
        for number in range(PUT_OFF_MAX + 3):
            keeper.tell_later(partial(writing, number))
        assert written == [0, 1, 2]

    keeper.during(job)
    assert written == list(range(PUT_OFF_MAX + 3)), "in the order in which they were told"


def exchanged(at: datetime) -> TraceLine:
    return TraceLine("card", "some exchange", epoch_ms(at), 1.0, "00", "9000", "9000")
