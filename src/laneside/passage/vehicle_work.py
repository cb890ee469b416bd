"""What is done with one vehicle: each method takes the state before and gives the state after, notes on disk.

Which step is allowed when, and by whom, is the desk's matter; nothing here looks at revisions, duty or drafts.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from laneside.clock import Clock, beijing_digits
from laneside.contract.parameters import Lane, LaneUse, Operator, Parameters, Policy
from laneside.contract.records import ImageRecord, PassageEvent
from laneside.errors import LinkLostError, NothingPresentedError
from laneside.passage import notes as n
from laneside.passage.answers import Rejected, rejected
from laneside.passage.checks import Checks
from laneside.passage.debits import Debits
from laneside.passage.duty import Duty, OnDuty
from laneside.passage.lane import LaneLink, Waiting
from laneside.passage.logbook import Logbook, outgoing_event, outgoing_image, outgoing_photo
from laneside.passage.numbering import passage_id
from laneside.passage.plate_entry import plate_fault
from laneside.passage.plate_sight import evidence, pair_plates, plate_note, ranked
from laneside.passage.ports import (
    Documents,
    PhotoStore,
    PlateReader,
    PlateSight,
    PlatesUnread,
    RandomBytes,
    TerminalIdentity,
    Worker,
)
from laneside.passage.sealing import Marks, event_of
from laneside.passage.setup import Setup
from laneside.passage.signs import conclusion_of
from laneside.passage.state import PassageState
from laneside.passage.steps import ending_of_unfinished, preselected, stage_findings
from laneside.passage.view import Ending
from laneside.reader import Capability, EtcReader, Presented, TagWrite
from laneside.vocab import TollClass, VehicleKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """Everything that the desk works with; without ``plates`` no plate is read."""

    reader: EtcReader
    lane: LaneLink
    logbook: Logbook
    documents: Documents
    photos: PhotoStore
    identity: TerminalIdentity
    duty: Duty
    setup: Setup
    clock: Clock
    random_bytes: RandomBytes
    worker: Worker
    plates: PlateReader | None = None


class VehicleWork:
    """Carry out the steps of a vehicle with the terminal's equipment."""

    def __init__(self, equipment: Equipment) -> None:
        self._e = equipment
        self._logbook = equipment.logbook
        self._debits = Debits(reader=equipment.reader, logbook=equipment.logbook)
        self._checks = Checks(logbook=equipment.logbook, documents=equipment.documents)

    def parameters(self) -> Parameters | None:
        """Return the parameters that hold now; None before the first ones arrived."""
        return self._e.documents.parameters(self._logbook.now())

    def policy(self) -> Policy:
        """Return the province's settings, or the defaults before any arrived."""
        parameters = self.parameters()
        return Policy() if parameters is None else parameters.policy

    # --- from the opening to the fee

    def begin(self, lane: Lane, duty: OnDuty) -> PassageState:
        """Open a passage on a lane for whoever is on duty."""
        opened = n.Opened(
            lane_id=lane.lane_id,
            lane_hex=lane.lane_hex,
            lane_name=lane.name,
            mixed=lane.use is LaneUse.MIXED_EXIT,
            captured_plate=self._waiting().captured_plate,
            operator_id=duty.operator_id,
            operator_name=duty.name,
            shift=duty.shift,
            work_date=duty.work_date,
        )
        number = int.from_bytes(self._e.random_bytes(4), "big")
        name = passage_id(lane_hex=lane.lane_hex, at=self._logbook.now(), random_number=number)
        return self._logbook.begin(name, opened)

    def read(self, state: PassageState) -> PassageState:
        """Read card and tag, settle what this card left open, and check both."""
        waiting = self._waiting()
        try:
            presented = self._e.reader.read(search_s=self.policy().search_s)
        except (NothingPresentedError, LinkLostError) as error:
            return self._logbook.add(state, n.ReadFailed(code=error.code))
        self._settle_seen(presented)
        findings = self._checks.presented(presented, waiting, lane_hex=state.opened.lane_hex)
        tag, card = n.note_presented(presented)
        note = n.Read(
            tag=tag,
            card=card,
            card_trouble=presented.card_trouble,
            tag_trouble=presented.tag_trouble,
            other_tags=presented.other_tags,
            psam_present=presented.psam.present,
            psam_authorised=presented.psam.authorised,
            psam_terminal_number=presented.psam.terminal_number,
            waiting=waiting,
            findings=findings,
            list_version=self._checks.list_version(),
        )
        return self._logbook.add(state, note)

    def _waiting(self) -> Waiting:
        """Ask the lane what stands before its barrier; a mute lane knows nothing."""
        try:
            return self._e.lane.waiting()
        except LinkLostError:
            return Waiting()

    def _settle_seen(self, presented: Presented) -> None:
        """Settle the open debits of the card that is here now, before anything new is begun with it."""
        if presented.card is None:
            return
        for debit in self._logbook.open_debits():
            if debit.card_id == presented.card.card_id:
                earlier = self._logbook.load(debit.passage_id)
                if earlier is not None and earlier.debit_open:
                    self.prove(earlier)

    def submit_picture(self, state: PassageState, plate: str, colour: int | None) -> PassageState | Rejected:
        """Keep the collector's witness and its image record; a changed plate begins the choice of class anew."""
        wrong = plate_fault(plate, colour)
        if wrong is not None:
            return wrong
        assert state.photo is not None and colour is not None
        now = self._logbook.now()
        image_id = self._logbook.next_image_id(lane_id=state.opened.lane_id, at=now)
        note = n.PictureSubmitted(
            plate=plate, colour=colour, photo_sha256=state.photo.sha256, live=state.photo.live, image_id=image_id
        )
        image = ImageRecord(
            image_id=image_id,
            passage_id=state.passage_id,
            terminal_id=self._e.identity.terminal_id,
            lane_hex=state.opened.lane_hex,
            vehicle_id=f"{plate}_{colour}",
            taken_at=beijing_digits(now),
            photo_sha256=state.photo.sha256,
            live=state.photo.live,
            operator_id=state.opened.operator_id,
            plate_reading=evidence(state) or msgspec.UNSET,
        )
        chosen = self._selection_after(state, plate, colour)
        state = self._logbook.add(state, note, chosen, outgoing=(outgoing_image(image),))
        return self._confirm(state)

    def keep_sight(self, state: PassageState, photo_sha256: str, sight: PlateSight) -> PassageState:
        """Keep what was read in the present photo, its cut-outs on the disk first; their way to the centre begins."""
        if isinstance(sight, PlatesUnread):
            return self._logbook.add(state, n.PlateRead(photo_sha256=photo_sha256, trouble=sight.trouble))
        plates, by_pair = ranked(sight, pair_plates(state))
        kept = tuple(plate_note(plate, self._e.photos.put(plate.cut_out)) for plate in plates)
        note = n.PlateRead(photo_sha256=photo_sha256, plates=kept, by_pair=by_pair)
        cut_outs = (outgoing_photo(state.passage_id, plate.cut_out_sha256) for plate in kept)
        return self._logbook.add(state, note, outgoing=tuple(cut_outs))

    def compare_again(self, state: PassageState) -> PassageState:
        """Hold a reading that came after the picture was submitted against it; nothing is written if all stays."""
        if state.picture is None or self._checks.confirmed(state) == stage_findings(state, "confirmed"):
            return state
        return self._confirm(state)

    def _selection_after(self, state: PassageState, plate: str, colour: int) -> n.Selected:
        """Keep what was chosen for the same plate; another plate begins the choice anew."""
        before = state.picture
        if before is not None and (before.plate, before.colour) == (plate, colour):
            return n.Selected(toll_class=state.toll_class, vehicle_kind=state.vehicle_kind)
        presented = state.presented
        vehicle = None if presented is None or presented.tag is None else presented.tag.vehicle
        toll_class, kind = preselected(vehicle, colour)
        return n.Selected(toll_class=toll_class, vehicle_kind=kind)

    def select(self, state: PassageState, toll_class: int | None, vehicle_kind: int | None) -> PassageState | Rejected:
        """Keep the actual class and kind, as far as chosen."""
        if toll_class is not None and toll_class not in set(TollClass):
            return rejected("toll_class", "没有这个车型", "There is no such class")
        if vehicle_kind is not None and vehicle_kind not in set(VehicleKind):
            return rejected("vehicle_kind", "没有这个车种", "There is no such kind")
        note = n.Selected(
            toll_class=state.toll_class if toll_class is None else toll_class,
            vehicle_kind=state.vehicle_kind if vehicle_kind is None else vehicle_kind,
        )
        if (note.toll_class, note.vehicle_kind) == (state.toll_class, state.vehicle_kind):
            return state
        return self._confirm(self._logbook.add(state, note))

    def _confirm(self, state: PassageState) -> PassageState:
        """Compare what the collector saw with what tag and card say."""
        return self._logbook.add(state, n.Stopped(stage="confirmed", findings=self._checks.confirmed(state)))

    def quote(self, state: PassageState) -> PassageState:
        """Price the passage as confirmed."""
        return self._logbook.add(state, *self._checks.quote(state))

    def release(self, state: PassageState, code: str, leader: Operator, reason: str) -> PassageState | Rejected:
        """Let one finding pass on a leader's word."""
        finding = next((f for f in state.stops if str(f.code) == code), None)
        if finding is None or not finding.releasable:
            return rejected("code", "该情况不能放行", "This finding can't be released")
        note = n.Released(code=finding.code, leader_id=leader.operator_id, leader_name=leader.name, reason=reason)
        return self._logbook.add(state, note)

    # --- the debit

    def clock_allows(self, state: PassageState) -> bool:
        """Say whether a debit may carry a time now."""
        return self._checks.clock_allows(state)

    def submit(self, state: PassageState) -> PassageState:
        """Debit what was quoted, or finish what the fixed lane left; then tell the lane."""
        policy, marks = self.policy(), self._marks(state)
        assert state.quoted is not None
        trade = None if state.read is None else state.read.waiting.open_trade
        if state.quoted.taken_over and trade is not None:
            return self._after_proof(self._debits.take_over(state, trade, policy, marks))
        paid = self._debits.purchase(state, policy, marks)
        return self.tell_lane(paid) if paid.debited else paid

    def prove(self, state: PassageState) -> PassageState:
        """Ask how an open debit ended; then repair the tag and tell the lane."""
        return self._after_proof(self._debits.prove(state, self.policy(), self._marks(state)))

    def _after_proof(self, state: PassageState) -> PassageState:
        """Write the tag's copy if the cut came before it, then tell the lane."""
        if not state.debited:
            return state
        if state.tag_write in (TagWrite.UNKNOWN, TagWrite.FAILED):
            state = self.rewrite_tag(state)
        return self.tell_lane(state)

    def rewrite_tag(self, state: PassageState) -> PassageState:
        """Write the tag's copy again; the card is not touched."""
        assert state.intent is not None
        if Capability.REWRITE_TAG not in self._e.reader.capabilities:
            return state
        result = self._e.reader.rewrite_tag(state.intent.intent(), search_s=self.policy().search_s)
        return self._logbook.add(state, n.TagWritten(tag_write=result))

    # --- the end

    def end(self, state: PassageState, ending: Ending, reason: str) -> PassageState:
        """End a vehicle without a debit; its event goes to the centre with reason and picture."""
        text = reason.strip() or self._checks.first_stop_text(state)
        event = self._event(state, kind=ending.value, reason=text)
        ended = n.Ended(ending=ending, reason=text)
        return self.tell_lane(self._logbook.add(state, ended, outgoing=(outgoing_event(event),)))

    def leave(self, state: PassageState) -> None:
        """Close the page; what is left unfinished gets its ending, an open debit that of the unknown."""
        notes: list[n.AnyNote] = [n.Left()]
        if state.ending is None and (state.debit_open or state.read is not None):
            notes.insert(0, n.Ended(ending=ending_of_unfinished(state), reason=""))
        self._logbook.add(state, *notes)

    def tell_lane(self, state: PassageState) -> PassageState:
        """Tell the lane how the vehicle ended; a mute lane changes nothing of the result."""
        if not self._e.lane.attached:
            return self._logbook.add(state, n.LaneTold(answer="none"))
        try:
            self._e.lane.conclude(conclusion_of(state))
        except LinkLostError:
            return self._logbook.add(state, n.LaneTold(answer="mute"))
        return self._logbook.add(state, n.LaneTold(answer="told"))

    def tell_again(self, state: PassageState) -> PassageState:
        """Tell the lane late, unless another vehicle stands there by now: its barrier is not ours to open."""
        try:
            captured = self._e.lane.waiting().captured_plate
        except LinkLostError:
            return self._logbook.add(state, n.LaneTold(answer="mute"))
        if state.picture is not None and captured not in ("", state.picture.plate):
            return self._logbook.add(state, n.LaneTold(answer="mute"))
        return self.tell_lane(state)

    def mark_cut_debits(self) -> None:
        """Call an intent without outcome unknown after a restart, and let the centre hear of it."""
        for debit in self._logbook.open_debits():
            state = self._logbook.load(debit.passage_id)
            if state is not None and state.debit_open and not state.unknown:
                event = self._event(state, kind="open-debit", reason="restart")
                self._logbook.add(state, n.DebitUnknown(detail="restart"), outgoing=(outgoing_event(event),))

    def _marks(self, state: PassageState) -> Marks:
        parameters = self.parameters()
        assert parameters is not None, "a passage is opened only with parameters"
        return Marks(
            terminal_id=self._e.identity.terminal_id,
            station=parameters.station,
            status_list_version="" if state.read is None else state.read.list_version,
            lane_attached=self._e.lane.attached,
        )

    def _event(self, state: PassageState, *, kind: str, reason: str) -> PassageEvent:
        at = beijing_digits(self._logbook.now())
        return event_of(state, terminal_id=self._e.identity.terminal_id, kind=kind, reason=reason, at=at)
