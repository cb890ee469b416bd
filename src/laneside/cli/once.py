"""``laneside demo --once``: one vehicle through all steps without a browser, and what came of it on the outside."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any, Final

import msgspec

from laneside.centre.ingest.kept_uploads import KeptRecord
from laneside.cli.browserless import Browserless, Json, RefusedError, until
from laneside.cli.demo_data import DEMO, opened_centre
from laneside.cli.fleet import Fleet, FleetError
from laneside.clock import BEIJING
from laneside.contract.exchange import Receipt
from laneside.contract.signing import parse
from laneside.errors import LinkLostError
from laneside.virtual.client import RoadsidePanel
from laneside.virtual.vehicles import vehicle_named

EXIT_STATUS: Final = {"completed": 0, "refused": 3, "unknown": 4, "transferred": 5, "abandoned": 5}
DELIVERY_S_MAX: Final = 20.0
AUTHORISED_S_MAX: Final = 10.0
"""A PSAM that wants its authorisation has it within seconds; a vehicle that came before would be refused with 97."""

LANES: Final = ("62010A0B11", "62010A0B12")


class OnceResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one vehicle came to: read from card, tag, lane, journal and centre, not from what the page claims."""

    scenario: str
    outcome: str
    findings: list[Json]
    card: Json | None
    tag: Json | None
    fee: Json | None
    record: Json | None
    centre: Json
    lane: Json

    def as_json(self) -> str:
        """Write it as JSON."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2).decode()


def run_once(fleet: Fleet, scenario: str) -> OnceResult:
    """Take one vehicle from its arrival to home. Raises FleetError when a page or a process fails."""
    panel = RoadsidePanel("127.0.0.1", fleet.roadside.port)
    try:
        enable_lanes(fleet.terminal.url)
        with Browserless(fleet.terminal.url) as collector:
            collector.login(*DEMO.collector, work_date=_today())
            until(lambda: collector.status()["psam"] == "ready", within_s=AUTHORISED_S_MAX)
            before = panel.place(scenario)
            view = _work(collector, scenario)
            result = _result(fleet, scenario, before, panel.state(), view)
            collector.act("leave")
            return result
    except (RefusedError, LinkLostError) as error:
        raise FleetError(str(error)) from error


def enable_lanes(url: str) -> None:
    """Enable the demo's exit lanes as its administrator would, unless some are enabled already."""
    with Browserless(url) as administrator:
        administrator.login(*DEMO.administrator, work_date=_today())
        if not administrator.session()["lanes"]:
            administrator.post("/setup/lanes", lane_hex=list(LANES))
        if administrator.view() is None:  # with a vehicle in work no one goes off duty
            administrator.logout()


def table_of(result: OnceResult) -> str:
    """Write the result for people."""
    lines = [f"{result.scenario}: {result.outcome}"]
    lines += [f"  {finding['code']} {finding['text']}" for finding in result.findings]
    for name in ("fee", "card", "tag", "centre", "lane"):
        values: Json | None = getattr(result, name)
        if values is not None:
            shown = "  ".join(f"{key}={value}" for key, value in values.items() if key != "receipt")
            lines.append(f"  {name:7}{shown}")
    if result.record is not None:
        lines.append(f"  record {result.record['id']}  TAC {result.record['tac']}")
    return "\n".join(lines)


def _work(collector: Browserless, scenario: str) -> Json:
    """Do what the collector does: read, confirm, charge, submit; refuse what is stopped."""
    vehicle = vehicle_named(scenario)
    collector.post("/linkage", lane_hex=LANES[0])
    view = collector.act("read")
    if "photo" not in view["actions"]:
        return collector.act("transfer", reason="读不到卡签")
    view = collector.photo(collector.picture(), live=True)
    if _stopped(view):
        return collector.act("refuse", reason=_first_stop(view))
    collector.act("picture", plate=vehicle.plate, colour=str(vehicle.colour))
    view = collector.act("select", toll_class=str(vehicle.toll_class), vehicle_kind=str(vehicle.kind))
    if not _stopped(view):
        view = collector.act("quote")
    if _stopped(view):
        return collector.act("refuse", reason=_first_stop(view))
    view = collector.act("submit")
    return _after_submit(collector, view)


def _after_submit(collector: Browserless, view: Json) -> Json:
    """Ask once for a proof of an open debit; hand over what was not debited."""
    if "prove" in view["actions"]:
        view = collector.act("prove")
    if "transfer" in view["actions"]:
        view = collector.act("transfer", reason="未扣费")
    return view


