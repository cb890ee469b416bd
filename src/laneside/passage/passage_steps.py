"""What is done with one vehicle: each method takes a stage and returns the state after it, notes on disk.

Which step is allowed when, and by whom, is the desk's matter; which there are, and what comes of them, the flow's.
Nothing here looks at revisions, duty or drafts.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from laneside.card.outcome import TagWrite
from laneside.clock import Clock, beijing_digits
from laneside.contract.parameters import Lane, LaneUse, Operator, Parameters, Policy
from laneside.contract.records import ImageRecord, PassageEvent
from laneside.errors import LinkLostError, NothingPresentedError, SettingError
from laneside.passage import notes as n
from laneside.passage.answers import Rejected, rejected
from laneside.passage.checks import Checks
from laneside.passage.debit.debits import Debits
from laneside.passage.debit.lane_trade import open_trade_of
from laneside.passage.duty.duty import Duty, OnDuty
from laneside.passage.duty.lane_setup import LaneSetup
from laneside.passage.flows.flow import Flow
from laneside.passage.lane import LaneLink, Waiting
from laneside.passage.notes import Ending, LaneAnswer, Stage
from laneside.passage.passage_journal import PassageJournal, outgoing_event, outgoing_image, outgoing_photo, passage_id
from laneside.passage.picture.plate_entry import PlateForm, plate_fault
from laneside.passage.picture.plate_evidence import evidence, pair_plates, ranked
from laneside.passage.ports import Documents, PhotoStore, PlateReader, RandomBytes, TerminalIdentity, Worker
from laneside.passage.record.exit_record import RecordContext, event_of
from laneside.passage.state import AnyStage, Confirmed, Debiting, PassageState, Priced, WithPair, WithPicture
from laneside.plates.reading import PlateSight, PlatesUnread
from laneside.reader.port import Capability, EtcReader, Presented
from laneside.rules.finding import Finding, Severity
from laneside.tariff.quote import FeeQuote, NoFee, taken_over
from laneside.vocab.vehicle import PlateColour, TollClass, VehicleKind

_HARDLY_WRONG_COLOURS = frozenset({PlateColour.BLUE, PlateColour.GREEN})


class Equipment(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the desk works with; without ``plates`` no plate is read. ``flows``: what this terminal does."""

    reader: EtcReader
    lane: LaneLink
    passages: PassageJournal
    documents: Documents
    photos: PhotoStore
    identity: TerminalIdentity
    duty: Duty
    lane_setup: LaneSetup
    clock: Clock
    random_bytes: RandomBytes
    worker: Worker
    flows: tuple[Flow, ...]
    plates: PlateReader | None = None


