"""A terminal's and a centre's folder of an earlier version (tests/data/before): their pages show what is in them."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path

import before
import httpx2
import pytest
from starlette.testclient import TestClient

from laneside.centre.app import create_app as centre_app
from laneside.centre.settings import Settings
from laneside.cli.demo_data import DEMO
from laneside.devices.machine import SystemClock
from laneside.journal import schema
from laneside.journal.journal import Journal
from laneside.terminal.app import create_app
from laneside.terminal.reader_choice import Connections
from laneside.terminal.root import Terminal, TerminalSettings

IDENTITY = "T62010A0B01"
"""How the terminal's id begins."""

NOWHERE = ("127.0.0.1", 9)
JSON = {"accept": "application/json"}
EVERY_KIND = {
    "centre-refusal", "debit-settled", "debit-unknown", "duty", "ended", "event", "image", "intent", "lane-told",
    "left", "not-ready", "opened", "photo", "photo-taken", "picture-submitted", "plate-read", "quoted", "read",
    "read-failed", "receipt", "record", "released", "resumed", "sealed", "selected", "setup", "stopped",
    "tag-written", "trace",
}  # fmt: skip


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return before.copied(tmp_path)


@pytest.fixture
def now(data: Path, monkeypatch: pytest.MonkeyPatch) -> datetime:
    """A minute after the terminal's last entry: on the day that its list of vehicles is about."""
    moment = before.last_entry_at(data) + timedelta(minutes=1)
    monkeypatch.setattr(SystemClock, "now", lambda _: moment)
    return moment


@pytest.fixture
def terminal(data: Path, now: datetime) -> Iterator[TestClient]:
    nowhere = Connections(centre_url="http://127.0.0.1:9", roadside=NOWHERE)
    settings = TerminalSettings(data=data / "terminal", connections=nowhere)
    opened = Terminal(settings)
    with TestClient(create_app(opened.services), base_url="http://127.0.0.1:8800", headers=JSON) as client:
        yield client
    opened.close()


def on_duty(client: TestClient, who: tuple[str, str] = DEMO.collector) -> TestClient:
    form = {"operator_id": who[0], "password": who[1], "shift": "1", "work_date": before.WORK_DATE}
    answer = client.post("/login", data={"csrf": client.get("/session").json()["csrf"], **form})
    assert answer.json()["ok"], answer.text
    return client


def text_of(answer: httpx2.Response) -> str:
    """What stands on a page, without its tags and blanks."""
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s|·", "", unescape(re.sub(r"<[^>]+>", "", answer.text)))


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02}"


def test_the_journal_verifies_and_has_every_kind_of_note(data: Path) -> None:
    connection = schema.connect(data / "terminal" / "journal.sqlite3")
    Journal(connection, clock=SystemClock(), terminal_id="").verify()
    connection.close()
    kinds = {kind for (kind,) in before.ask(data / "terminal" / "journal.sqlite3", "SELECT kind FROM entry")}
    assert kinds == EVERY_KIND


def test_the_list_and_each_vehicles_page_show_plate_amount_and_ending(terminal: TestClient) -> None:
    on_duty(terminal)
    rows = terminal.get("/records").json()["rows"][::-1]
    listed = text_of(terminal.get("/records", headers={"accept": "text/html"}))
    assert [row["plate"] for row in rows] == [vehicle.plate for vehicle in before.VEHICLES]
    for row, known in zip(rows, before.VEHICLES, strict=True):
        detail = terminal.get(f"/records/{row['passage_id']}").json()["detail"]
        assert detail["row"] == row
        card = detail["card"]
        shown = before.Kept(
            plate=row["plate"],
            ending=row["ending"],
            state=row["state"],
            fee_fen=row["fee_fen"],
            balances_fen=None if card is None else (card["balance_before_fen"], card["balance_after_fen"]),
            codes=tuple(finding["code"] for finding in detail["findings"]),
            reason=detail["reason"],
        )
        assert shown == known
        page = text_of(terminal.get(f"/records/{row['passage_id']}", headers={"accept": "text/html"}))
        assert known.plate in page
        assert known.plate in listed
        assert known.reason in page
        assert known.fee_fen is None or yuan(known.fee_fen) in page
        for photo in filter(None, (detail["photo_sha256"], (detail["reading"] or {}).get("cut_out_sha256"))):
            assert terminal.get(f"/photos/{photo}?watermark=1").content.startswith(b"\xff\xd8")


