"""Centre, roadside and terminal as processes, the terminal's card and PSAM in PC/SC readers; and the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pcsc_table import CARD_READER, PSAM_READER, Table
from street import LANE, street, work_until
from timeouts import scaled

from laneside.virtual.pcsc_daemon import SOCKET_VARIABLE

pytestmark = [pytest.mark.pcsc, pytest.mark.process]


def test_a_card_in_a_pcsc_reader_pays_at_the_terminal(table: Table, tmp_path: Path):
    options = ("--reader", "pcsc", "--card-reader", CARD_READER, "--psam-reader", PSAM_READER)
    environment = {SOCKET_VARIABLE: table.daemon.socket_name}
    with street(tmp_path, terminal_options=options, environment=environment, card_only="allow") as lane:
        vehicle = lane.arrive("car-3des")["vehicle"]
        table.insert()
        before = table.facts()
        with lane.collector() as collector:
            work_until(collector, vehicle, "leave")
        assert lane.delivered()
        (record,) = lane.records()
    after = table.facts()
    assert after["balance_fen"] == before["balance_fen"] - record.transaction_fee_fen
    assert (record.transaction_pay_type, record.media_type, record.exit_lane_hex) == (2, 1, LANE)
    assert record.card_id == after["card_id"]
    assert after["counter"] == before["counter"] + 1 == record.icc_pay_serial + 1


def test_the_command_puts_a_vehicles_card_before_a_foreign_program(table: Table):
    words = [sys.executable, "-m", "laneside", "virtual", "pcsc", "--vehicle", "car-sm4", "--"]
    client = ["opensc-tool", "--reader", CARD_READER, "--send-apdu", "00A40000021001", "--send-apdu", "00B0950A0A"]
    ended = subprocess.run([*words, *client], capture_output=True, text=True, check=True, timeout=scaled(30))
    assert "62 01 22 19 23 02 00 00 00 02" in ended.stdout
