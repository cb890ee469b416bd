"""The terminal is killed around the debit: after its restart a proof decides, and one debit has one record."""

from __future__ import annotations

import pytest
from street import LANE, Street, copy_of, next_act, send, work_until
from timeouts import until

from laneside.cli.browserless import Browserless

pytestmark = [pytest.mark.process]


def killed_at_the_debit(lane: Street, name: str, when: str) -> tuple[dict, dict, str]:
    """Kill the terminal while the roadside holds ``8054`` before or after the card acted; start it again."""
    before = lane.arrive(name)
    with lane.collector() as collector:
        work_until(collector, before["vehicle"], "submit")
        lane.panel.hold("card", ins="54", when=when)
        send(collector, "submit")
        lane.panel.await_held("card")
        lane.kill("terminal")
    ((record_id,),) = lane.journal(
        "SELECT subject FROM entry WHERE kind = 'intent' AND subject NOT IN"
        " (SELECT subject FROM entry WHERE kind IN ('debited', 'not-debited'))"
    )
    assert lane.journal("SELECT 1 FROM entry WHERE kind = 'record' AND subject = ?", record_id) == []
    lane.fleet.start_terminal()
    return before["vehicle"], before["card"], record_id


def is_amber(lane: Street, view: dict) -> None:
    """The page tells the collector not to debit again, and offers nothing that could."""
    assert view["result"]["ending"] == "unknown"
    assert view["result"]["title"]["zh"] == "待确认·勿再扣费"
    assert set(view["actions"]) == {"prove", "leave"}


def one_record(lane: Street, card_before: dict, *, fee_fen: int = 1045) -> None:
    """The card paid once; the centre has exactly this purchase of it."""
    card = lane.card()
    assert card["balance_fen"] == card_before["balance_fen"] - fee_fen
    assert card["counter"] == card_before["counter"] + 1
    assert lane.delivered()
    here = [r for r in lane.records(card["card_id"]) if r.icc_pay_serial >= card_before["counter"]]
    assert [(r.icc_pay_serial, r.transaction_fee_fen, r.balance_before_fen, r.balance_after_fen) for r in here] == [
        (card["counter"] - 1, fee_fen, card_before["balance_fen"], card["balance_fen"])
    ]
    assert lane.receipts(here[0].record_id) == ["created"]
    assert lane.tag_copy() == copy_of(card["file_0019"])
    lane.verify_journal()


def test_killed_before_the_card_acted_it_proves_that_nothing_was_debited_and_debits_once(lane: Street) -> None:
    vehicle, card, first_id = killed_at_the_debit(lane, "car-3des", "before")
    assert lane.card() == card
    with lane.collector() as collector:
        view = collector.view()
        is_amber(lane, view)
        assert "待确认·勿再扣费" in page(collector, "/linkage")
        view = collector.act("prove")
        assert view["result"]["title"]["zh"] == "未扣费"
        assert (lane.card(), lane.records(card["card_id"])) == (card, [])
        assert next_act(view, vehicle) == ("submit", {})
        view = collector.act("submit")
        assert view["result"]["ending"] == "completed"
        assert view["result"]["record_id"] != first_id
        collector.act("leave")
    one_record(lane, card)


@pytest.mark.parametrize("name", ["car-sm4", "charge-card"])
def test_killed_after_the_card_debited_it_proves_the_debit_with_the_cards_own_tac(lane: Street, name: str) -> None:
    _, card, record_id = killed_at_the_debit(lane, name, "after")
    assert lane.card()["balance_fen"] == card["balance_fen"] - 1045
    with lane.collector() as collector:
        is_amber(lane, collector.view())
        view = collector.act("prove")
        assert (view["result"]["ending"], view["result"]["record_id"]) == ("completed", record_id)
        assert lane.panel.state()["lane"]["barrier"] == "open"
        collector.act("leave")
    one_record(lane, card)
    (record,) = lane.records(card["card_id"])
    assert record.tac == tac_on_the_card(lane)


def test_an_open_debit_blocks_only_its_own_vehicle_until_the_card_comes_back(lane: Street) -> None:
    _, card, _ = killed_at_the_debit(lane, "car-new-energy", "after")
    with lane.collector() as collector:
        is_amber(lane, collector.view())
        assert collector.act("leave") == {}
        other = lane.arrive("coach-3")
        work_until(collector, other["vehicle"], "never")
        assert lane.card()["balance_fen"] < other["card"]["balance_fen"]
        assert lane.records(card["card_id"]) == []
        lane.panel.place("car-new-energy")
        collector.post("/linkage", lane_hex=LANE)
        collector.act("read")
        assert lane.notes("debited")[-1]["proof"] == "prove"
        collector.act("abandon", reason="已扣费")
        collector.act("leave")
    one_record(lane, card)


