"""Terminals, enrolment codes and alarms as people see them at the centre."""

import re
from html import unescape

from centre_pages import csrf

from laneside.centre.demo import CENTRE_ACCOUNT, STATION_HEX
from laneside.contract.enrolment import EnrolmentCode


def test_a_code_from_the_page_enrols_a_terminal_once_shown(visitor, enrol, rows):
    page = visitor.get("/terminals")
    made = visitor.post("/terminals/codes", data={"csrf": csrf(page), "station": STATION_HEX})
    code = EnrolmentCode.parse(re.search(r'id="enrolment-code">([^<]+)<', made.text)[1])
    assert enrol("页面登记", code=code).slot == 1
    assert code.format() not in visitor.get("/terminals").text
    unknown = visitor.post("/terminals/codes", data={"csrf": csrf(page), "station": "FFFFFFFF"})
    assert unknown.status_code == 400


def test_a_terminal_is_shown_and_revoked(visitor, device, centre):
    text = visitor.get("/terminals").text
    assert device.terminal_id in text
    assert "未收到" in text
    visitor.post(f"/terminals/{device.terminal_id}/revoke", data={"csrf": csrf(visitor.get("/terminals"))})
    assert centre.registry.find(device.terminal_id).revoked_at == centre.clock.now()
    assert "已注销" in visitor.get("/terminals").text
    assert device.ask("GET", "/api/v1/documents/tariff").status_code == 401


def test_a_conflict_is_an_alarm_on_the_page_until_it_is_settled(visitor, device, rows):
    first = device.upload()
    device.put_record(first)
    second = device.upload(record_id=first.record.record_id, tac="0BADCAFE")
    device.put_record(second)
    assert '<b class="count">1</b>' in visitor.get("/records").text
    page = visitor.get("/alarms")
    for fact in ("流水冲突", first.record.record_id, "交易流水号"):
        assert fact in page.text
    assert "0BADCAFE" in unescape(visitor.get(f"/records/{first.record.record_id}").text)
    (seq,) = re.findall(r"/alarms/(\d+)/settle", page.text)
    visitor.post(f"/alarms/{seq}/settle", data={"csrf": csrf(page)})
    assert '<b class="count">' not in visitor.get("/records").text
    assert rows("SELECT settled, settled_by FROM alarms") == [{"settled": 1, "settled_by": CENTRE_ACCOUNT}]
