"""班前检查: what is measured on this machine, and how it is judged by the centre's limits."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import samples

from laneside.contract.parameters import Policy
from laneside.devices import SystemClock
from laneside.errors import LinkLostError, SettingError
from laneside.journal import Journal, schema
from laneside.passage import Logbook
from laneside.reader import PsamState, ReaderPolicy
from laneside.sync import CentreCheck, DiskFolder, DocumentStore
from laneside.terminal.attached import ROADSIDE_CHIPS, Attached
from laneside.terminal.attaching import attach_reader, reach_of
from laneside.terminal.checkup import CheckLevel, Checkup, Ways, judged, measuring
from laneside.terminal.checkup.sources import NEVER_ASKED, last_word

FIT = samples.FIT
NOW = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)
OK, WARN, STOP = CheckLevel.OK, CheckLevel.WARN, CheckLevel.STOP
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
    ("authorisation", STOP, {"psam": replace(FIT.psam, authorised=False), "authorisation_trouble": "无签"}, "97"),
    ("centre", WARN, {"centre_trouble": "timed out"}, "timed out"),
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
    report = judged(FIT, Policy(), NOW)
    assert {item.level for item in report.items} == {OK}
    assert (report.level, report.level.exit_status) == (OK, 0)
    assert len(report.items) == 18
    assert not [item.name for item in report.items if item.remedy.zh or item.remedy.en]


@pytest.mark.parametrize(("name", "level", "change", "word"), VERDICTS)
def test_each_thing_by_itself(name, level, change, word):
    report = judged(replace(FIT, **change), Policy(), NOW)
    found = line(report, name)
    assert found.level is level
    assert word in found.value.zh
    assert bool(found.remedy.zh) is bool(found.remedy.en) is (level is not OK)
    assert report.level.exit_status >= level.exit_status


def test_without_a_psam_its_authorisation_stops_too():
    report = judged(replace(FIT, psam=ABSENT), Policy(), NOW)
    assert [item.name for item in report.items if item.level is STOP] == ["psam", "authorisation"]
    assert report.level.exit_status == 2


def test_the_limits_are_the_centres():
    strict = Policy(check_unsent=(None, 1), check_list_age_s=(60, 7000), check_battery_percent=(None, None))
    report = judged(replace(FIT, unsent=2, battery_percent=1), strict, NOW)
    assert (line(report, "unsent").level, line(report, "list").level, line(report, "battery").level) == (STOP, STOP, OK)


# --- measuring


def test_a_sync_is_measured_and_leaves_nothing(tmp_path):
    assert measuring.sync_ms(tmp_path, SystemClock().monotonic_s) > 0
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match="nowhere"):
        measuring.sync_ms(tmp_path / "nowhere", SystemClock().monotonic_s)
    assert measuring.free_mb(tmp_path) > 0


def test_ports_are_listed_by_their_names_where_pyserial_is_missing(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "serial.tools", None)
    for name in ("ttyUSB0", "ttyACM1", "tty1", "null"):
        (tmp_path / name).touch()
    assert [port.rpartition("/")[2] for port in measuring.serial_ports(tmp_path)] == ["ttyACM1", "ttyUSB0"]


def test_the_readers_last_word_counts_while_it_is_busy():
    fresh, last = FIT.psam, ABSENT
    assert last_word(fresh, last) is fresh
    assert last_word(None, last) is last
    assert last_word(None, None) is NEVER_ASKED


def test_a_roadside_that_is_not_there_is_not_reached():
    with ExitStack() as links:
        reader = attach_reader(
            ROADSIDE_CHIPS,
            ("127.0.0.1", 9),
            clock=SystemClock(),
            policy=ReaderPolicy(),
            links=links,
            tell=lambda _writing: None,
        )
        with pytest.raises(LinkLostError):
            reach_of(reader, ROADSIDE_CHIPS, ("127.0.0.1", 9))()
        reader.close()


# --- the checkup itself


class Rig:
    """A checkup over a real journal and folder; what it can't see itself is told by hand."""

    def __init__(self, folder, connection):
        schema.prepare(connection)
        self.connection = connection
        self.journal = Journal(connection, clock=SystemClock(), terminal_id="T")
        self.psam, self.asked = FIT.psam, 0
        self.centre = CentreCheck(clock_ahead_s=1.5, trouble="")
        self.checkup = Checkup(
            folder,
            journal=self.journal,
            logbook=Logbook(journal=self.journal, clock=self.journal.clock, slot=1),
            store=DocumentStore(DiskFolder(folder / "documents"), centre_key=bytes(32), station_hex="62010A0B"),
            ways=Ways(
                psam=self.ask,
                reach_reader=self.reach,
                authorisation_trouble=lambda: "",
                check_centre=lambda: self.centre,
                plate_trouble=lambda: "not-installed",
            ),
            clock=self.journal.clock,
        )

    def ask(self):
        self.asked += 1
        return self.psam

    def reach(self):
        raise LinkLostError("the plug is out")


@pytest.fixture
def rig(tmp_path):
    with closing(sqlite3.connect(tmp_path / "journal.sqlite3", check_same_thread=False)) as connection:
        yield Rig(tmp_path, connection)


def test_an_empty_terminal_is_examined(rig):
    report = rig.checkup.examine()
    assert {item.name for item in report.items if item.level is STOP} == {"parameters", "tariff"}
    assert "0 条" in line(report, "journal").value.zh
    assert "2 秒" in line(report, "clock").value.zh
    assert "未安装" in line(report, "plates").value.zh


def test_a_second_look_at_once_is_the_first_one(rig):
    assert rig.checkup.examine() is rig.checkup.examine()
    assert rig.asked == 1


def test_a_mute_psam_lets_the_reader_be_looked_at(rig):
    rig.psam = ABSENT
    assert "the plug is out" in line(rig.checkup.examine(), "reader").value.zh


def test_a_changed_journal_is_told_by_its_entry(rig):
    for number in range(3):
        rig.journal.append("note", b"%d" % number)
    rig.connection.execute("DROP TRIGGER entry_never_changes")
    rig.connection.execute("UPDATE entry SET payload = x'00' WHERE seq = 2")
    found = line(rig.checkup.examine(), "journal")
    assert (found.level, "entry 2" in found.value.zh) == (STOP, True)


# --- the folder from outside


def test_what_a_terminal_is_attached_to_is_kept(tmp_path):
    folder = DiskFolder(tmp_path)
    assert Attached.load(folder) is None
    kept = Attached(centre_url="http://127.0.0.1:1", roadside=("127.0.0.1", 2), pages_url="http://127.0.0.1:3")
    kept.save(folder)
    assert Attached.load(folder) == kept
    folder.write("attached.json", b"{")
    assert Attached.load(folder) is None


def test_a_folder_without_a_terminal_is_not_examined(tmp_path):
    from laneside.terminal.checkup.standalone import checkup_of

    attached = Attached(centre_url="http://127.0.0.1:9", roadside=("127.0.0.1", 9))
    with pytest.raises(SettingError, match="enrolled"), checkup_of(tmp_path, attached):
        pass
    assert not (tmp_path / "journal.sqlite3").exists()