def test_a_debit_that_never_was_ends_when_the_card_comes_back(lane: Street) -> None:
    vehicle, card, first_id = killed_at_the_debit(lane, "truck-6", "before")
    with lane.collector() as collector:
        assert collector.act("leave") == {}
        other = lane.arrive("container-tractor")
        work_until(collector, other["vehicle"], "never")
        lane.panel.place("truck-6")
        view = work_until(collector, vehicle, "submit")
        settled = lane.notes("not-debited")[-1]
        assert (settled["record_id"], settled["proof"]) == (first_id, "unchanged")
        assert (lane.card(), lane.records(card["card_id"])) == (card, [])
        collector.act("submit")
        collector.act("leave")
    one_record(lane, card, fee_fen=view["quote"]["fee_fen"])


def test_killed_while_the_tag_is_written_it_proves_the_debit_and_writes_the_tag(lane: Street) -> None:
    before = lane.arrive("coach-3")
    with lane.collector() as collector:
        work_until(collector, before["vehicle"], "submit")
        lane.panel.hold("tag", ins="D6", when="before")
        send(collector, "submit")
        lane.panel.await_held("tag")
        lane.kill("terminal")
    assert lane.tag_copy() == before["tag"]["copy_0019"]
    lane.fleet.start_terminal()
    with lane.collector() as collector:
        is_amber(lane, collector.view())
        view = collector.act("prove")
        assert (view["result"]["ending"], view["result"]["tag_write"]) == ("completed", "written")
        collector.act("leave")
    one_record(lane, before["card"], fee_fen=view["quote"]["fee_fen"])


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_before_the_lane_answered_it_tells_the_lane_after_its_restart(lane: Street, when: str) -> None:
    before = lane.arrive("truck-6")
    with lane.collector() as collector:
        work_until(collector, before["vehicle"], "submit")
        lane.panel.hold("lane", ins="conclude", when=when)
        send(collector, "submit")
        lane.panel.await_held("lane")
        lane.kill("terminal")
    lane.fleet.start_terminal()
    with lane.collector() as collector:
        view = collector.quiet()
        assert view["result"]["ending"] == "completed"
        assert until(lambda: lane.panel.state()["lane"]["barrier"] == "open", within_s=5)
        shown = lane.panel.state()["lane"]
        assert shown["paid"][-1]["card_id"] == before["card"]["card_id"]
        assert shown["display"].endswith(f"{view['result']['fee_fen'] / 100:.2f}元")
        collector.act("leave")
    one_record(lane, before["card"], fee_fen=view["result"]["fee_fen"])


def test_a_late_word_does_not_open_the_barrier_for_another_vehicle(lane: Street) -> None:
    before = lane.arrive("container-tractor")
    with lane.collector() as collector:
        work_until(collector, before["vehicle"], "submit")
        lane.panel.hold("lane", ins="conclude", when="before")
        send(collector, "submit")
        lane.panel.await_held("lane")
        lane.kill("terminal")
    lane.arrive("car-3des")
    lane.fleet.start_terminal()
    with lane.collector() as collector:
        view = collector.quiet()
        assert view["result"]["remedy"]["zh"] == "车道未联动，请人工放行"
        assert lane.panel.state()["lane"]["barrier"] == "closed"
        collector.act("leave")


def page(collector: Browserless, path: str) -> str:
    """Return a page as a browser of the same session gets it."""
    answer = collector.fetch(path, {"accept": "text/html"})
    assert answer.status_code == 200
    return answer.text


def tac_on_the_card(lane: Street) -> str:
    """Ask the card itself for the TAC of its newest purchase (``805A``)."""
    from laneside.virtual.client import RoadsideLink

    counter = lane.card()["counter"]
    channel = RoadsideLink("127.0.0.1", lane.fleet.roadside.port).open_card()
    try:
        channel.transmit(bytes.fromhex("00A40000021001"))
        answer = channel.transmit(bytes.fromhex(f"805A000902{counter:04X}08"))
    finally:
        channel.close()
    assert answer.endswith(b"\x90\x00")
    return answer[4:8].hex().upper()
