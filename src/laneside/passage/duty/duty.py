"""The collector on duty: offline login, lock-out and unlocking, shift and work date. The journal keeps all of it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import date, datetime, timedelta
from threading import RLock
from typing import Final

import msgspec
from msgspec import field

from laneside.clock import BEIJING, Clock, beijing_digits
from laneside.contract.parameters import Operator, Parameters, Role, ShiftPlan
from laneside.contract.records import PassageEvent, ShiftTotals
from laneside.contract.signing import canonical
from laneside.journal.entry import Draft
from laneside.journal.journal import Journal
from laneside.passage.answers import DONE, Answer, Rejected, rejected
from laneside.passage.ports import Documents, TerminalIdentity

KIND = "duty"

COLLECTOR_DAYS_MAX: Final = 1
LEADER_DAYS_MAX: Final = 31
"""How far a work date may be from today; a shift leader may have to make up for a day."""
FAR_WORK_DATE: Final = rejected(
    "work_date",
    "工班日期与今天相差过大，请核对日期和本机时钟",
    "Too far from today: check the date and the clock",
)

NO_PARAMETERS = rejected("", "终端尚未收到参数，请联网后重试", "No parameters yet: connect to the centre first")


class DutyNote(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to one operator: login, failure, lockout, unlock, logout; the journal's subject is the operator."""

    what: str = field(name="what")
    operator_id: str = field(name="operator_id")
    shift: int = field(name="shift", default=0)
    work_date: date | None = field(name="work_date", default=None)
    by: str = field(name="by", default="")


class OnDuty(msgspec.Struct, frozen=True, kw_only=True):
    """Who works this terminal now, in which shift of which work date."""

    operator_id: str
    name: str
    role: Role
    shift: int
    shift_name: str
    work_date: date
    since: datetime


def verifier(password: str, salt: bytes) -> bytes:
    """Return the 32 bytes by which the device knows a password offline: scrypt, n = 2**14, r = 8, p = 1."""
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)


def shift_at(plans: tuple[ShiftPlan, ...], now: datetime) -> tuple[ShiftPlan, date]:
    """Return the shift that runs at a moment and its work date; a shift over midnight keeps the date it began on."""
    local = now.astimezone(BEIJING)
    minute = local.hour * 60 + local.minute
    begun = [plan for plan in plans if plan.starts_minute <= minute]
    if begun:
        return max(begun, key=lambda plan: plan.starts_minute), local.date()
    return max(plans, key=lambda plan: plan.starts_minute), local.date() - timedelta(days=1)


