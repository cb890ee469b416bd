"""The collector on duty: offline login, waits after wrong passwords, shift and work date. The journal keeps all of it.

Whoever gives wrong passwords for an operator makes his own browser wait; many of them, from whatever browsers, make all
wait with which that operator has not logged in. A leader who releases where someone is on duty waits for no stranger.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import date, datetime, timedelta
from threading import RLock
from typing import Final

import msgspec
from msgspec import field

from laneside.access.limits import WaitRule
from laneside.access.login_tries import LoginTries
from laneside.clock import BEIJING, Clock, beijing_digits
from laneside.contract.parameters import Operator, Parameters, Role, ShiftPlan
from laneside.contract.records import PassageEvent, ShiftTotals
from laneside.contract.signing import canonical
from laneside.journal.entry import Draft
from laneside.journal.journal import Journal
from laneside.passage.answers import DONE, Answer, Rejected, rejected
from laneside.passage.ports import Documents, TerminalIdentity

KIND = "duty"


class Browser(msgspec.Struct, frozen=True, kw_only=True):
    """Where a password is given; ``known`` where its operator has logged in with it since the terminal's start."""

    name: str = ""
    known: bool = False


STRANGER: Final = Browser()
AT_THE_LANE: Final = Browser(name="lane", known=True)
"""The browser of whoever is on duty, where a leader gives the password for a release."""

ALL_STRANGERS: Final = "strangers"
STRANGERS_TRIES: Final = 4
"""Times the tries of one browser that all strangers have together: one who leaves a browser each time is slowed too."""

FIRST_WAIT_S: Final = 30
LONGEST_WAIT_S: Final = 120
FADE_S: Final = 600

