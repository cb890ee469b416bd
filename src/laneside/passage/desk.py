"""The desk: every action of the linkage page, guarded by the state; double taps, second tabs and reloads are harmless.

Actions answer at once; what talks to a chip runs in the injected worker, one job at a time, while ``view`` shows the
activity. All state is in the journal; the only things held in memory alone are the typed draft, the activity, and which
photo's plate is being read: that goes on beside everything else, and nothing waits for it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from threading import RLock
from typing import Concatenate, ParamSpec

from laneside.contract.parameters import Lane, LaneUse, Operator
from laneside.errors import JournalError, LinkLostError, SettingError
from laneside.journal import Delivery, Outgoing
from laneside.passage import notes as n
from laneside.passage.answers import DONE, Answer, Rejected, rejected
from laneside.passage.eye import Eye
from laneside.passage.logbook import OpenDebit, outgoing_photo
from laneside.passage.plate_entry import clean_plate
from laneside.passage.plate_sight import Typed, filled_in, takable
from laneside.passage.ports import PlateSight
from laneside.passage.showing import Moment, lane_use_words, view_of
from laneside.passage.state import PassageState
from laneside.passage.steps import actions_of, is_exit, pair_plate, read_stops
from laneside.passage.vehicle_work import Equipment, VehicleWork
from laneside.passage.view import Action, Activity, Ending, LaneChoice, PassageView, Words

_STALE = rejected("", "页面已更新，请看当前状态", "The page has moved on: see the current state")
_BUSY = rejected("", "正在交易中，请勿进行其他操作", "A trade is under way: please wait")
_NOT_NOW = rejected("", "当前步骤不能进行此操作", "This can't be done at this step")
_OFF_DUTY = rejected("", "请先上班后再进行操作", "Please log in first")
_CLOCK_BEHIND = rejected(
    "", "本机时钟倒退，未扣费，请校时后重新读卡", "The clock went back: set it right and read again"
)
_NO_STORAGE = Words(
    zh="本机存储故障，请停止收费并联系班长", en="The journal can't be written: stop and call the leader"
)
_NO_PASSAGE = rejected("", "没有正在处理的车辆", "No vehicle is in work")
_STORAGE = Rejected(field="", text=_NO_STORAGE)

_P = ParamSpec("_P")


def _kept(action: Callable[Concatenate[Desk, _P], Answer]) -> Callable[Concatenate[Desk, _P], Answer]:
    """Answer a failing disk with a rejection, and go on from what the journal really holds: it may hold the step."""

    @wraps(action)
    def guarded(desk: Desk, /, *args: _P.args, **kwargs: _P.kwargs) -> Answer:
        try:
            return action(desk, *args, **kwargs)
        except JournalError:
            desk.reload()
            return _STORAGE

    return guarded


class Desk:
    """Work one vehicle at a time on one terminal. Every method may be called from any thread."""

    def __init__(self, equipment: Equipment) -> None:
        self._e = equipment
        self._logbook = equipment.logbook
        self._work = VehicleWork(equipment)
        self._lock = RLock()
        self._activity = Activity.NONE
        self._trouble: Words | None = None
        self._typed: Typed | None = None
        self._eye = Eye(equipment.plates, self._work.policy)
        self._touched_at = equipment.clock.now()
        self._state = self._restore()
        self._tell_what_was_cut()
        self._look_again()

    # --- what a page shows

    def lanes(self) -> tuple[LaneChoice, ...]:
        """Return the lanes offered on the home page."""
        parameters = self._work.parameters()
        enabled = self._e.setup.enabled()
        lanes = () if parameters is None else parameters.station.lanes
        return tuple(_choice(lane) for lane in lanes if lane.lane_hex in enabled and is_exit(lane))

    def view(self) -> PassageView | None:
        """Return the linkage page of the vehicle in work, or None on the home page."""
        with self._lock:
            return None if self._state is None else view_of(self._state, self._moment(self._state))

    def in_work(self) -> tuple[str, int] | None:
        """Return passage and revision of the vehicle in work: what a page must have shown to act on it."""
        with self._lock:
            return None if self._state is None else (self._state.passage_id, self._state.revision)

    def open_debits(self) -> tuple[OpenDebit, ...]:
        """Return the debits that nobody can settle yet; the home page shows them until they are."""
        return self._logbook.open_debits()

    def reload(self) -> None:
        """Forget the passage in memory and take it as the journal has it."""
        with self._lock:
            self._state = self._logbook.unfinished()

    # --- the collector's actions, in the order of the page

    @_kept
    def open(self, lane_hex: str) -> Answer:
        """Take a lane and begin a vehicle (【ETC联动】)."""
        with self._lock:
            duty = self._e.duty.on_duty
            if duty is None:
                return _OFF_DUTY
            if self._state is not None:
                return DONE if self._state.opened.lane_hex == lane_hex else _BUSY
            lane = self._lane(lane_hex)
            if lane is None:
                return rejected("lane_hex", "请选择已启用的出口车道", "Choose an enabled exit lane")
            occupied = self._occupy(lane)
            if occupied is not DONE:
                return occupied
            self._typed = None
            self._trouble = None
            self._set(self._work.begin(lane, duty))
            self._eye.warm()
            return DONE

    def read(self, revision: int) -> Answer:
        """Look for card and tag and check both (【读卡】)."""
        return self._with_device(Action.READ, revision, Activity.READING, self._work.read)

    def draft(self, *, plate: str, colour: int | None) -> Answer:
        """Keep what was typed so far, so that a reload shows it again."""
        with self._lock:
            if self._state is None:
                return _NO_PASSAGE
            self._typed = (clean_plate(plate), colour)
            self._touched_at = self._e.clock.now()
            return DONE

    @_kept
    def take_photo(self, image: bytes, /, *, live: bool) -> Answer:
        """Store a photo of the vehicle; ``live`` is False for a file picked from elsewhere (非现场拍摄)."""
        with self._lock:
            state = self._state
            if state is None:
                return _NO_PASSAGE
            if Action.PHOTO not in actions_of(state):
                return _NOT_NOW
            try:
                jpeg = self._e.photos.develop(image, side_px_max=self._work.policy().photo_side_px_max)
            except ValueError:
                return rejected("photo", "无法识别的图片文件，请重新拍摄", "Not a picture: take the photo again")
            sha256 = self._e.photos.put(jpeg)
            photo = outgoing_photo(state.passage_id, sha256)
            self._set(self._logbook.add(state, n.PhotoTaken(sha256=sha256, live=live), outgoing=(photo,)))
            self._eye.look(jpeg, self._saw)
            return DONE

    def same_as_pair(self, revision: int) -> Answer:
        """Take plate and colour as the pair has them (与卡签一致), where the province allows this instead of typing."""
        with self._lock:
            state = self._state
            if state is None:
                return _NO_PASSAGE
            if revision != state.revision:
                return _STALE
            agreed = pair_plate(state) if self._may_confirm_same(state) else None
            if agreed is None:
                return _NOT_NOW
            return self.draft(plate=agreed[0], colour=agreed[1])

    def take_reading(self, revision: int) -> Answer:
        """Take plate and colour as they were read in the photo, in place of what stands there."""
        with self._lock:
            state = self._state
            if state is None:
                return _NO_PASSAGE
            if revision != state.revision:
                return _STALE
            taken = self._takable(state)
            return _NOT_NOW if taken is None else self.draft(plate=taken[0], colour=taken[1])

    def submit_picture(self, revision: int, *, plate: str, colour: int | None) -> Answer:
        """Give the collector's witness of plate and colour with the photo (【提交图片数据】)."""
        text = clean_plate(plate)
        self.draft(plate=text, colour=colour)
        return self._at_once(
            Action.SUBMIT_PICTURE, revision, lambda state: self._work.submit_picture(state, text, colour)
        )

    def select(self, revision: int, *, toll_class: int | None, vehicle_kind: int | None) -> Answer:
        """Choose the actual class and kind; either may be left None to keep what was chosen."""
        return self._at_once(Action.SELECT, revision, lambda state: self._work.select(state, toll_class, vehicle_kind))

    def quote(self, revision: int) -> Answer:
        """Work out the fee (【算费】)."""
        return self._at_once(Action.QUOTE, revision, self._work.quote)

    def submit(self, revision: int) -> Answer:
        """Debit, write card and tag, seal the record, tell the lane (【提交数据】)."""
        state = self._state
        if state is not None and not self._work.clock_allows(state):
            return _CLOCK_BEHIND
        return self._with_device(Action.SUBMIT, revision, Activity.SUBMITTING, self._work.submit)

    def prove(self, revision: int) -> Answer:
        """Find out how an open debit ended (【确认扣款】)."""
        return self._with_device(Action.PROVE, revision, Activity.PROVING, self._work.prove)

    def rewrite_tag(self, revision: int) -> Answer:
        """Write the tag's copy again (【补写标签】); the card is not touched."""
        return self._with_device(Action.REWRITE_TAG, revision, Activity.REWRITING, self._work.rewrite_tag)

    def release(self, revision: int, *, code: str, leader: str, password: str, reason: str) -> Answer:
        """Let one finding pass for this vehicle, on a shift leader's word (班长放行)."""
        if not reason.strip():
            return rejected("reason", "请填写放行原因", "Give the reason of the release")
        checked = self._e.duty.check_leader(leader, password)
        if not isinstance(checked, Operator):
            return checked
        return self._at_once(
            Action.RELEASE, revision, lambda state: self._work.release(state, code, checked, reason.strip())
        )

    def refuse(self, revision: int, *, reason: str) -> Answer:
        """End the vehicle as refused; the barrier stays shut."""
        return self._at_once(Action.REFUSE, revision, lambda state: self._work.end(state, Ending.REFUSED, reason))

    def transfer(self, revision: int, *, reason: str) -> Answer:
        """Hand the vehicle to manual handling (转人工)."""
        if not reason.strip():
            return rejected("reason", "请选择转人工原因", "Give the reason of the transfer")
        return self._at_once(Action.TRANSFER, revision, lambda state: self._work.end(state, Ending.TRANSFERRED, reason))

    def abandon(self, revision: int, *, reason: str) -> Answer:
        """Give the vehicle up with a reason (放弃); never possible while a debit is open."""
        if not reason.strip():
            return rejected("reason", "请选择放弃原因", "Give the reason of giving up")
        return self._at_once(Action.ABANDON, revision, lambda state: self._work.end(state, Ending.ABANDONED, reason))

    @_kept
    def resume(self, revision: int) -> Answer:
        """Go on with a page that stood idle (继续)."""
        with self._lock:
            if self._state is None:
                return _NO_PASSAGE
            if revision == self._state.revision:
                self._set(self._logbook.add(self._state, n.Resumed()))
            return DONE

    @_kept
    def leave(self, revision: int) -> Answer:
        """Go home and release the lane (【返回】)."""
        with self._lock:
            state = self._guard(Action.LEAVE, revision)
            if isinstance(state, Rejected):
                return state
            self._work.leave(state)
            self._state = None
            self._typed = None
            self._eye.look_away()
            return self._free_lane()

    # --- how an action runs

    @_kept
    def _at_once(
        self, action: Action, revision: int, step: Callable[[PassageState], PassageState | Rejected]
    ) -> Answer:
        with self._lock:
            state = self._guard(action, revision)
            after = state if isinstance(state, Rejected) else step(state)
            if isinstance(after, Rejected):
                return after
            self._set(after)
            return DONE

    def _with_device(
        self, action: Action, revision: int, activity: Activity, job: Callable[[PassageState], PassageState]
    ) -> Answer:
        with self._lock:
            if self._activity is activity:
                return DONE
            state = self._guard(action, revision)
            if isinstance(state, Rejected):
                return state
            self._activity = activity
            self._trouble = None
        self._e.worker(lambda: self._run(state, job))
        return DONE

    def _run(self, state: PassageState, job: Callable[[PassageState], PassageState]) -> None:
        """Run a device job outside the lock: pages are drawn meanwhile, the guard keeps all other actions out."""
        try:
            job(state)
        except JournalError:
            self._trouble = _NO_STORAGE
        finally:
            with self._lock:
                self._state = self._logbook.load(state.passage_id)
                self._activity = Activity.NONE
                self._touched_at = self._e.clock.now()

    def _guard(self, action: Action, revision: int) -> PassageState | Rejected:
        if self._e.duty.on_duty is None:
            return _OFF_DUTY
        if self._state is None:
            return _NO_PASSAGE
        if self._activity is not Activity.NONE:
            return _BUSY
        if revision != self._state.revision:
            return _STALE
        return self._state if action in actions_of(self._state) else _NOT_NOW

    def _set(self, state: PassageState) -> None:
        self._state = state
        self._touched_at = self._e.clock.now()

    # --- the plate in the photo

    def _look_again(self) -> None:
        """Read once more what was being read when the terminal stopped."""
        state = self._state
        if state is None or state.photo is None or state.plate_read is not None:
            return
        jpeg = self._e.photos.get(state.photo.sha256) if Action.PHOTO in actions_of(state) else None
        if jpeg is not None:
            self._eye.look(jpeg, self._saw)

    def _saw(self, look: int, sight: PlateSight) -> None:
        """Keep what was read, unless vehicle or photo is another one by now. Called from the plate reader's thread."""
        with self._lock:
            state = self._state
            if not self._eye.saw(look) or state is None or state.photo is None:
                return
            try:
                self._state = state = self._work.keep_sight(state, state.photo.sha256, sight)
                if self._activity is Activity.NONE and state.intent is None and state.ending is None:
                    self._state = self._work.compare_again(state)
            except JournalError:
                self._trouble = _NO_STORAGE
                self.reload()

    def _draft(self, state: PassageState) -> Typed:
        """Return plate and colour as they stand in the form: what was typed, else what the photo fills in."""
        return filled_in(state, self._eye.use) if self._typed is None else self._typed

    def _takable(self, state: PassageState) -> Typed | None:
        return takable(state, self._draft(state), self._eye.use) if Action.PHOTO in actions_of(state) else None

    # --- the lane

    def _occupy(self, lane: Lane) -> Answer:
        try:
            self._e.lane.occupy(lane.lane_hex)
        except LinkLostError:
            return rejected("lane_hex", "车道未应答，请稍后重试或选择其他车道", "The lane does not answer: try again")
        except SettingError as error:
            return rejected("lane_hex", f"车道不可用：{error}", f"The lane can't be taken: {error}")
        return DONE

    def _free_lane(self) -> Answer:
        try:
            self._e.lane.release()
        except LinkLostError:
            return rejected("", "车道未应答，请检查车道是否已恢复", "The lane did not answer: check that it is free")
        return DONE

    def _tell_what_was_cut(self) -> None:
        """Tell the lane of a vehicle that had ended when the terminal stopped; the lane takes the same word once."""
        state = self._state
        if state is not None and state.ending is not None and not state.lane_told:
            self._activity = Activity.SUBMITTING
            self._e.worker(lambda: self._run(state, self._work.tell_again))

    # --- what stands behind

    def _restore(self) -> PassageState | None:
        """Come back after a restart: the page in work is shown again, with what was typed."""
        self._work.mark_cut_debits()
        state = self._logbook.unfinished()
        if state is not None and state.picture is not None:
            self._typed = (state.picture.plate, state.picture.colour)
        return state

    def _moment(self, state: PassageState) -> Moment:
        now = self._e.clock.now()
        idle_s = (now - self._touched_at).total_seconds()
        waits = state.ending is None and not state.debit_open and self._activity is Activity.NONE
        plate, colour = self._draft(state)
        return Moment(
            activity=self._activity,
            draft_plate=plate,
            draft_colour=colour,
            age_s=int((now - state.opened_at).total_seconds()),
            ask_idle=waits and idle_s >= self._work.policy().idle_question_s,
            photo_delivered=self._delivered(state),
            trouble=self._trouble,
            may_confirm_same=self._may_confirm_same(state),
            may_take_reading=self._takable(state) is not None,
            reading_plate=self._eye.looks,
            plate_use=self._eye.use,
        )

    def _may_confirm_same(self, state: PassageState) -> bool:
        open_now = Action.PHOTO in actions_of(state) and not read_stops(state)
        return open_now and self._work.policy().confirm_same_as_pair and pair_plate(state) is not None

    def _delivered(self, state: PassageState) -> bool:
        if state.picture is None:
            return False
        journal = self._logbook.journal
        photo = journal.delivery(Outgoing.PHOTO, state.picture.photo_sha256)
        return photo is Delivery.RECEIVED

    def _lane(self, lane_hex: str) -> Lane | None:
        parameters = self._work.parameters()
        lanes = () if parameters is None else parameters.station.lanes
        enabled = self._e.setup.enabled()
        return next(
            (lane for lane in lanes if lane.lane_hex == lane_hex and lane_hex in enabled and is_exit(lane)), None
        )


def _choice(lane: Lane) -> LaneChoice:
    mixed = lane.use is LaneUse.MIXED_EXIT
    return LaneChoice(
        lane_hex=lane.lane_hex, name=lane.name, use=lane_use_words(mixed=mixed), code="05" if mixed else "06"
    )