def test_single_facts_of_single_vehicles_are_kept(terminal: TestClient) -> None:
    on_duty(terminal)
    ids = [row["passage_id"] for row in terminal.get("/records").json()["rows"]][::-1]
    details = [terminal.get(f"/records/{name}").json()["detail"] for name in ids]
    readings = {detail["reading"]["plate"] for detail in details if detail["reading"] and detail["reading"]["plate"]}
    assert readings == {"甘A12345", "甘A8K631", "甘A6F680", "甘AY5678"}
    assert [detail["row"]["plate"] for detail in details if not detail["photo_live"]] == ["甘AY5678"]
    assert [detail["lane_name"] for detail in details].count("12 车道") == 2
    assert {detail["operator"] for detail in details} == {"620101 张晓"}
    refused = next(detail for detail in details if detail["row"]["state"] == "rejected")
    assert "中心已有同号但内容不同的数据" in refused["note"]
    released = [f["code"] for detail in details for f in detail["findings"] if f["released"]]
    assert released == [140, "running-trip"]
    rewritten = details[1]
    assert (rewritten["tag_write"], rewritten["quote"]["pay_fen"], rewritten["quote"]["fee_fen"]) == (
        "written",
        1100,
        1045,
    )
    assert (rewritten["card"]["counter_before"], rewritten["card"]["counter_after"]) == (290, 291)
    assert rewritten["record_id"].startswith("G003062001001020100112025030309")
    assert rewritten["delivered_at"] is not None


def test_the_exchanges_of_a_vehicle_are_shown_to_a_shift_leader(terminal: TestClient) -> None:
    on_duty(terminal, DEMO.shift_leader)
    paid = terminal.get("/records").json()["rows"][-1]["passage_id"]
    page = text_of(terminal.get(f"/records/{paid}", headers={"accept": "text/html"}))
    for command in ("8050init", "8054debit", "read0019"):
        assert command in page


def test_what_is_open_is_shown(terminal: TestClient) -> None:
    on_duty(terminal)
    status = terminal.get("/status").json()
    # 18 wait in the folder; logging in here has opened one more shift.
    assert (status["unsent"], status["rejected"], status["open_debits"]) == (18 + 1, 3, 1)
    view = terminal.get("/linkage").json()["view"]
    assert (view["picture"]["plate"], view["step"], view["quote"]["fee_fen"]) == (before.IN_WORK.plate, "submit", 1045)
    assert {"submit", "abandon", "quote"} <= set(view["actions"])
    assert view["vehicle"]["balance_fen"] == 50000
    page = text_of(terminal.get("/linkage", headers={"accept": "text/html"}))
    assert "10.45" in page


@pytest.fixture
def centre(data: Path) -> Iterator[TestClient]:
    app = centre_app(Settings(data=data / "centre", hosts=("testserver",)), SystemClock(), secrets.token_bytes)
    with TestClient(app) as client:
        (csrf,) = re.findall(r'name="csrf" value="([^"]+)"', client.get("/login").text)
        name, password = DEMO.centre
        client.post("/login", data={"csrf": csrf, "name": name, "password": password})
        yield client


def rows_of(answer: httpx2.Response) -> list[str]:
    """The rows of a page's table, as they are written."""
    assert answer.status_code == 200, answer.text
    return re.findall(r"<tr.*?</tr>", answer.text.partition("<tbody")[2], re.DOTALL)


def test_the_centres_pages_show_records_photos_and_events(centre: TestClient) -> None:
    rows = rows_of(centre.get("/records"))
    delivered = [kept.plate for kept in before.VEHICLES if (kept.ending, kept.state) == ("completed", "delivered")]
    # The newest is one whose receipt never came: for the terminal it still waits.
    plates = [*delivered, before.LOST_PLATE, "甘A6F680"]
    assert len(rows) == len(plates)
    for row, plate in zip(reversed(rows), plates, strict=True):
        assert plate in re.sub(r"\s|·", "", row)
        (link,) = set(re.findall(r'href="(/records/[^"]+)"', row))
        page = centre.get(link)
        assert link.removeprefix("/records/") in page.text
        (photo,) = set(re.findall(r'src="(/photos/[^"]+)" alt="[^"]*" loading', row))
        assert centre.get(photo).content.startswith(b"\xff\xd8")
    events = rows_of(centre.get("/events"))
    assert len(events) == 19
    for row in events:
        (link, *_) = re.findall(r'href="(/events/[^"]+)"', row)
        assert centre.get(link).status_code == 200


def test_the_centres_pages_show_conflicts_alarms_and_the_terminal(centre: TestClient) -> None:
    alarms = rows_of(centre.get("/alarms"))
    assert len(alarms) == 3
    assert sum('action="/alarms/' in row for row in alarms) == 2
    for row in alarms:
        (link,) = re.findall(r'href="(/conflicts/[^"]+)"', row)
        assert centre.get(link).status_code == 200
    assert any("甘A3H902" in centre.get(re.findall(r'href="(/conflicts/[^"]+)"', row)[0]).text for row in alarms)
    for page in ("/terminals", "/psams"):
        assert IDENTITY in centre.get(page).text
