"""班前检查, 交班 and the technician's trace as pages and as JSON."""

from __future__ import annotations

from dataclasses import replace

import samples
from gallery import Scene

from laneside.contract.parameters import Role

JSON = {"accept": "application/json"}


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
    from gallery import TROUBLED

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


def test_a_technician_sees_the_exchanges_and_a_collector_does_not(stranger):
    for role in Role:
        stranger.gallery.duty = replace(stranger.gallery.duty, role=role)
        stranger.login()
        shown = stranger.client.get("/records/p1").text
        assert ("8054 debit" in shown) is (role is not Role.COLLECTOR)
        assert ("省略 12 次" in shown) is (role is not Role.COLLECTOR)
        assert "8054 debit" not in stranger.client.get("/records/p1/slip").text
