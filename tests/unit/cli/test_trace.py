"""``laneside trace`` over a journal's file: readable, as JSON, and clear about what is not there."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from laneside.cli import app
from laneside.contract.signing import canonical
from laneside.devices.machine import SystemClock
from laneside.journal import schema
from laneside.journal.entry import Draft
from laneside.journal.journal import Journal
from laneside.passage.trace import Trace
from laneside.reader.tracing import TraceLine

LINES = (
    TraceLine("psam", "SELECT 3F00", 0, 0.44, "00A40000 02 3F00", "", "9000"),
    TraceLine("card", "8054 debit", 12, 7.81, "80540100 0F 0000000120260506120030******** 08", "[8]", "9000"),
)
LAST = (TraceLine("lane", "release", 31000, 1.0, "", "", "link-lost: no answer"),)


@pytest.fixture
def folder(tmp_path):
    with closing(sqlite3.connect(tmp_path / "journal.sqlite3")) as connection:
        schema.prepare(connection)
        journal = Journal(connection, clock=SystemClock(), terminal_id="T")
        journal.append("opened", b"{}", passage="L1")
        trace = Trace(started_at=datetime(2026, 5, 6, 4, 0, 0, 123000, UTC), first=LINES, left_out=7, last=LAST)
        journal.append_all((Draft(kind="trace", subject="L1", payload=canonical(trace)),))
        journal.append("sealed", b"{}", passage="L1", subject="R1")
    return tmp_path


def run(*words: object):
    return CliRunner().invoke(app, ["trace", *map(str, words)])


@pytest.mark.parametrize("name", ["L1", "R1", "last"])
def test_it_is_printed_line_by_line(folder, name):
    ran = run(name, "--data", folder)
    assert ran.exit_code == 0
    head, empty, *lines = ran.output.splitlines()
    assert (head.split(maxsplit=1)[1], empty) == ("sessions 1  exchanges 3", "")
    assert lines == [
        "1  2026-05-06 12:00:00.123+08:00",
        "     ms    took  chip   command                status",
        "      0     0.4  psam   SELECT 3F00            9000",
        "                  > 00A40000 02 3F00",
        "     12     7.8  card   8054 debit             9000",
        "                  > 80540100 0F 0000000120260506120030******** 08",
        "                  < [8]",
        "        ... 7 exchanges left out ...",
        "  31000     1.0  lane   release                link-lost: no answer",
    ]


def test_json_holds_the_same(folder):
    told = json.loads(run("L1", "--data", folder, "--json").output)
    assert told["passage"] == "L1"
    (session,) = told["sessions"]
    assert session["left_out"] == 7
    assert [exchange["name"] for exchange in session["exchanges"]] == ["SELECT 3F00", "8054 debit", "release"]
    assert set(session["exchanges"][0]) == {"channel", "name", "at_ms", "took_ms", "sent", "received", "status"}


def test_what_is_not_there_is_said(folder, tmp_path):
    for words in (("L2", "--data", folder), ("L1", "--data", tmp_path / "nowhere")):
        ran = run(*words)
        assert ran.exit_code == 2
        assert "laneside trace:" in ran.output
    assert not (tmp_path / "nowhere").exists()


def test_a_file_that_is_no_journal_is_said(tmp_path):
    (tmp_path / "journal.sqlite3").write_text("no journal at all, but long enough to be taken for a file")
    assert run("L1", "--data", tmp_path).exit_code == 2