def _stopped(view: Json) -> bool:
    return any(finding["severity"] == "stop" and not finding["released"] for finding in view["findings"])


def _first_stop(view: Json) -> str:
    return next(str(f["text"]["zh"]) for f in view["findings"] if f["severity"] == "stop")


def _result(fleet: Fleet, scenario: str, before: Json, after: Json, view: Json) -> OnceResult:
    passage_id = str(view["passage_id"])
    sent = _Sent(fleet, passage_id)
    until(lambda: not sent.waiting(), within_s=DELIVERY_S_MAX)
    quote = view["quote"]
    return OnceResult(
        scenario=scenario,
        outcome=view["result"]["ending"] or "unknown",
        findings=[{"code": f["code"], "text": f["text"]["zh"]} for f in view["findings"]],
        card=_card(before, after),
        tag=_tag(after, view),
        fee=None if quote is None else {name: quote[name] for name in ("pay_fen", "discount_fen", "fee_fen")},
        record=sent.record(),
        centre=sent.at_centre(),
        lane={"barrier": after["lane"]["barrier"], "display": after["lane"]["display"]},
    )


def _card(before: Json, after: Json) -> Json | None:
    """Return what the card's own files say; None when no card was in the tag."""
    first, last = before["card"], after["card"]
    if first is None or last is None or not last["inserted"]:
        return None
    return {
        "number": last["card_id"],
        "balance_before_fen": first["balance_fen"],
        "balance_after_fen": last["balance_fen"],
        "counter_before": first["counter"],
        "counter_after": last["counter"],
        "file_0019": last["file_0019"],
    }


def _tag(after: Json, view: Json) -> Json | None:
    tag = after["tag"]
    if tag is None:
        return None
    write = view["result"]["tag_write"] or "not-asked"
    return {"contract_serial": tag["contract_serial"], "write": write, "copy_0019": tag["copy_0019"]}


class _Sent:
    """What of one passage left the terminal and lies at the centre, read from the journal's file and the centre's."""

    def __init__(self, fleet: Fleet, passage_id: str) -> None:
        self._journal = fleet.data / "terminal" / "journal.sqlite3"
        self._centre = fleet.data / "centre"
        self._passage_id = passage_id

    def waiting(self) -> bool:
        """Return whether something of this passage still waits for its receipt."""
        return bool(self._rows("SELECT 1 FROM outbox WHERE passage = ?"))

    def record(self) -> Json | None:
        """Return the record as the centre keeps it, with its wire names, or None."""
        subject = self._subject("record")
        with opened_centre(self._centre) as centre:
            kept = None if subject is None else centre.kept.record(subject)
        return dict(msgspec.to_builtins(kept.upload.record)) if isinstance(kept, KeptRecord) else None

    def at_centre(self) -> Json:
        """Return how the centre took record (or event), its signed receipt, and the photo that it holds."""
        kind = "record" if self._subject("record") is not None else "event"
        receipt = self._receipt(kind)
        photo = self._photo()
        with opened_centre(self._centre) as centre:
            held = photo is not None and centre.photos.file(photo) is not None
        return {
            "stored": None if receipt is None else receipt.stored.value,
            "receipt": None if receipt is None else msgspec.to_builtins(receipt),
            "photo_sha256": photo if held else None,
        }

    def _subject(self, kind: str) -> str | None:
        rows = self._rows("SELECT subject FROM entry WHERE passage = ? AND kind = ? ORDER BY seq DESC", kind)
        return str(rows[0][0]) if rows else None

    def _photo(self) -> str | None:
        """Return the last photo that was taken; what was cut out of it goes the same way."""
        rows = self._rows("SELECT payload FROM entry WHERE passage = ? AND kind = 'photo-taken' ORDER BY seq DESC")
        return str(msgspec.json.decode(rows[0][0])["sha256"]) if rows else None

    def _receipt(self, kind: str) -> Receipt | None:
        rows = self._rows(
            "SELECT payload FROM entry WHERE passage = ? AND settles = ? AND kind = 'receipt' ORDER BY seq DESC", kind
        )
        return parse(rows[0][0], Receipt) if rows else None

    def _rows(self, query: str, *values: str) -> list[Any]:
        with closing(sqlite3.connect(f"file:{self._journal}?mode=ro", uri=True)) as connection:
            return connection.execute(query, (self._passage_id, *values)).fetchall()


def _today() -> date:
    return datetime.now(UTC).astimezone(BEIJING).date()