class PassageSteps:
    """Carry out the steps of a vehicle with the terminal's equipment. Holds no state of a passage."""

    def __init__(self, equipment: Equipment) -> None:
        self._e = equipment
        self._passages = equipment.passages
        self._debits = Debits(reader=equipment.reader, passages=equipment.passages)
        self._checks = Checks(passages=equipment.passages, documents=equipment.documents)
        self._flows: Mapping[str, Flow] = {flow.name: flow for flow in equipment.flows}

    def flow_of(self, state: PassageState) -> Flow:
        """Return the flow with which a passage was opened. Raises SettingError where this terminal has none such."""
        flow = self._flows.get(state.opened.flow)
        if flow is None:
            raise SettingError(f"the vehicle in work was begun as {state.opened.flow}, which this terminal does not do")
        return flow

    def parameters(self) -> Parameters | None:
        """Return the parameters that hold now; None before the first ones arrived."""
        return self._e.documents.parameters(self._passages.now())

    def policy(self) -> Policy:
        """Return the province's settings, or the defaults before any arrived."""
        return self._checks.policy()

    # --- from the opening to the fee

    def begin(self, flow: Flow, lane: Lane, duty: OnDuty, waiting: Waiting) -> PassageState:
        """Open a passage on a lane for the collector on duty."""
        opened = n.Opened(
            lane_id=lane.lane_id,
            lane_hex=lane.lane_hex,
            lane_name=lane.name,
            mixed=lane.use is LaneUse.MIXED_EXIT,
            captured_plate=waiting.captured_plate,
            operator_id=duty.operator_id,
            operator_name=duty.name,
            shift=duty.shift,
            work_date=duty.work_date,
            flow=flow.name,
        )
        number = int.from_bytes(self._e.random_bytes(4), "big")
        name = passage_id(lane_hex=lane.lane_hex, at=self._passages.now(), random_number=number)
        return self._passages.begin(name, opened)

    def waiting(self) -> Waiting:
        """Ask the lane what is before its barrier; a mute lane knows nothing."""
        try:
            return self._e.lane.waiting()
        except LinkLostError:
            return Waiting()

    def read(self, stage: AnyStage) -> PassageState:
        """Read card and tag, settle what this card left open, and check both."""
        state, waiting = stage.state, self.waiting()
        try:
            presented = self._e.reader.read(search_s=self.policy().search_s)
        except (NothingPresentedError, LinkLostError) as error:
            return self._passages.add(state, n.ReadFailed(code=error.code))
        self._settle_seen(presented)
        note = n.PairRead(
            presented=presented,
            waiting=waiting,
            findings=self._checks.read(self.flow_of(state), presented, waiting, lane_hex=state.opened.lane_hex),
            list_version=self._checks.list_version(),
        )
        return self._passages.add(state, note)

    def _settle_seen(self, presented: Presented) -> None:
        """Settle the open debits of the card that is here now, before anything new is begun with it."""
        if presented.card is None:
            return
        for debit in self._passages.open_debits():
            if debit.intent.card_id == presented.card.card_id:
                earlier = self._passages.load(debit.passage_id)
                stage = None if earlier is None or not earlier.debit_open else Debiting.of(earlier)
                if stage is not None:
                    self.prove(stage)

    def keep_photo(self, state: PassageState, jpeg: bytes, *, live: bool) -> PassageState:
        """Store a photo durably and begin its way to the centre."""
        sha256 = self._e.photos.put(jpeg)
        outgoing = (outgoing_photo(state.passage_id, sha256),)
        return self._passages.add(state, n.PhotoTaken(sha256=sha256, live=live), outgoing=outgoing)

    def keep_plates(self, state: PassageState, photo_sha256: str, sight: PlateSight) -> PassageState:
        """Keep what was read in the present photo, its cut-outs on the disk first; their way to the centre begins."""
        if isinstance(sight, PlatesUnread):
            return self._passages.add(state, n.PlateRead(photo_sha256=photo_sha256, trouble=sight.trouble))
        seen, by_pair = ranked(sight, pair_plates(state.presented))
        plates = tuple(
            msgspec.structs.replace(each.reading, cut_out_sha256=self._e.photos.put(each.cut_out)) for each in seen
        )
        note = n.PlateRead(photo_sha256=photo_sha256, plates=plates, by_pair=by_pair)
        cut_outs = tuple(outgoing_photo(state.passage_id, plate.cut_out_sha256) for plate in plates)
        return self._compare_again(self._passages.add(state, note, outgoing=cut_outs))

    def _compare_again(self, state: PassageState) -> PassageState:
        """Hold a reading that came after the picture was submitted against it; nothing is written if all stays."""
        stage = WithPicture.of(state)
        if stage is None or state.intent is not None or state.ending is not None:
            return state
        findings = self._checks.confirmed(self.flow_of(state), stage)
        unchanged = findings == state.findings_of.get(Stage.CONFIRMED, ())
        return state if unchanged else self._passages.add(state, n.Stopped(stage=Stage.CONFIRMED, findings=findings))

    def submit_picture(self, stage: WithPair, form: PlateForm) -> PassageState | Rejected:
        """Keep what the collector saw, with its image record; a changed plate starts the choice of class again."""
        state, form = stage.state, form.cleaned
        fault = plate_fault(form)
        if fault is not None:
            return fault
        photo, colour = state.photo, form.colour
        assert photo is not None and colour is not None, "offered with a photo, and the form was checked"
        now = self._passages.now()
        image_id = self._passages.next_image_id(lane_id=state.opened.lane_id, at=now)
        note = n.PictureSubmitted(
            plate=form.plate, colour=colour, photo_sha256=photo.sha256, live=photo.live, image_id=image_id
        )
        image = ImageRecord(
            image_id=image_id,
            passage_id=state.passage_id,
            terminal_id=self._e.identity.terminal_id,
            lane_hex=state.opened.lane_hex,
            vehicle_id=f"{form.plate}_{colour}",
            taken_at=beijing_digits(now),
            photo_sha256=photo.sha256,
            live=photo.live,
            operator_id=state.opened.operator_id,
            plate_reading=evidence(state) or msgspec.UNSET,
        )
        selected = _selection_after(stage, note)
        return self._confirm(self._passages.add(state, note, selected, outgoing=(outgoing_image(image),)))

    def select(self, stage: WithPicture, toll_class: int | None, vehicle_kind: int | None) -> PassageState | Rejected:
        """Keep the actual class and kind, as far as chosen; None keeps what was chosen before."""
        if toll_class is not None and toll_class not in set(TollClass):
            return rejected("toll_class", "没有这个车型", "There is no such class")
        if vehicle_kind is not None and vehicle_kind not in set(VehicleKind):
            return rejected("vehicle_kind", "没有这个车种", "There is no such kind")
        before = stage.state.selected
        note = n.Selected(
            toll_class=before.toll_class if toll_class is None else toll_class,
            vehicle_kind=before.vehicle_kind if vehicle_kind is None else vehicle_kind,
        )
        return stage.state if note == before else self._confirm(self._passages.add(stage.state, note))

    def _confirm(self, state: PassageState) -> PassageState:
        """Compare what the collector saw with what tag and card say."""
        stage = WithPicture.of(state)
        assert stage is not None, "a picture was submitted"
        findings = self._checks.confirmed(self.flow_of(state), stage)
        return self._passages.add(state, n.Stopped(stage=Stage.CONFIRMED, findings=findings))

    def price(self, stage: Confirmed) -> PassageState:
        """Price the passage as confirmed; a fee that can't be told or paid comes with its finding."""
        answer, trade = self._checks.price(stage), open_trade_of(stage)
        if trade is not None:
            # The fixed lane has debited it: that amount counts, whatever the table says today.
            already = taken_over(answer, amount_fen=trade.amount_fen, sent_at=trade.sent_at)
            return self._passages.add(stage.state, already, n.Stopped(stage=Stage.FEE, findings=()))
        match answer:
            case NoFee():
                finding = Finding(code=answer.code, severity=Severity.STOP, params=answer.params)
                return self._passages.add(stage.state, n.Stopped(stage=Stage.FEE, findings=(finding,)))
            case FeeQuote():
                findings = self._checks.fee(self.flow_of(stage.state), stage, answer.fee_fen)
                return self._passages.add(stage.state, answer, n.Stopped(stage=Stage.FEE, findings=findings))

    def release(self, stage: WithPair, code: str, leader: Operator, reason: str) -> PassageState | Rejected:
        """Let one finding pass on a leader's word."""
        finding = next((f for f in stage.state.stops if str(f.code) == code), None)
        if finding is None or not finding.releasable:
            return rejected("code", "该情况不能放行", "This finding can't be released")
        note = n.Released(code=finding.code, leader_id=leader.operator_id, leader_name=leader.name, reason=reason)
        return self._passages.add(stage.state, note)

    def check_leader(self, leader: str, password: str) -> Operator | Rejected:
        """Return the shift leader whose password this is, else why not."""
        return self._e.duty.check_leader(leader, password)

    # --- the debit

    def obstacle(self, state: PassageState) -> Rejected | None:
        """Return what keeps this terminal from any debit now; None where nothing does."""
        return self._checks.obstacle(state)

    def pay_by_card(self, stage: Priced) -> PassageState:
        """Debit what was quoted, or finish what the fixed lane left; then tell the lane."""
        flow, policy, context = self.flow_of(stage.state), self.policy(), self._context()
        trade = stage.read.waiting.open_trade
        if stage.quote.taken_over and trade is not None:
            return self._after_proof(self._debits.take_over(flow, stage, trade, policy, context))
        paid = self._debits.purchase(flow, stage, policy, context)
        return self.tell_lane(paid) if paid.debited is not None else paid

    def prove(self, stage: Debiting) -> PassageState:
        """Ask how an open debit ended; then repair the tag and tell the lane."""
        flow = self.flow_of(stage.state)
        return self._after_proof(self._debits.prove(flow, stage, self.policy(), self._context()))

    def _after_proof(self, state: PassageState) -> PassageState:
        """Write the tag's copy if the cut came before it, then tell the lane."""
        if state.debited is None:
            return state
        stage = Debiting.of(state)
        assert stage is not None, "a debited passage has its intent"
        return self.tell_lane(self.rewrite_tag(stage) if state.tag_copy_missing else state)

    def rewrite_tag(self, stage: Debiting) -> PassageState:
        """Write the tag's copy again; the card is not touched."""
        if Capability.REWRITE_TAG not in self._e.reader.capabilities:
            return stage.state
        result: TagWrite = self._e.reader.rewrite_tag(stage.intent, search_s=self.policy().search_s)
        return self._passages.add(stage.state, n.TagWritten(tag_write=result))

    # --- the end

    def end(self, state: PassageState, ending: Ending, reason: str) -> PassageState:
        """End a vehicle without a debit; where the flow wants it, an event with reason and photo is sent."""
        outgoing = []
        if ending in self.flow_of(state).events:
            outgoing.append(outgoing_event(self._event(state, kind=ending.value, reason=reason)))
        return self.tell_lane(self._passages.add(state, n.Ended(ending=ending, reason=reason), outgoing=outgoing))

    def leave(self, state: PassageState) -> PassageState:
        """Close the page; what is left unfinished gets its ending, an open debit that of the unknown."""
        notes: list[n.AnyNote] = [n.Left()]
        if state.ending is None and (state.debit_open or state.read is not None):
            ending = Ending.UNKNOWN if state.debit_open else Ending.ABANDONED
            notes.insert(0, n.Ended(ending=ending, reason=""))
        return self._passages.add(state, *notes)

    def resume(self, state: PassageState) -> PassageState:
        """Go on with a page that was idle."""
        return self._passages.add(state, n.Resumed())

    def tell_lane(self, state: PassageState) -> PassageState:
        """Tell the lane how the vehicle ended; a mute lane changes nothing of the result."""
        if not self._e.lane.attached:
            return self._passages.add(state, n.LaneTold(answer=LaneAnswer.NONE))
        try:
            self._e.lane.conclude(self.flow_of(state).lane(state))
        except LinkLostError:
            return self._passages.add(state, n.LaneTold(answer=LaneAnswer.MUTE))
        return self._passages.add(state, n.LaneTold(answer=LaneAnswer.TOLD))

    def tell_lane_late(self, state: PassageState) -> PassageState:
        """Tell the lane after a restart, unless another vehicle is there by now: its barrier is not ours to open."""
        try:
            captured = self._e.lane.waiting().captured_plate
        except LinkLostError:
            return self._passages.add(state, n.LaneTold(answer=LaneAnswer.MUTE))
        if state.picture is not None and captured not in ("", state.picture.plate):
            return self._passages.add(state, n.LaneTold(answer=LaneAnswer.MUTE))
        return self.tell_lane(state)

    def mark_cut_debits(self) -> None:
        """Call an intent without outcome unknown after a restart, and let the centre know of it."""
        for debit in self._passages.open_debits():
            state = self._passages.load(debit.passage_id)
            if state is not None and state.debit_open and state.newest(n.Unknown) is None:
                event = self._event(state, kind="open-debit", reason="restart")
                self._passages.add(state, n.Unknown(detail="restart"), outgoing=(outgoing_event(event),))

    def _context(self) -> RecordContext:
        parameters = self.parameters()
        assert parameters is not None, "a passage is opened only with parameters"
        return RecordContext(
            terminal_id=self._e.identity.terminal_id, station=parameters.station, lane_attached=self._e.lane.attached
        )

    def _event(self, state: PassageState, *, kind: str, reason: str) -> PassageEvent:
        at = beijing_digits(self._passages.now())
        return event_of(state, terminal_id=self._e.identity.terminal_id, kind=kind, reason=reason, at=at)


def _selection_after(stage: WithPair, picture: n.PictureSubmitted) -> n.Selected:
    """Keep what was chosen for the same plate; another plate starts the choice again.

    Class and kind are preselected only where they can hardly be wrong: the tag says 客一 and the plate seen is blue or
    green.
    """
    before = stage.state.picture
    if before is not None and (before.plate, before.colour) == (picture.plate, picture.colour):
        return stage.state.selected
    vehicle = stage.presented.vehicle
    if vehicle is None or vehicle.toll_class != TollClass.PASSENGER_1 or picture.colour not in _HARDLY_WRONG_COLOURS:
        return n.Selected(toll_class=None, vehicle_kind=None)
    return n.Selected(toll_class=int(TollClass.PASSENGER_1), vehicle_kind=int(VehicleKind.NORMAL))
