"""班前检查: what is measured on this machine and over a journal, also from outside a terminal that is not running."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
import samples

from laneside.devices.machine import SystemClock
from laneside.errors import LinkLostError, SettingError
from laneside.journal import schema
from laneside.journal.journal import Journal
from laneside.passage.passage_journal import PassageJournal
from laneside.reader.port import PsamState
from laneside.sync.centre_client import CentreCheck
from laneside.sync.document_store import DocumentStore
from laneside.sync.folder import DiskFolder
from laneside.terminal.checkup.checkup import Checkup, Probes, checkup_of, free_mb, serial_ports, sync_ms
from laneside.terminal.checkup.report import CheckLevel
from laneside.terminal.reader_choice import Connections

STOP = CheckLevel.STOP
ABSENT = PsamState(present=False, authorised=False, trouble="no psam")


class ShiftedClock(SystemClock):
    """The machine's clock, to be set back."""

    back = timedelta(0)

    def now(self):
        return super().now() - self.back


def line(report, name):
    return next(item for item in report.items if item.name == name)


# --- measuring


def test_a_sync_is_measured_and_leaves_nothing(tmp_path):
    assert sync_ms(tmp_path, SystemClock().monotonic_s) > 0
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match="nowhere"):
        sync_ms(tmp_path / "nowhere", SystemClock().monotonic_s)
    assert free_mb(tmp_path) > 0


def test_ports_are_listed_by_their_names_where_pyserial_is_missing(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "serial.tools", None)
    for name in ("ttyUSB0", "ttyACM1", "tty1", "null"):
        (tmp_path / name).touch()
    assert [port.rpartition("/")[2] for port in serial_ports(tmp_path)] == ["ttyACM1", "ttyUSB0"]


# --- the checkup itself


class Rig:
    """A checkup over a real journal and folder; what it can't see itself is told by hand."""

    def __init__(self, folder, connection):
        schema.prepare(connection)
        self.connection = connection
        self.machine = ShiftedClock()
        self.journal = Journal(connection, clock=self.machine, terminal_id="T")
        self.psam, self.asked = samples.FIT.psam, 0
        self.centre = CentreCheck(clock_ahead_s=1.5, trouble="")
        self.checkup = Checkup(
            folder,
            journal=self.journal,
            passages=PassageJournal(journal=self.journal, clock=self.journal.clock, slot=1),
            documents=DocumentStore(DiskFolder(folder / "documents"), centre_key=bytes(32), station_hex="62010A0B"),
            probes=Probes(
                psam=self.ask,
                reach_reader=self.reach,
                authorisation_trouble=lambda: "",
                check_centre=lambda: self.centre,
                plate_trouble=lambda: "not-installed",
            ),
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


def test_the_clock_that_is_checked_is_the_machines(rig):
    rig.journal.append("note", b"")
    rig.machine.back = timedelta(hours=2)
    found = line(rig.checkup.examine(), "clock")
    assert (found.level, "慢 7201 秒" in found.value.zh or "慢 7202 秒" in found.value.zh) == (STOP, True), found


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


# --- from outside


def test_a_folder_without_a_terminal_is_not_examined(tmp_path):
    nowhere = Connections(centre_url="http://127.0.0.1:9", roadside=("127.0.0.1", 9))
    with pytest.raises(SettingError, match="enrolled"), checkup_of(tmp_path, nowhere):
        pass
    assert not (tmp_path / "journal.sqlite3").exists()
