"""A flow is one value: another one, in a file of its own, is worked by desk, pages, journal and history as it is."""

from __future__ import annotations

import re
from datetime import date

import pytest
from inspection_flow import INSPECTION
from lane_kit import ETC_LANE, PASSWORD, LaneKit
from msgspec.structs import replace
from starlette.testclient import TestClient

from laneside.contract.parameters import Role
from laneside.errors import SettingError
from laneside.passage.answers import Done
from laneside.passage.desk import Desk
from laneside.passage.flows.open_exit import OPEN_EXIT
from laneside.passage.notes import Ending
from laneside.terminal.app import create_app
from laneside.terminal.device_worker import PsamReadiness
from laneside.terminal.preferences import Preference
from laneside.terminal.services import Services
from laneside.terminal.status import TopLine

TOP = TopLine(
    unsent=0, rejected=0, open_debits=0, online=True, list_age_s=1, list_stale=False, psam=PsamReadiness.READY,
    battery_percent=None,
)  # fmt: skip


class Surroundings:
    """What the pages show beside the vehicle, as plain as it can be."""

    def current(self) -> Preference:
        return Preference()

    def station_name(self) -> str:
        return "兰州东"

    def home_initial(self) -> str:
        return "甘"


@pytest.fixture
def inspected(station: LaneKit) -> LaneKit:
    """The same lane with a terminal that can do both."""
    station.desk = Desk(replace(station.desk._e, flows=(OPEN_EXIT, INSPECTION)))
    return station


def test_the_desk_works_it_and_the_journal_brings_it_back(inspected: LaneKit) -> None:
    inspected.world.place("car-sm4")
    before = inspected.card
    assert inspected.desk.open(ETC_LANE, "inspection") == Done()
    assert (inspected.view.flow, inspected.view.step, [s.name for s in inspected.view.steps]) == (
        "inspection", "read", ["read", "show"],
    )  # fmt: skip
    view = inspected.does("read")
    assert (view.step, view.vehicle.plate, view.classes, view.quote) == ("show", "甘A8K631", (), None)
    assert view.actions == {"read", "inspected", "abandon"}
    inspected.desk = Desk(inspected.desk._e)  # as after a restart: the note that opened it names the flow
    assert (inspected.view.step, inspected.view.flow) == ("show", "inspection")
    done = inspected.does("inspected")
    assert (done.result.ending, done.result.title.zh, done.result.fee_fen) == (Ending.COMPLETED, "检查完毕", None)
    passage_id = done.passage_id
    inspected.home()
    assert (inspected.card, inspected.records(), inspected.events()) == (before, [], [])
    (row,) = inspected.history.today()
    assert (row.passage_id, row.plate, row.ending, row.fee_fen) == (passage_id, "甘A8K631", Ending.COMPLETED, None)
    assert inspected.history.detail(passage_id).quote is None


def test_its_pages_are_the_same_templates(inspected: LaneKit) -> None:
    around = Surroundings()
    services = Services(
        desk=inspected.desk, duty=inspected.duty, history=inspected.history, setup=around, photos=around,
        preferences=around, top_line=lambda: TOP, checkup=lambda: None, traces_of=lambda _: (),
    )  # fmt: skip  # type: ignore[arg-type]  # the ports that these pages do not ask are not there
    with TestClient(create_app(services), base_url="http://127.0.0.1", follow_redirects=True) as browser:
        csrf = token(browser.get("/login").text)
        fields = {"operator_id": "620101", "password": PASSWORD, "shift": "1", "work_date": "2026-05-06"}
        browser.post("/login", data={"csrf": csrf, **fields})
        assert inspected.duty.on_duty.role is Role.COLLECTOR
        inspected.world.place("car-sm4")
        page = browser.post("/linkage", data={"csrf": token(browser.get("/more").text), "lane_hex": ETC_LANE,
                                              "flow": "inspection"}).text  # fmt: skip
        assert re.findall(r'class="chip \w+"[^>]*>(?:<svg.*?</svg>)?([^<]+)<', page) == ["读卡", "查看"]
        page = browser.post("/linkage/read", data=hidden(page)).text
        assert "area-pair" in page
        assert "检查完毕" in page
        page = browser.post("/linkage/inspected", data=hidden(page)).text
        assert "end-completed" in page
    assert inspected.duty.on_duty.work_date == date(2026, 5, 6)


def test_a_passage_of_a_flow_that_is_not_known_ends_in_a_sentence(inspected: LaneKit) -> None:
    inspected.world.place("car-sm4")
    inspected.desk.open(ETC_LANE, "inspection")
    with pytest.raises(SettingError, match="inspection"):
        Desk(replace(inspected.desk._e, flows=(OPEN_EXIT,))).view()


def token(page: str) -> str:
    return re.search(r'name="csrf" value="([^"]+)"', page)[1]


def hidden(page: str) -> dict[str, str]:
    return {name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("csrf", "revision", "passage")}
