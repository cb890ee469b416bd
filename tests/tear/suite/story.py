"""One torn passage from its beginning to its end: the people around it, and what must be true afterwards."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from jpegs import jpeg
from lane_kit import ETC_LANE, NOON, HandClock, tap
from sqlalchemy import delete, select

from laneside.centre.app import Centre, open_centre
from laneside.centre.ingest.uploads import Upload
from laneside.centre.settings import Settings
from laneside.centre.storage import tables
from laneside.contract.records import RecordUpload
from laneside.errors import CentreUnreachableError, JournalError
from laneside.journal.entry import Outgoing
from laneside.passage.notes import Ending
from laneside.passage.record.exit_record import UNKNOWN_TAC
from laneside.sync.agreement import Agreement
from laneside.sync.upload import Uploader
from laneside.virtual.vehicles import vehicle_named
from suite.frames import FrameSite
from suite.script import KINDS, Cut, PowerGoneError, Script
from suite.site import CELLS, OTHER, TERMINAL_ID, ApduSite, Cell, Site

FOLDER = "/dev/shm" if Path("/dev/shm").is_dir() else None  # its syncs cost nothing; the order of writes is the same
PATIENCE = 3
FORGETS_S = 20
"""Longer than a reader remembers a tag, shorter than the window in which a card is not debited again."""
ACTIONS_MAX = 40
"""More touches than any vehicle needs: who needs more goes round in a circle."""


class Room:
    """The real centre on SQLite, emptied between two stories."""

    def __init__(self, folder: Path) -> None:
        self._sent = 0
        self.centre: Centre = open_centre(
            Settings(data=folder), HandClock(NOON), lambda count: bytes(count - 1) + b"\1"
        )

    def empty(self) -> None:
        with self.centre.database.writing() as connection:
            for table in (tables.records, tables.events, tables.images, tables.photos, tables.conflicts, tables.items):
                connection.execute(delete(table))

    def put(self, kind: Outgoing, subject: str, body: bytes):
        upload = Upload(terminal_id=TERMINAL_ID, subject=subject, body=body, sent_at="", signature=b"")
        intake = self.centre.intake
        take = {
            Outgoing.RECORD: intake.record,
            Outgoing.EVENT: intake.event,
            Outgoing.IMAGE: intake.image,
            Outgoing.PHOTO: self.centre.photos.keep,
        }
        return take[kind](upload)

    def records(self, card_id: str) -> list[RecordUpload]:
        query = select(tables.records.c.body).where(tables.records.c.card_id == card_id)
        with self.centre.database.reading() as connection:
            return [msgspec.json.decode(body, type=RecordUpload) for body in connection.execute(query).scalars()]


class Door:
    """The way to the centre, through the script."""

    def __init__(self, room: Room, script: Script) -> None:
        self._room, self._script = room, script

    def put(self, kind: Outgoing, subject: str, body: bytes):
        lost = CentreUnreachableError("the network is gone")
        return self._script.call("centre", lambda: self._room.put(kind, subject, body), lost)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a story ended: why it failed, and how many events its cut phases had."""

    key: str
    trouble: str
    events: tuple[tuple[str, ...], ...]