class Duty:
    """Log people in and out of one terminal; only operators of this terminal's own station are known."""

    def __init__(
        self,
        *,
        journal: Journal,
        documents: Documents,
        identity: TerminalIdentity,
        clock: Clock,
        totals: Callable[[OnDuty], ShiftTotals] | None = None,
    ) -> None:
        self._journal = journal
        self._totals = totals
        self._documents = documents
        self._identity = identity
        self._clock = clock
        # Guards who is on duty and the count of failures; taken before the journal's. A password is computed before it
        # is taken, so that no one waits behind another's scrypt.
        self._lock = RLock()
        self._on_duty: OnDuty | None = None

    @property
    def on_duty(self) -> OnDuty | None:
        """The collector who works this terminal, or None."""
        return self._on_duty

    def shift_plans(self) -> tuple[ShiftPlan, ...]:
        """Return the shifts that may be chosen at login."""
        parameters = self._parameters()
        return () if parameters is None else parameters.shifts

    def shift_suggestion(self) -> tuple[int, date] | None:
        """Return number and work date of the shift that runs now; None before the first parameters arrived."""
        plans = self.shift_plans()
        if not plans:
            return None
        plan, work_date = shift_at(plans, self._clock.now())
        return plan.number, work_date

    def login_obstacle(self) -> Rejected | None:
        """Return why no one can log in now: no parameters, or a clock that is before them; None where they hold."""
        now = self._clock.now()
        if self._documents.parameters(now) is not None:
            return None
        start = self._documents.parameters_start(now)
        if start is None:
            return NO_PARAMETERS
        return rejected(
            "",
            f"本机时钟为 {_minute(now)}，参数自 {_minute(start)} 起生效：请校准时钟",
            f"The clock says {_minute(now)}, the parameters hold from {_minute(start)}: set the clock right",
        )

    def login(self, operator_id: str, password: str, shift: int, work_date: date) -> Answer:
        """Take a collector on duty; the same answer whether the number or the password was wrong."""
        parameters = self._parameters()
        if parameters is None:
            return self.login_obstacle() or NO_PARAMETERS
        plan = next((plan for plan in parameters.shifts if plan.number == shift), None)
        if plan is None:
            return rejected("shift", "没有这个班次", "There is no such shift")
        operator = self._known(parameters, operator_id)
        matches = operator is not None and _matches(operator, password)
        with self._lock:
            if operator is not None and self.locked(operator.operator_id):
                return rejected("operator_id", "该工号已锁定，请班长解锁", "Locked: a shift leader must unlock it")
            if operator is None or not matches:
                return self._failed(operator, parameters)
            if not self._is_near(work_date, operator.role):
                return FAR_WORK_DATE
            return self._begin(operator, plan, work_date)

    def _is_near(self, work_date: date, role: Role) -> bool:
        """Return whether a work date can be meant: a wrong one would put a whole shift's records under it."""
        days = abs((work_date - self._clock.now().astimezone(BEIJING).date()).days)
        return days <= (COLLECTOR_DAYS_MAX if role is Role.COLLECTOR else LEADER_DAYS_MAX)

    def check_leader(self, leader_id: str, password: str) -> Operator | Rejected:
        """Return the shift leader (or administrator) whose password this is, else why not."""
        parameters = self._parameters()
        if parameters is None:
            return self.login_obstacle() or NO_PARAMETERS
        leader = self._known(parameters, leader_id)
        if leader is None or leader.role is Role.COLLECTOR:
            return rejected("leader", "不是本站班长工号", "Not a shift leader of this station")
        matches = _matches(leader, password)
        with self._lock:
            if self.locked(leader.operator_id):
                return rejected("leader", "该工号已锁定", "This number is locked")
            if not matches:
                self._failed(leader, parameters)
                return rejected("password", "班长密码不正确", "The leader's password is wrong")
            return leader

    def unlock(self, *, operator_id: str, leader: str, password: str) -> Answer:
        """Let a locked operator try again, on a shift leader's word."""
        checked = self.check_leader(leader, password)
        if not isinstance(checked, Operator):
            return checked
        with self._lock:
            if not self.locked(operator_id):
                return rejected("operator_id", "该工号未锁定", "This number is not locked")
            self._note(DutyNote(what="unlock", operator_id=operator_id, by=checked.operator_id), event="unlock")
            return DONE

    def logout(self) -> Answer:
        """Close the shift on this terminal."""
        with self._lock:
            if self._on_duty is not None:
                duty = self._on_duty
                totals = None if self._totals is None else self._totals(duty)
                self._on_duty = None
                note = DutyNote(what="logout", operator_id=duty.operator_id, shift=duty.shift, work_date=duty.work_date)
                self._note(note, event="shift-close", totals=totals)
            return DONE

    def shift_totals(self) -> ShiftTotals | None:
        """Return the sums of the shift that is open, for 交班; None when no one is on duty."""
        duty = self._on_duty
        return None if duty is None or self._totals is None else self._totals(duty)

    def locked(self, operator_id: str) -> bool:
        """Return whether the journal holds a lock-out of this operator that was not lifted."""
        for note in reversed(self._history(operator_id)):
            if note.what in ("lockout", "unlock"):
                return note.what == "lockout"
        return False

    def _parameters(self) -> Parameters | None:
        return self._documents.parameters(self._clock.now())

    @staticmethod
    def _known(parameters: Parameters, operator_id: str) -> Operator | None:
        own = parameters.station.station_hex
        return next((o for o in parameters.operators if o.operator_id == operator_id and o.station_hex == own), None)

    def _history(self, operator_id: str) -> list[DutyNote]:
        entries = self._journal.of_subject(operator_id)
        return [msgspec.json.decode(entry.payload, type=DutyNote) for entry in entries if entry.kind == KIND]

    def _failed(self, operator: Operator | None, parameters: Parameters) -> Rejected:
        if operator is not None:
            self._note(DutyNote(what="failure", operator_id=operator.operator_id))
            if self._failures(operator.operator_id) >= parameters.policy.login_tries_max:
                self._note(DutyNote(what="lockout", operator_id=operator.operator_id), event="lockout")
                return rejected("operator_id", "连续输错，该工号已锁定，请班长解锁", "Too many tries: locked")
        return rejected("password", "工号或密码不正确", "Number or password is wrong")

    def _failures(self, operator_id: str) -> int:
        count = 0
        for note in reversed(self._history(operator_id)):
            if note.what != "failure":
                break
            count += 1
        return count

    def _begin(self, operator: Operator, plan: ShiftPlan, work_date: date) -> Answer:
        if self._on_duty is not None and self._on_duty.operator_id != operator.operator_id:
            self.logout()
        self._on_duty = OnDuty(
            operator_id=operator.operator_id,
            name=operator.name,
            role=operator.role,
            shift=plan.number,
            shift_name=plan.name,
            work_date=work_date,
            since=self._clock.now(),
        )
        note = DutyNote(what="login", operator_id=operator.operator_id, shift=plan.number, work_date=work_date)
        self._note(note, event="shift-open")
        return DONE

    def _note(self, note: DutyNote, *, event: str = "", totals: ShiftTotals | None = None) -> None:
        """Write what happened; some of it is for the centre too."""
        drafts = [Draft(kind=KIND, subject=note.operator_id, payload=canonical(note))]
        if event:
            drafts.append(self._event(note, event, totals))
        self._journal.append_all(tuple(drafts))

    def _event(self, note: DutyNote, kind: str, totals: ShiftTotals | None) -> Draft:
        now = self._clock.now()
        event = PassageEvent(
            event_id=f"{self._identity.terminal_id}-{self._journal.head().seq + 1}-{kind}",
            kind=kind,
            terminal_id=self._identity.terminal_id,
            passage_id="",
            at=beijing_digits(now),
            lane_hex="",
            operator_id=note.operator_id,
            card_id="",
            obu_id="",
            vehicle_id="",
            findings=(),
            reason=note.by,
            photo_sha256=None,
            shift_totals=msgspec.UNSET if totals is None else totals,
        )
        return Draft(kind="event", subject=event.event_id, payload=canonical(event))


def _minute(moment: datetime) -> str:
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def _matches(operator: Operator, password: str) -> bool:
    return hmac.compare_digest(verifier(password, operator.salt), operator.verifier)
