"""Processes of today on folders of an earlier version (tests/data/before): they go on where those stopped."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import before
import pytest
from street import LANE, Street, do, next_act
from timeouts import until

from laneside.cli.browserless import Browserless, Json
from laneside.cli.fleet import Fleet

pytestmark = [pytest.mark.process]

READY_S = 20.0


def finished(collector: Browserless, vehicle: Json) -> Json:
    """Work a vehicle to its end from where its page is."""
    view = collector.quiet()
    for _ in range(12):
        act, fields = next_act(view, vehicle)
        if act == "leave":
            collector.act("leave")
            return view
        view = do(collector, act, fields)
    raise AssertionError(f"the passage does not end: {view['actions']}")


def test_it_finishes_the_vehicle_in_work_proves_the_open_debit_and_delivers_the_queue(tmp_path: Path) -> None:
    data = before.copied(tmp_path)
    journal = data / "terminal" / "journal.sqlite3"
    queued = before.ask(journal, "SELECT DISTINCT kind, subject FROM outbox")
    assert {kind for kind, _ in queued} == {"record", "event", "image", "photo"}
    ((passage_id, record_id),) = before.ask(
        journal,
        "SELECT passage, subject FROM entry WHERE kind = 'intent' AND subject NOT IN"
        " (SELECT subject FROM entry WHERE kind = 'debit-settled')",
    )
    with Fleet(data=data, psam="required") as fleet:
        street = Street(fleet=fleet)
        with street.collector() as collector:
            assert until(lambda: collector.status()["psam"] == "ready", within_s=READY_S)
            assert finishes_what_was_in_work(street, collector)["result"]["ending"] == "completed"
            proves_the_open_debit(street, collector, passage_id, record_id)
            works_the_next_vehicle(street, collector)
        assert street.delivered()
        street.verify_journal()
        each_thing_is_at_the_centre_once(street, queued)


def finishes_what_was_in_work(street: Street, collector: Browserless) -> Json:
    """It was to be debited next, and is debited once."""
    placed = street.panel.state()
    view = finished(collector, placed["vehicle"])
    assert view["picture"]["plate"] == before.IN_WORK.plate
    assert placed["card"]["balance_fen"] - street.card()["balance_fen"] == view["quote"]["fee_fen"] == 1045
    return view


def proves_the_open_debit(street: Street, collector: Browserless, passage_id: str, record_id: str) -> None:
    """Its card has paid, and its answer never came: seen again, it is not debited again, and its record is sealed."""
    assert collector.status()["open_debits"] == 1
    assert collector.detail(passage_id)["row"]["ending"] == "unknown"
    paid = street.panel.place("coach-3")["card"]
    assert paid["balance_fen"] == 50000 - 2090
    collector.post("/linkage", lane_hex=LANE)
    collector.act("read")
    assert collector.status()["open_debits"] == 0
    assert street.card() == paid
    collector.act("abandon", reason="已扣费")
    collector.act("leave")
    detail = collector.detail(passage_id)
    row = detail["row"]
    assert (row["plate"], row["ending"], row["fee_fen"]) == (before.OPEN_DEBIT.plate, "completed", 2090)
    assert (detail["record_id"], detail["card"]["balance_after_fen"]) == (record_id, paid["balance_fen"])
    assert detail["card"]["counter_after"] == paid["counter"]


def works_the_next_vehicle(street: Street, collector: Browserless) -> None:
    """A vehicle that comes now is worked from home to home."""
    placed = street.arrive("car-new-energy")
    collector.post("/linkage", lane_hex=LANE)
    view = finished(collector, placed["vehicle"])
    assert (view["result"]["ending"], view["quote"]["fee_fen"]) == ("completed", 1045)
    assert street.card()["balance_fen"] == placed["card"]["balance_fen"] - 1045


def each_thing_is_at_the_centre_once(street: Street, queued: list[tuple[str, str]]) -> None:
    """What waited has its receipt; what the centre had taken before without a receipt coming back existed already."""
    centre = street.fleet.data / "centre" / "centre.sqlite3"
    answers = Counter(street.receipts(subject)[0] for kind, subject in queued if kind == "record")
    assert answers == {"created": 2, "exists": 1}
    at_centre = Counter(
        (kind, name)
        for kind, query in (
            ("record", "SELECT record_id FROM records"),
            ("event", "SELECT event_id FROM events"),
            ("image", "SELECT image_id FROM images"),
            ("photo", "SELECT sha256 FROM photos"),
        )
        for (name,) in before.ask(centre, query)
    )
    sent = street.journal(
        "SELECT DISTINCT kind, subject FROM entry AS sent WHERE kind IN ('record', 'event', 'image', 'photo')"
        " AND NOT EXISTS (SELECT 1 FROM entry AS answer WHERE answer.kind = 'centre-refusal'"
        " AND answer.settles = sent.kind AND answer.subject = sent.subject)"
    )
    assert set(queued) < set(sent)
    assert {thing: at_centre[thing] for thing in sent} == dict.fromkeys(sent, 1)
    assert before.ask(centre, "SELECT count(*) FROM alarms") == [(3,)]
