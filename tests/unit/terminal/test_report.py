"""班前检查: what was measured, judged by the centre's limits."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
import samples
from msgspec.structs import replace

from laneside.contract.parameters import Policy
from laneside.reader.port import PsamState
from laneside.terminal.checkup.report import CheckLevel, judge

FIT = samples.FIT
NOW = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)
OK, WARN, STOP = CheckLevel.OK, CheckLevel.WARN, CheckLevel.STOP
UNAUTHORISED = msgspec.structs.replace(FIT.psam, authorised=False)
ABSENT = PsamState(present=False, authorised=False, trouble="no psam")

VERDICTS = [
    ("reader", STOP, {"reader_trouble": "connection refused"}, "connection refused"),
    ("reader", OK, {"firmware": "2000 maker A1"}, "2000 maker A1"),
    ("reader", STOP, {"reader_trouble": "x", "reader_cause": "port-missing"}, "没有这个串口"),
    ("reader", STOP, {"reader_trouble": "x", "reader_cause": "port-forbidden"}, "无权"),
    ("reader", STOP, {"reader_trouble": "x", "reader_cause": "port-taken"}, "占用"),
    ("reader", STOP, {"reader_trouble": "x", "reader_cause": "reader-unreachable"}, "连不上"),
    ("reader", STOP, {"reader_trouble": "x", "reader_cause": "reader-silent"}, "不应答"),
    ("reader", STOP, {"reader_trouble": "odd", "reader_cause": "link-lost"}, "未应答：odd"),
    ("psam", STOP, {"psam": ABSENT}, "no psam"),
    ("authorisation", STOP, {"psam": UNAUTHORISED, "authorisation_trouble": "无签"}, "97"),
    ("centre", WARN, {"centre_trouble": "timed out"}, "timed out"),
    ("jobs", OK, {"job_troubles": ()}, "运行正常"),
    ("jobs", OK, {"job_troubles": None}, "终端未运行"),
    ("jobs", WARN, {"job_troubles": ("heartbeat: TypeError: x",)}, "heartbeat: TypeError: x"),
    ("clock", WARN, {"clock_ahead_s": None}, "没有"),
    ("clock", OK, {"clock_ahead_s": -30.0}, "30"),
    ("clock", WARN, {"clock_ahead_s": 31.0}, "慢 31"),
    ("clock", WARN, {"clock_ahead_s": -31.0}, "快 31"),
    ("clock", STOP, {"clock_ahead_s": 301.0}, "301"),
    ("journal", STOP, {"journal_trouble": "entry 7 is missing"}, "entry 7"),
    ("disk", OK, {"sync_ms": 200.0}, "200.0"),
    ("disk", WARN, {"sync_ms": 200.1}, "200.1"),
    ("disk", STOP, {"sync_ms": 2000.1}, "2000.1"),
    ("disk", STOP, {"sync_ms": None, "sync_trouble": "no space left"}, "no space left"),
    ("storage", OK, {"free_mb": 1024}, "1024"),
    ("storage", WARN, {"free_mb": 1023}, "1023"),
    ("storage", STOP, {"free_mb": 255}, "255"),
    ("battery", OK, {"battery_percent": None}, "没有"),
    ("battery", OK, {"battery_percent": 30}, "30%"),
    ("battery", WARN, {"battery_percent": 29}, "29%"),
    ("battery", STOP, {"battery_percent": 9}, "9%"),
    ("parameters", STOP, {"parameters_version": None}, "没有"),
    ("tariff", STOP, {"tariff_version": ""}, "没有"),
    ("list", WARN, {"list_age_s": None}, "没有"),
    ("list", WARN, {"list_age_s": 86401}, "24.0"),
    ("unsent", OK, {"unsent": 200}, "200"),
    ("unsent", WARN, {"unsent": 201}, "201"),
    ("refused", WARN, {"refused": 1}, "1 条"),
    ("open-debits", WARN, {"open_debits": 2}, "2 笔"),
    ("serial", OK, {"serial_ports": ()}, "没有"),
    ("pcsc", OK, {"pcsc_readers": ()}, "没有"),
    ("pcsc", OK, {"pcsc_readers": ("Reader 0",)}, "Reader 0"),
    ("plates", OK, {"plate_trouble": None}, "本站设置"),
    ("plates", OK, {"plate_trouble": "not-installed"}, "手工输入"),
    ("plates", OK, {"plate_trouble": "busy"}, "正在启动"),
    ("plates", WARN, {"plate_trouble": "hung"}, "超时"),
    ("plates", WARN, {"plate_trouble": "lost"}, "退出"),
]


def line(report, name):
    return next(item for item in report.items if item.name == name)


def test_a_fit_terminal_has_only_good_lines():
    report = judge(FIT, Policy(), NOW)
    assert {item.level for item in report.items} == {OK}
    assert (report.level, report.level.exit_status) == (OK, 0)
    assert len(report.items) == 19
    assert not [item.name for item in report.items if item.remedy.zh or item.remedy.en]


@pytest.mark.parametrize(("name", "level", "change", "word"), VERDICTS)
def test_each_thing_by_itself(name, level, change, word):
    report = judge(replace(FIT, **change), Policy(), NOW)
    found = line(report, name)
    assert found.level is level
    assert word in found.value.zh
    assert bool(found.remedy.zh) is bool(found.remedy.en) is (level is not OK)
    assert report.level.exit_status >= level.exit_status


def test_without_a_psam_its_authorisation_stops_too():
    report = judge(replace(FIT, psam=ABSENT), Policy(), NOW)
    assert [item.name for item in report.items if item.level is STOP] == ["psam", "authorisation"]
    assert report.level.exit_status == 2


def test_the_limits_are_the_centres():
    strict = Policy(check_unsent=(None, 1), check_list_age_s=(60, 7000), check_battery_percent=(None, None))
    report = judge(replace(FIT, unsent=2, battery_percent=1), strict, NOW)
    assert (line(report, "unsent").level, line(report, "list").level, line(report, "battery").level) == (STOP, STOP, OK)
