"""The roadside dies under the terminal: trouble is said clearly, and everything works when it is back."""

from __future__ import annotations

import pytest
from street import Street, copy_of, send, work_until

pytestmark = [pytest.mark.process]


@pytest.mark.parametrize(("channel", "ins"), [("tag", "B0"), ("card", "B0"), ("psam", "")])
def test_killed_while_card_and_tag_are_read_it_is_read_again_when_it_is_back(
    lane: Street, channel: str, ins: str
) -> None:
    before = lane.arrive("car-sm4")
    port = lane.fleet.roadside.port
    with lane.collector() as collector:
        work_until(collector, before["vehicle"], "read")
        lane.panel.hold(channel, ins=ins, when="before")
        send(collector, "read")
        lane.panel.await_held(channel)
        lane.kill("roadside")
        view = collector.quiet()
        assert view["trouble"]["zh"] == "读取中断，卡签未被改动，请重新读卡"
        assert view["vehicle"] is None
        assert "submit" not in view["actions"]
        lane.fleet.start_roadside(port=port)
        assert lane.card() == before["card"]
        view = work_until(collector, before["vehicle"], "leave")
        assert view["result"]["ending"] == "completed"
        collector.act("leave")
    assert lane.card()["balance_fen"] == before["card"]["balance_fen"] - 1045


@pytest.mark.parametrize(("when", "paid_fen"), [("before", 0), ("after", 1045)])
def test_killed_while_it_holds_the_debit_the_end_is_unknown_until_the_card_is_asked(
    lane: Street, when: str, paid_fen: int
) -> None:
    before = lane.arrive("car-3des")
    port = lane.fleet.roadside.port
    with lane.collector() as collector:
        work_until(collector, before["vehicle"], "submit")
        lane.panel.hold("card", ins="54", when=when)
        send(collector, "submit")
        lane.panel.await_held("card")
        lane.kill("roadside")
        view = collector.quiet()
        assert view["result"]["title"]["zh"] == "待确认·勿再扣费"
        assert set(view["actions"]) == {"prove", "leave"}
        assert collector.act("prove")["result"]["ending"] == "unknown"
        lane.fleet.start_roadside(port=port)
        assert lane.card()["balance_fen"] == before["card"]["balance_fen"] - paid_fen
        view = collector.act("prove")
        assert view["result"]["title"]["zh"] == ("已扣费" if paid_fen else "未扣费")
        view = work_until(collector, before["vehicle"], "leave")
        collector.act("leave")
    card = lane.card()
    assert card["balance_fen"] == before["card"]["balance_fen"] - 1045
    assert lane.tag_copy() == copy_of(card["file_0019"])
    assert lane.delivered()
    assert [r.record_id for r in lane.records(card["card_id"]) if r.icc_pay_serial == card["counter"] - 1] == [
        view["result"]["record_id"]
    ]