WRONG_LOGIN = rejected("password", "工号或密码不正确", "Number or password is wrong")

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
    """What happened to one operator; the journal's subject is the operator.

    ``what`` is login, failure, lockout (from this wrong password on each further one makes wait longer), unlock or
    logout. An older release refused everyone from a lockout to its unlock; now the wait after it is over by itself.
    """

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
        # Guards the wrong tries; taken before the next one, never after it.
        self._trying = RLock()
        self._tries: dict[str, LoginTries] = {}
        # Guards who is on duty; taken before the journal's. A password is computed before it is taken, so that no one
        # on duty waits behind another's scrypt.
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

    def login(
        self, operator_id: str, password: str, shift: int, work_date: date, *, browser: Browser = STRANGER
    ) -> Answer:
        """Take a collector on duty; the same answer whether the number or the password was wrong.

        ``browser`` is where the password was given.
        """
        parameters = self._parameters()
        if parameters is None:
            return self.login_obstacle() or NO_PARAMETERS
        plan = next((plan for plan in parameters.shifts if plan.number == shift), None)
        if plan is None:
            return rejected("shift", "没有这个班次", "There is no such shift")
        operator = self._known(parameters, operator_id)
        if operator is None:
            return WRONG_LOGIN
        with self._trying:
            if not self._accepts(operator, password, browser, parameters):
                wait_s = self._wait_s(operator, browser, parameters)
                return _wait("operator_id", wait_s) if wait_s else WRONG_LOGIN
        with self._lock:
            if not self._is_near(work_date, operator.role):
                return FAR_WORK_DATE
            return self._begin(operator, plan, work_date)

    def _is_near(self, work_date: date, role: Role) -> bool:
        """Return whether a work date can be meant: a wrong one would put a whole shift's records under it."""
        days = abs((work_date - self._clock.now().astimezone(BEIJING).date()).days)
        return days <= (COLLECTOR_DAYS_MAX if role is Role.COLLECTOR else LEADER_DAYS_MAX)

    def check_leader(self, leader_id: str, password: str, *, browser: Browser = AT_THE_LANE) -> Operator | Rejected:
        """Return the shift leader (or administrator) whose password this is, else why not."""
        parameters = self._parameters()
        if parameters is None:
            return self.login_obstacle() or NO_PARAMETERS
        leader = self._known(parameters, leader_id)
        if leader is None or leader.role is Role.COLLECTOR:
            return rejected("leader", "不是本站班长工号", "Not a shift leader of this station")
        with self._trying:
            wait_s = self._wait_s(leader, browser, parameters)
            if wait_s:
                return _wait("leader", wait_s)
            if not self._accepts(leader, password, browser, parameters):
                return rejected("password", "班长密码不正确", "The leader's password is wrong")
        return leader

    def unlock(self, *, operator_id: str, leader: str, password: str, browser: Browser = STRANGER) -> Answer:
        """Let an operator who must wait try again at once, with whatever browser, on a shift leader's word.

        ``browser`` is where the leader's password was given.
        """
        checked = self.check_leader(leader, password, browser=browser)
        if not isinstance(checked, Operator):
            return checked
        parameters = self._parameters()
        operator = None if parameters is None else self._known(parameters, operator_id)
        with self._trying:
            if parameters is None or operator is None or not self._anyone_waits(operator, parameters):
                return rejected("operator_id", "该工号未锁定", "This number is not locked")
            self._tries[operator_id] = LoginTries()
            with self._lock:
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

    def _parameters(self) -> Parameters | None:
        return self._documents.parameters(self._clock.now())

    @staticmethod
    def _known(parameters: Parameters, operator_id: str) -> Operator | None:
        own = parameters.station.station_hex
        return next((o for o in parameters.operators if o.operator_id == operator_id and o.station_hex == own), None)

    def _accepts(self, operator: Operator, password: str, browser: Browser, parameters: Parameters) -> bool:
        """Return whether the password is right and may be tried now; a wrong one is counted and noted.

        ``_trying`` is held: a password takes 16 MB and is looked at only where no one waits, so one after the other.
        """
        if self._wait_s(operator, browser, parameters):
            return False
        tries, counted = self._tries_of(operator), _counted_by(browser, parameters)
        if _matches(operator, password):
            for key in counted:
                tries.forget(key)
            return True
        now_s = self._clock.monotonic_s()
        with self._lock:
            self._note(DutyNote(what="failure", operator_id=operator.operator_id))
            begins_to_wait = [tries.failed(key, rule, now_s) == rule.free for key, rule in counted.items()]
            if any(begins_to_wait):
                self._note(DutyNote(what="lockout", operator_id=operator.operator_id), event="lockout")
        return False

    def _wait_s(self, operator: Operator, browser: Browser, parameters: Parameters) -> int:
        tries, now_s = self._tries_of(operator), self._clock.monotonic_s()
        return max(tries.left_s(key, rule, now_s) for key, rule in _counted_by(browser, parameters).items())

    def _anyone_waits(self, operator: Operator, parameters: Parameters) -> bool:
        tries, now_s, of_browser = self._tries_of(operator), self._clock.monotonic_s(), _rule(parameters)
        of_strangers = _rule(parameters, STRANGERS_TRIES)
        return tries.left_s(ALL_STRANGERS, of_strangers, now_s) > 0 or tries.anyone_waits(
            of_browser, now_s, but=ALL_STRANGERS
        )

    def _tries_of(self, operator: Operator) -> LoginTries:
        """Return an operator's wrong tries; the first time those that the journal kept, as strangers'."""
        if operator.operator_id not in self._tries:
            tries = LoginTries()
            count, last = self._failures_kept(operator.operator_id)
            if last is not None:
                passed_s = max(0.0, (self._clock.now() - last).total_seconds())
                tries.put(ALL_STRANGERS, count, self._clock.monotonic_s() - passed_s)
            self._tries[operator.operator_id] = tries
        return self._tries[operator.operator_id]

    def _failures_kept(self, operator_id: str) -> tuple[int, datetime | None]:
        """Return how many failures the journal ends with, and when the last one was; a lock-out is no end of them."""
        count, last = 0, None
        for entry in reversed(self._journal.of_subject(operator_id)):
            if entry.kind != KIND:
                continue
            what = msgspec.json.decode(entry.payload, type=DutyNote).what
            if what not in ("failure", "lockout"):
                break
            if what == "failure":
                count, last = count + 1, last or entry.at
        return count, last

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


def _wait(beside: str, wait_s: int) -> Rejected:
    return rejected(
        beside,
        f"连续输错，请 {wait_s} 秒后再试，或请班长解锁",
        f"Too many wrong passwords: wait {wait_s} s, or ask a shift leader to unlock",
    )


def _counted_by(browser: Browser, parameters: Parameters) -> dict[str, WaitRule]:
    """Return by what a wrong password is counted, each with its rule."""
    own = {f"browser {browser.name}": _rule(parameters)}
    return own if browser.known else own | {ALL_STRANGERS: _rule(parameters, STRANGERS_TRIES)}


def _rule(parameters: Parameters, times: int = 1) -> WaitRule:
    free = parameters.policy.login_tries_max * times
    return WaitRule(free=free, first_s=FIRST_WAIT_S, longest_s=LONGEST_WAIT_S, fade_s=FADE_S)


def _minute(moment: datetime) -> str:
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M")


def _matches(operator: Operator, password: str) -> bool:
    return hmac.compare_digest(verifier(password, operator.salt), operator.verifier)