class Story:
    """Serve a vehicle under up to two cuts, then mend everything and go on as people would."""

    def __init__(self, room: Room, cell: Cell, folder: Path, cuts: tuple[Cut, ...]) -> None:
        self._room, self._cell = room, cell
        self._script = Script()
        self._site = site_of(cell, folder, self._script)
        self._cuts = cuts
        seed = zlib.crc32(key_of(cell.name, cuts[:1]).encode())  # a pair has the aftermath of its first cut
        self._restarts = bool(seed & 1)
        self._presented = ("same", "another", "none")[seed // 2 % 3]
        self._facts: dict[str, tuple[dict[str, object], dict[str, object]]] = {}

    def play(self) -> tuple[tuple[str, ...], ...]:
        """Run it and hold it to the promises. Raises whatever must not happen."""
        site, name = self._site, self._cell.vehicle
        for each in (OTHER, name):
            site.world.place(each)
            self._facts[each] = (site.card, site.tag)
        events = []
        phases: tuple[Callable[[], object], ...] = (lambda: self._serve(name), self._aftermath)
        planned: list[Cut | None] = [*self._cuts, None, None]
        for cut, phase in zip(planned, phases, strict=False):
            self._mend(cut)
            self._under_power(phase)
            events.append(tuple(self._script.seen))
        self._mend(None)
        if site.desk.open_debits() and self._presented == "another":
            site.world.place(OTHER)  # an open debit waits for its own card
            self._serve_at_last(OTHER)
        site.world.place(name)
        self._serve_at_last(name)
        self._check(name)
        site.stop()
        return tuple(events)

    def _serve_at_last(self, name: str) -> None:
        """Serve with nothing in the way, and once more after a debit: a car that has paid is not debited again."""
        for _ in range(2):
            self._site.clock.forward(FORGETS_S)
            before = self._site.card["counter"]
            assert self._serve(name, wait_s=FORGETS_S), f"the page is stuck: {self._site.desk.view()}"
            if self._site.card["counter"] == before:
                break

    def _mend(self, cut: Cut | None) -> None:
        """Let everything work, and count from here to the next cut."""
        self._script.begin(None)
        self._site.mend()
        self._script.begin(cut)

    def _under_power(self, phase: Callable[[], object]) -> None:
        try:
            phase()
        except PowerGoneError:
            self._script.begin(None)
            self._site.lose_power()
            self._site.mend()
            self._site.start()
            self._site.login()

    def _aftermath(self) -> None:
        site, name = self._site, self._cell.vehicle
        if self._restarts:
            try:
                site.restart()
            except JournalError:  # a terminal that can't write does not start; it is started again
                self._script.begin(None)
                if site.connection is not None:
                    site.connection.close()
                site.start()
                site.login()
        if self._presented == "another":
            site.world.place(OTHER)
            self._go_home()
            self._serve(OTHER)
        elif self._presented == "none":
            site.world.remove()
            self._go_home()
        site.world.place(name)
        self._serve(name)

    def _go_home(self) -> None:
        """Leave the page of a vehicle that is not there any more; prove first where a debit is open."""
        for _ in range(PATIENCE):
            view = self._site.desk.view()
            if view is None:
                return
            desk = self._site.desk
            if "prove" in view.actions:
                tap(desk, "prove", view.revision)
                view = self._site.view
            if "leave" in view.actions:
                tap(desk, "leave", view.revision)
            elif "abandon" in view.actions:
                tap(desk, "abandon", view.revision, reason="车辆已离开")

    def _serve(self, name: str, *, wait_s: float = 0.0) -> bool:
        """Act as a collector until the page is left and everything is delivered; False when nothing goes on.

        What was tried in vain is tried again after ``wait_s``: a reader does not see at once the tag it is done with.
        """
        patience, begun, view = PATIENCE, False, self._site.desk.view()
        for _ in range(ACTIONS_MAX):
            if not patience:
                break
            if view is None and begun:
                return self._deliver()
            before = None if view is None else view.revision
            if patience < PATIENCE:
                self._site.clock.forward(wait_s)
            if view is None:
                self._site.desk.open(ETC_LANE)
            else:
                self._act(name, view, patience)
            after = self._site.desk.view()
            begun = begun or after is not None
            moved = after is None or after.revision != before
            failed = after is not None and (after.step is None or after.trouble is not None)
            again = view is not None and after is not None and after.step == view.step
            patience -= 1 if failed or again or not moved else 0
            view = after
        return False

    def _act(self, name: str, view, patience: int) -> None:
        desk, revision, actions = self._site.desk, view.revision, view.actions
        vehicle, kind = vehicle_named(name), self._cell.kind if name == self._cell.vehicle else 0
        ended = view.result is not None and view.result.ending not in (None, Ending.UNKNOWN)
        stopped = any(finding.severity == "stop" and not finding.released for finding in view.findings)
        if "prove" in actions:
            tap(desk, "prove", revision) if patience > 1 else tap(desk, "leave", revision)
        elif "rewrite-tag" in actions and patience > 1:
            tap(desk, "rewrite-tag", revision)
        elif "leave" in actions and (ended or (view.result is not None and "read" not in actions)):
            tap(desk, "leave", revision)
        elif stopped and "refuse" in actions and patience == 1:
            tap(desk, "refuse", revision, reason="41")
        elif view.step == "read" or stopped or self._must_read_again(view):
            tap(desk, "read", revision)
        elif view.step == "picture":
            desk.take_photo(jpeg(comment=name.encode()), live=True)
            tap(desk, "submit-picture", self._site.view.revision, plate=vehicle.plate, colour=vehicle.colour)
            tap(desk, "select", self._site.view.revision, toll_class=vehicle.toll_class, vehicle_kind=kind)
        elif view.step == "check" or not any(choice.selected and choice.code == kind for choice in view.kinds):
            tap(desk, "select", revision, toll_class=vehicle.toll_class, vehicle_kind=kind)
        elif "submit" in actions:
            self._site.clock.forward(30)
            tap(desk, "submit", revision)
        else:
            tap(desk, "quote", revision)

    @staticmethod
    def _must_read_again(view) -> bool:
        """Say whether the page shows a debit that was not begun and offers nothing but a new reading."""
        return view.step == "submit" and view.result is not None and "retry" not in view.actions

    def _deliver(self) -> bool:
        site = self._site
        kinds = (Outgoing.RECORD, Outgoing.EVENT, Outgoing.IMAGE, Outgoing.PHOTO)
        uploader = Uploader(
            site.journal,
            Door(self._room, self._script),
            clock=site.clock,
            agreement=Agreement(site.journal),
            photo=site.album.get,
            kinds=kinds,
        )
        failures = 0
        while failures < PATIENCE:
            step = uploader.step()
            if step.outcome == "idle" and not step.trouble:
                return True
            failures += step.outcome == "failed"
            site.clock.forward(step.wait_s)
        return False

    # --- what must be true on the outside

    def _check(self, name: str) -> None:
        site = self._site
        site.journal.verify()
        assert site.desk.view() is None
        assert site.desk.open_debits() == ()
        counts = site.journal.counts()
        waiting = (counts.records, counts.events, counts.images, counts.photos, counts.refused)
        assert waiting == (0, 0, 0, 0, 0), f"outbox {waiting}"
        self._check_vehicle(name, self._cell.fee_fen, debits=(1,))
        site.world.place(OTHER)
        self._check_vehicle(OTHER, 1045, debits=(0, 1) if self._presented == "another" else (0,))

    def _check_vehicle(self, name: str, fee_fen: int, *, debits: tuple[int, ...]) -> None:
        site = self._site
        (card, tag), (card_now, tag_now) = self._facts[name], (site.card, site.tag)
        count = card_now["counter"] - card["counter"]
        assert count in debits, f"{name}: {count} debits"
        assert card_now["balance_fen"] == card["balance_fen"] - fee_fen * count
        uploads = self._room.records(card["card_id"])
        assert len(uploads) == count, f"{name}: {count} debits, {len(uploads)} records"
        if not count:
            assert (card_now, tag_now) == (card, tag), f"{name} was touched"
            return
        (upload,) = uploads
        assert upload.record.transaction_fee_fen == fee_fen
        assert upload.record.balance_after_fen == card_now["balance_fen"], "the record's balance is not the card's"
        assert upload.capp_after == card_now["file_0019"]
        self._check_evidence(upload, card_now["counter"])
        if tag_now["copy_0019"] != card_now["file_0019"][:78]:
            passage = site.passages.load(upload.passage_id)
            assert passage is not None
            assert passage.tag_write in ("failed", "unknown"), "nobody knows of the tag"

    def _check_evidence(self, upload: RecordUpload, counter: int) -> None:
        """Hold a record to the card's TAC and counter; frames may lose both, and then the record says so."""
        record = upload.record
        if record.tac == UNKNOWN_TAC and self._cell.reader != "apdu":
            assert (upload.proof, record.icc_pay_serial) in {("image", None), ("image", counter - 1)}
            assert "TAC不可取" in record.description
            return
        assert record.icc_pay_serial == counter - 1
        assert record.tac == self._tac(counter), "the record's TAC is not the card's"

    def _tac(self, counter: int) -> str:
        chip = self._site.world.chip("card")
        chip.power_on()
        chip.transmit(bytes.fromhex("00A40000021001"))
        answer = chip.transmit(bytes.fromhex("805A000902") + counter.to_bytes(2, "big") + b"\x08")
        assert answer[-2:] == b"\x90\x00"
        return answer[4:8].hex().upper()


def site_of(cell: Cell, folder: Path, script: Script) -> Site:
    """Put up the lane of a cell."""
    return (ApduSite if cell.reader == "apdu" else FrameSite)(folder, script, cell)


def key_of(cell_name: str, cuts: tuple[Cut, ...]) -> str:
    """Name a story so that it can be played again."""
    return "/".join((cell_name, *(f"{cut.at}:{cut.kind}" for cut in cuts)))


def play(room: Room, cell_name: str, cuts: tuple[Cut, ...] = ()) -> Outcome:
    """Play one story from nothing; a trouble is what broke a promise."""
    key = key_of(cell_name, cuts)
    room.empty()
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        story = Story(room, CELLS[cell_name], Path(folder), cuts)
        try:
            return Outcome(key=key, trouble="", events=story.play())
        except Exception as error:  # noqa: BLE001 - every escape is a finding of the suite
            return Outcome(key=key, trouble=f"{type(error).__name__}: {error}"[:400], events=())
        finally:
            if story._site.connection is not None:
                story._site.connection.close()


def single_cuts(channels: tuple[str, ...]) -> list[Cut]:
    """Return every cut of a phase whose events went over these channels."""
    return [Cut(at, kind) for at, channel in enumerate(channels) for kind in KINDS[channel]]
