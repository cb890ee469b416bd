"""Login, home, 班前检查, 交班, setup and preferences, as pages and as JSON."""

from __future__ import annotations

import pytest
import samples
from gallery import TROUBLED, Scene
from samples import READ

from laneside.contract.parameters import Role
from laneside.terminal.preferences import Preference, Theme
from laneside.vocab.words import Language

JSON = {"accept": "application/json"}


def test_home_goes_to_the_vehicle_in_work(page):
    page.show(Scene(path="/", view=READ))
    assert page.client.get("/").headers["location"] == "/linkage"


def test_the_lane_worked_last_is_offered_first(page):
    page.post("/linkage", lane_hex="62010A0B12")
    assert page.gallery.calls == [("open", "62010A0B12", "", {})]
    page.show(Scene(path="/"))
    assert 'value="62010A0B12" checked' in page.client.get("/").text


def test_the_shift_is_not_closed_over_a_vehicle(page):
    page.show(Scene(path="/more", view=READ))
    assert page.post("/logout").headers["location"] == "/more"
    assert ("logout", {}) not in page.gallery.calls
    page.show(Scene(path="/more"))
    assert page.post("/logout").headers["location"] == "/login"
    assert ("logout", {}) in page.gallery.calls


@pytest.mark.parametrize("role", [Role.COLLECTOR, Role.SHIFT_LEADER])
def test_only_an_administrator_changes_the_lanes(page, role):
    page.gallery.duty = type(page.gallery.duty)(role=role)
    page.login()
    answer = page.post("/setup/lanes", lane_hex="62010A0B12")
    assert answer.headers["location"] == "/setup"
    assert "只有管理员" in page.client.get("/setup").text
    assert "disabled" in page.client.get("/setup").text


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", ""])
def test_preferences_lead_back_to_our_own_pages_only(page, back):
    answer = page.post("/preferences", theme="night", language="en", back=back)
    assert answer.headers["location"] == "/"
    assert page.gallery.preference == Preference(theme=Theme.NIGHT, language=Language.EN)
    assert 'data-theme="night"' in page.client.get("/").text


def test_an_unknown_light_changes_nothing(page):
    page.post("/preferences", theme="disco", language="xx", back="/")
    assert page.gallery.preference == Preference()


def test_a_wrong_date_is_said_beside_it_and_the_rest_is_kept(stranger):
    stranger.show(Scene(path="/login", logged_in=False))
    stranger.post("/login", operator_id="620101", password="x", shift="3", work_date="2026-02-31")
    shown = stranger.client.get("/login").text
    assert "工班日期无效" in shown
    assert 'value="620101"' in shown
    assert 'value="3" checked' in shown


def test_a_script_finds_token_duty_and_lanes(page):
    found = page.client.get("/session").json()
    assert found["on_duty"]["operator_id"] == "620101"
    assert [lane["lane_hex"] for lane in found["lanes"]] == ["62010A0B11", "62010A0B12"]


def test_the_check_is_there_before_anybody_logs_in(stranger):
    stranger.show(Scene(path="/check", logged_in=False))
    shown = stranger.client.get("/check")
    assert shown.status_code == 200
    assert "可以开班" in shown.text
    assert 'href="/login"' in shown.text
    told = stranger.client.get("/check", headers=JSON).json()
    assert told["level"] == "ok"
    assert {"reader", "psam", "clock", "journal", "disk"} <= {item["name"] for item in told["items"]}
    assert 'href="/check"' in stranger.client.get("/login").text


def test_what_stops_stands_first_with_what_to_do(page):
    page.show(Scene(path="/check", found=samples.UNFIT))
    shown = page.client.get("/check").text
    assert shown.index("PSAM 授权") < shown.index("收费中心") < shown.index("本地日志")
    assert "不要开班" in shown
    assert "每 5 秒自动重试" in shown
    assert page.client.get("/check", headers=JSON).json()["level"] == "stop"


def test_the_check_tells_nothing_of_vehicles_or_people(stranger):
    stranger.show(Scene(path="/check", logged_in=False, found=samples.UNFIT))
    told = stranger.client.get("/check", headers=JSON).text
    assert not [word for word in ("甘A", "4821", "马晓兰", "620101马") if word in told]


def test_the_home_page_leads_to_the_check_when_the_psam_is_not_ready(page):

    assert 'href="/check"' not in page.client.get("/").text
    page.show(Scene(path="/", top=TROUBLED))
    assert 'href="/check"' in page.client.get("/").text


def test_the_shift_is_handed_over_with_its_sums_and_what_is_open(page):
    page.show(Scene(path="/handover"))
    shown = page.client.get("/handover").text
    assert all(
        word in shown for word in ("2579.60", "1657.50", "922.10", "213", "1 笔扣款待确认", "…4821", "10.45", "特情")
    )
    assert 'action="/logout"' in shown
    told = page.client.get("/handover", headers=JSON).json()["totals"]
    assert (told["fee"], told["openDebits"][0]["amount"]) == (257960, 1045)


def test_a_stranger_sees_no_shift(stranger):
    stranger.show(Scene(path="/handover", logged_in=False))
    assert stranger.client.get("/handover").headers["location"] == "/login"
    assert stranger.client.get("/handover", headers=JSON).status_code == 401


def test_more_leads_to_the_handover(page):
    assert 'href="/handover"' in page.client.get("/more").text
