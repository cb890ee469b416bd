"""The desk: every action of the linkage page, guarded by the state; double taps, second tabs and reloads are harmless.

It works whatever flow a passage was opened with: the flow says which actions there are. Actions answer at once; what
talks to a chip runs in the injected worker, one job at a time, while ``view`` shows the activity. All state is in the
journal; only the typed form, the activity, and which photo's plate is being read are held in memory alone.

Two locks, always taken in this order. ``acting`` lets one action of the collector (or one result of the plate reader)
go on at a time; it is held while the lane answers, a photo is encoded, a password is computed or the journal syncs.
``_lock`` guards the fields that ``view`` shows and is held for moments only: a page never waits for any of that.
A device job holds neither while it runs: the activity keeps every other action out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from threading import RLock
from typing import Concatenate, ParamSpec

import msgspec

from laneside.contract.parameters import Lane
from laneside.errors import JournalError, LinkLostError, SettingError
from laneside.journal.entry import Delivery, Outgoing
from laneside.passage.answers import (
    BUSY,
    DONE,
    LANE_NOT_FREED,
    LANE_SILENT,
    NO_LANE,
    NO_PASSAGE,
    NO_STORAGE,
    NOT_A_PICTURE,
    NOT_NOW,
    OFF_DUTY,
    STALE,
    Answer,
    Rejected,
    rejected,
)
from laneside.passage.flows.flow import Activity, AnyAction, Flow, Nothing, Situation
from laneside.passage.passage_journal import BegunDebit
from laneside.passage.passage_steps import Equipment, PassageSteps
from laneside.passage.picture.plate_entry import PlateForm
from laneside.passage.picture.plate_evidence import filled_in
from laneside.passage.picture.plate_reading_session import PlateReadingSession
from laneside.passage.state import AnyStage, PassageState
from laneside.passage.views.view_builder import ViewContext, lane_choice, view_of
from laneside.passage.views.views import LaneChoice, PassageView
from laneside.plates.reading import PlateSight
from laneside.vocab.words import Words

_NOTHING = Nothing()
_P = ParamSpec("_P")


def _one_at_a_time(action: Callable[Concatenate[Desk, _P], Answer]) -> Callable[Concatenate[Desk, _P], Answer]:
    """Let one action go on at a time, and answer a failing disk with a rejection.

    What the journal really holds is looked up again then: it may hold the step.
    """

    @wraps(action)
    def guarded(desk: Desk, /, *args: _P.args, **kwargs: _P.kwargs) -> Answer:
        with desk.acting:
            try:
                return action(desk, *args, **kwargs)
            except JournalError:
                desk.doubt_memory()
                return NO_STORAGE

    return guarded


class Desk:
    """Work one vehicle at a time on one terminal. Every method may be called from any thread."""

    def __init__(self, equipment: Equipment) -> None:
        self._e = equipment
        self._passages = equipment.passages
        self._steps = PassageSteps(equipment)
        # Held by one action or one result of the plate reader from beginning to end, also while lane, photo or disk
        # take their time. Taken before every other lock of the terminal.
        self.acting = RLock()
        # Guards what a page shows: state, activity, form, trouble. Held for moments and never while anything is waited
        # for but the journal, so that a page is drawn during an action.
        self._lock = RLock()
        self._activity = Activity.NONE
        self._trouble: Words | None = None
        self._typed: PlateForm | None = None
        self._plates = PlateReadingSession(equipment.plates, self._steps.policy)
        self._late_plates: tuple[int, PlateSight] | None = None
        self._doubted = False
        self._touched_s = equipment.clock.monotonic_s()
        self._steps.mark_cut_debits()
        self._state = self._restored()
        self._finish_what_was_cut()

    # --- what a page shows

    def lanes(self) -> tuple[LaneChoice, ...]:
        """Return the lanes offered on the home page, each with the flow that works it."""
        offered = ((lane, self._flow_for(lane)) for lane in self._enabled_lanes())
        return tuple(lane_choice(lane, flow) for lane, flow in offered if flow is not None)

    def view(self) -> PassageView | None:
        """Return the linkage page of the vehicle in work, or None on the home page."""
        with self._lock:
            self._believe_again()
            state = self._state
            return None if state is None else view_of(state, self._steps.flow_of(state), self._context(state))

    def in_work(self) -> tuple[str, int] | None:
        """Return passage and revision of the vehicle in work: what a page must have shown to act on it."""
        with self._lock:
            self._believe_again()
            return None if self._state is None else (self._state.passage_id, self._state.revision)

    def action(self, path: str) -> AnyAction | None:
        """Return an action of the flow in work by its address, or None."""
        with self._lock:
            return None if self._state is None else self._steps.flow_of(self._state).action(path)

    def open_debits(self) -> tuple[BegunDebit, ...]:
        """Return the debits that can't be settled yet; the home page shows them until they are."""
        return self._passages.open_debits()

    # --- the collector's actions

    @_one_at_a_time
    def open(self, lane_hex: str, flow_name: str = "") -> Answer:
        """Take a lane and begin a vehicle (【ETC联动】); without a flow's name the first that works this lane."""
        duty = self._e.duty.on_duty
        if duty is None:
            return OFF_DUTY
        with self._lock:
            if not self._believe_again():
                return NO_STORAGE
            in_work = self._state
        if in_work is not None:
            return DONE if in_work.opened.lane_hex == lane_hex else BUSY
        lane = next((lane for lane in self._enabled_lanes() if lane.lane_hex == lane_hex), None)
        flow = None if lane is None else self._flow_for(lane, flow_name)
        if lane is None or flow is None:
            return NO_LANE
        refused = self._occupy(lane)
        if refused is not None:
            return refused
        state = self._steps.begin(flow, lane, duty, self._steps.waiting())
        with self._lock:
            self._typed, self._trouble = None, None
            self._show(state)
            self._plates.warm_up()
        return DONE

    @_one_at_a_time
    def act(
        self, path: str, revision: int | None, given: msgspec.Struct = _NOTHING, *, passage_id: str | None = None
    ) -> Answer:
        """Carry out an action of the flow once: the revision it was offered with must still be the present one.

        Revisions start again with each vehicle: with ``passage_id`` a page of the last one does not act on this one.
        """
        with self._lock:
            guarded = self._guard(path, revision, passage_id)
            if not isinstance(guarded, tuple):
                return guarded
            action, state, stage = guarded
            situation = self._situation(state)
        if action.fills is not None:
            return self._fill_in(action.fills(stage, situation))
        if isinstance(given, PlateForm):
            self._fill_in(given.cleaned)  # only now: a stale page's form must not replace what is typed
        return action.refused(self._steps, state) or self._run(action, state, stage, given)

    @_one_at_a_time
    def draft(self, form: PlateForm, *, passage_id: str | None = None) -> Answer:
        """Keep what was typed so far, so that a reload shows it again."""
        refused = self._refused(passage_id)
        return self._fill_in(form.cleaned) if refused is None else refused

    @_one_at_a_time
    def take_photo(self, image: bytes, /, *, live: bool, passage_id: str | None = None) -> Answer:
        """Store a photo of the vehicle; ``live`` is False for a file picked from elsewhere (非现场拍摄)."""
        refused = self._refused(passage_id)
        if refused is not None:
            return refused
        with self._lock:
            state = self._state
            if state is None or "photo" not in self._offered(state):
                return NOT_NOW
            busy = self._activity is not Activity.NONE
        if busy:
            return BUSY
        try:
            jpeg = self._e.photos.develop(image, side_px_max=self._steps.policy().photo_side_px_max)
        except ValueError:
            return NOT_A_PICTURE
        state = self._steps.keep_photo(state, jpeg, live=live)
        with self._lock:
            self._show(state)
            self._plates.begin(jpeg, self._plates_seen)
        return DONE

    # --- how an action runs

    def _refused(self, passage_id: str | None) -> Rejected | None:
        """Return what keeps any action out, whatever it is."""
        with self._lock:
            if self._e.duty.on_duty is None:
                return OFF_DUTY
            if not self._believe_again():
                return NO_STORAGE
            if self._state is None:
                return NO_PASSAGE
            return None if passage_id in (None, "", self._state.passage_id) else STALE

    def _guard(
        self, path: str, revision: int | None, passage_id: str | None
    ) -> tuple[AnyAction, PassageState, AnyStage] | Answer:
        """Return action, state and stage if the action may run now; the one guard of every action."""
        refused, state = self._refused(passage_id), self._state
        if refused is not None or state is None:
            return refused or NO_PASSAGE
        action = self._steps.flow_of(state).action(path)
        if action is not None and action.activity is self._activity is not Activity.NONE:
            return DONE  # a second tap on what is going on
        if self._activity is not Activity.NONE:
            return BUSY
        if revision != state.revision:
            return STALE
        stage = None if action is None else action.stage_of(state, self._situation(state))
        return NOT_NOW if action is None or stage is None else (action, state, stage)

    def _fill_in(self, form: PlateForm | None) -> Answer:
        with self._lock:
            self._typed = form
            self._touched_s = self._e.clock.monotonic_s()
        return DONE

    def _run(self, action: AnyAction, state: PassageState, stage: AnyStage, given: msgspec.Struct) -> Answer:
        """Run an action here, or hand it to the device worker: pages are drawn meanwhile, the guard bars all others."""
        run = action.run
        if run is None:
            return NOT_NOW
        if action.activity is not Activity.NONE:
            with self._lock:
                self._activity = action.activity
                self._trouble = None
            self._e.worker(lambda: self._job(state, lambda: run(self._steps, stage, given)))
            return DONE
        after = run(self._steps, stage, given)
        if isinstance(after, Rejected):
            return after
        with self._lock:
            self._show(after)
        return self._free_lane() if after.left else DONE

    def _job(self, before: PassageState, run: Callable[[], PassageState | Rejected]) -> None:
        """Run a device job. Whatever it ends with, the desk is free afterwards."""
        after: PassageState | Rejected | None = None
        try:
            after = run()
        except JournalError:
            self._trouble = NO_STORAGE.text
        finally:
            with self._lock:
                self._activity = Activity.NONE
                if after is None:
                    self.doubt_memory()
                else:
                    self._show(before if isinstance(after, Rejected) else after)
                late, self._late_plates = self._late_plates, None
        if late is not None:
            self._plates_seen(*late)

    def _show(self, state: PassageState) -> None:
        """Take a new state; called under ``_lock``."""
        self._touched_s = self._e.clock.monotonic_s()
        self._state = None if state.left else state
        if state.left:
            self._typed = None
            self._plates.cancel()

    # --- the journal after a fault

    def doubt_memory(self) -> None:
        """Take the passage from the journal before anything else is done with it: a write failed."""
        with self._lock:
            self._doubted = True
            self._believe_again()

    def _believe_again(self) -> bool:
        """Read the passage again after a fault, as soon as the disk lets it be read. Called under ``_lock``."""
        if not self._doubted:
            return True
        try:
            self._state = self._passages.unfinished()
        except JournalError:
            return False
        self._doubted = False
        return True

    # --- the plate in the photo

    def _plates_seen(self, number: int, sight: PlateSight) -> None:
        """Keep what was read, unless vehicle or photo is another one by now. Called from the plate reader's thread."""
        with self.acting:
            with self._lock:
                if self._activity is not Activity.NONE:
                    self._late_plates = (number, sight)  # one writer at a time: the device job is the one now
                    return
                state = self._state
                if not self._plates.accept(number) or state is None or state.photo is None or self._doubted:
                    return
            try:
                after = self._steps.keep_plates(state, state.photo.sha256, sight)
            except JournalError:
                self._trouble = NO_STORAGE.text
                self.doubt_memory()
                return
            with self._lock:
                self._state = after

    # --- the lane

    def _occupy(self, lane: Lane) -> Rejected | None:
        try:
            self._e.lane.occupy(lane.lane_hex)
        except LinkLostError:
            return LANE_SILENT
        except SettingError as error:
            return rejected("lane_hex", f"车道不可用：{error}", f"The lane can't be taken: {error}")
        return None

    def _free_lane(self) -> Answer:
        try:
            self._e.lane.release()
        except LinkLostError:
            return LANE_NOT_FREED
        return DONE

    def _enabled_lanes(self) -> tuple[Lane, ...]:
        parameters = self._steps.parameters()
        enabled = self._e.lane_setup.enabled()
        return () if parameters is None else tuple(x for x in parameters.station.lanes if x.lane_hex in enabled)

    def _flow_for(self, lane: Lane, name: str = "") -> Flow | None:
        flows = (flow for flow in self._e.flows if name in ("", flow.name))
        return next((flow for flow in flows if flow.works_on(lane)), None)

    # --- after a restart, and what a view needs beside the notes

    def _restored(self) -> PassageState | None:
        """Return the page that was in work when the terminal stopped, with what was submitted in its form."""
        state = self._passages.unfinished()
        if state is not None and state.picture is not None:
            self._typed = PlateForm(plate=state.picture.plate, colour=state.picture.colour)
        return state

    def _finish_what_was_cut(self) -> None:
        """Tell the lane of a vehicle that had ended, and read the plate of a photo that was being read."""
        state = self._state
        if state is None:
            return
        if state.ending is not None and state.lane_told is None:
            self._activity = Activity.SUBMITTING
            self._e.worker(lambda: self._job(state, lambda: self._steps.tell_lane_late(state)))
        elif state.photo is not None and state.plate_read is None and "photo" in self._offered(state):
            jpeg = self._e.photos.get(state.photo.sha256)
            if jpeg is not None:
                self._plates.begin(jpeg, self._plates_seen)

    def _form(self, state: PassageState) -> PlateForm:
        """Return plate and colour as they are in the form: what was typed, else what the photo fills in."""
        return filled_in(state, self._plates.use) if self._typed is None else self._typed

    def _situation(self, state: PassageState) -> Situation:
        policy = self._steps.policy()
        idle_s = self._e.clock.monotonic_s() - self._touched_s
        idle = self._activity is Activity.NONE and idle_s >= policy.idle_question_s
        return Situation(policy=policy, form=self._form(state), idle=idle)

    def _offered(self, state: PassageState) -> frozenset[str]:
        return self._steps.flow_of(state).offered(state, self._situation(state))

    def _context(self, state: PassageState) -> ViewContext:
        situation = self._situation(state)
        return ViewContext(
            situation=situation,
            activity=self._activity,
            age_s=int((self._e.clock.now() - state.opened_at).total_seconds()),
            photo_delivered=self._delivered(state),
            trouble=NO_STORAGE.text if self._doubted else self._trouble,
            reading_plate=self._plates.pending,
        )

    def _delivered(self, state: PassageState) -> bool:
        if state.picture is None:
            return False
        photo = self._passages.journal.delivery(Outgoing.PHOTO, state.picture.photo_sha256)
        return photo is Delivery.RECEIVED
