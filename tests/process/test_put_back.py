"""The centre's folder is put back to an older copy: no record is lost, and no lost tariff is charged."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from street import Street, street
from timeouts import scaled, until

from laneside.cli.demo_data import opened_centre
from laneside.cli.once import run_once

pytestmark = [pytest.mark.process]


def put_away(lane: Street, copy: Path) -> None:
    """Stop the centre and keep a copy of its folder as it is now; it goes on afterwards."""
    port = lane.fleet.centre.port
    lane.fleet.end("centre")
    shutil.copytree(lane.fleet.data / "centre", copy)
    lane.centre_again(port)


def put_back(lane: Street, copy: Path, *, holiday: tuple[datetime, datetime] | None = None) -> None:
    """Stop the centre, put the copy in its place, perhaps publish another tariff, and start it."""
    port, folder = lane.fleet.centre.port, lane.fleet.data / "centre"
    lane.fleet.end("centre")
    shutil.rmtree(folder)
    shutil.copytree(copy, folder)
    if holiday is not None:
        publish_holiday(folder, holiday)
    lane.centre_again(port)


def publish_holiday(folder: Path, holiday: tuple[datetime, datetime]) -> None:
    start, end = (f"{each:%Y-%m-%d}" for each in holiday)
    options = ["--data", str(folder), "--name", "假期", "--from", start, "--to", end]
    subprocess.run(
        [sys.executable, "-m", "laneside", "centre", "holiday", *options], check=True, timeout=scaled(60),
        capture_output=True,
    )  # fmt: skip


def test_three_generations_lose_no_record_and_charge_no_lost_tariff(tmp_path: Path) -> None:
    copy, today = tmp_path / "copy", datetime.now(UTC)
    with street(tmp_path / "lane", duplicate_window_s=0, plate_reading="off") as lane:
        paid = [run_once(lane.fleet, "car-sm4").record]
        assert lane.delivered()
        put_away(lane, copy)
        paid.append(run_once(lane.fleet, "car-3des").record)
        assert lane.delivered()

        put_back(lane, copy, holiday=(today + timedelta(days=300), today + timedelta(days=307)))
        lane.fleet.end("terminal")
        lane.fleet.start_terminal()  # asks at once; it gets tariff 2 of the second generation
        ids = {record["id"] for record in paid}
        assert until(lambda: {record.record_id for record in lane.records()} == ids, within_s=30)
        paid.append(run_once(lane.fleet, "truck-6").record)
        assert lane.delivered()

        lane.fleet.end("terminal")
        put_back(lane, copy, holiday=(today - timedelta(days=1), today + timedelta(days=7)))
        lane.fleet.start_terminal()
        free = run_once(lane.fleet, "charge-card")
        assert (free.outcome, free.fee) == ("completed", {"pay_fen": 1100, "discount_fen": 1100, "fee_fen": 0})
        assert lane.delivered()
        ids = {record["id"] for record in (*paid, free.record)}
        assert until(lambda: {record.record_id for record in lane.records()} == ids, within_s=30)
        for record in lane.records():
            photo = lane.photo_at_centre(next(iter(photos_of(lane, record.record_id))))
            assert photo is not None, "photos come again as well"
        with opened_centre(lane.fleet.data / "centre") as centre:
            rung = [(alarm.kind.value, alarm.detail.split(" ")[0]) for alarm in centre.alarms.shown()]
        assert sorted(rung) == [("store-put-back", "evidence"), ("store-put-back", "file")]
        lane.verify_journal()


def photos_of(lane: Street, record_id: str) -> list[str]:
    with opened_centre(lane.fleet.data / "centre") as centre:
        kept = centre.kept.record(record_id)
    assert kept is not None
    assert kept.upload.photo_sha256 is not None
    return [kept.upload.photo_sha256]
