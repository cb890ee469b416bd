"""The ports behind the terminal's pages. The composition root brings the real ones; a gallery brings sample views."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

import msgspec

from laneside.contract.parameters import Role, ShiftPlan
from laneside.contract.records import ShiftTotals
from laneside.passage.answers import Answer, Rejected
from laneside.passage.flows.flow import AnyAction
from laneside.passage.picture.plate_entry import PlateForm
from laneside.passage.trace import Trace
from laneside.passage.views.views import HistoryDetail, HistoryRow, LaneChoice, PassageView
from laneside.terminal.checkup.report import CheckReport
from laneside.terminal.preferences import Preferences
from laneside.vocab import Words


class OnDuty(Protocol):
    """Who works this terminal now."""

    @property
    def operator_id(self) -> str:
        """The operator's number."""
        ...

    @property
    def name(self) -> str:
        """The operator's name."""
        ...

    @property
    def role(self) -> Role:
        """What the operator may do."""
        ...

    @property
    def shift(self) -> int:
        """The shift's number."""
        ...

    @property
    def shift_name(self) -> str:
        """The shift's name."""
        ...

    @property
    def work_date(self) -> date:
        """The date under which the shift's takings count."""
        ...


class Duty(Protocol):
    """Login, logout and unlocking; all of it works offline."""

    @property
    def on_duty(self) -> OnDuty | None:
        """Return who works this terminal, or None."""
        ...

    def shift_plans(self) -> tuple[ShiftPlan, ...]:
        """Return the shifts that may be chosen."""
        ...

    def shift_suggestion(self) -> tuple[int, date] | None:
        """Return number and work date of the shift that runs now."""
        ...

    def login_obstacle(self) -> Rejected | None:
        """Return why no one can log in now; None where someone can."""
        ...

    def login(self, operator_id: str, password: str, shift: int, work_date: date) -> Answer:
        """Take a collector on duty."""
        ...

    def unlock(self, *, operator_id: str, leader: str, password: str) -> Answer:
        """Let a locked operator try again, on a shift leader's word."""
        ...

    def shift_totals(self) -> ShiftTotals | None:
        """Return the sums of the open shift for 交班, or None."""
        ...

    def logout(self) -> Answer:
        """Close the shift on this terminal."""
        ...


class Desk(Protocol):
    """One vehicle after the other. Every method returns at once; a user's mistake comes back as a value."""

    def lanes(self) -> tuple[LaneChoice, ...]:
        """Return the lanes that may be worked."""
        ...

    def view(self) -> PassageView | None:
        """Return the passage in work; None on the home page."""
        ...

    def open(self, lane_hex: str, flow_name: str = "") -> Answer:
        """Take a lane and begin a passage."""
        ...

    def action(self, path: str) -> AnyAction | None:
        """Return an action of the flow in work by its address, or None."""
        ...

    def act(self, path: str, revision: int | None, given: msgspec.Struct, *, passage_id: str | None = None) -> Answer:
        """Carry out an action of the flow in work."""
        ...

    def draft(self, form: PlateForm, *, passage_id: str | None = None) -> Answer:
        """Keep what was typed so far."""
        ...

    def take_photo(self, image: bytes, /, *, live: bool, passage_id: str | None = None) -> Answer:
        """Keep a photo (JPEG or PNG); ``live`` is False for a file picked from elsewhere."""
        ...


class History(Protocol):
    """Today's vehicles, from the journal."""

    def today(self) -> tuple[HistoryRow, ...]:
        """Return today's vehicles, newest first."""
        ...

    def detail(self, passage_id: str) -> HistoryDetail | None:
        """Return one vehicle with everything kept of it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneSetting:
    """One registered lane in 系统配置; ``exit`` says whether it can be worked at all, ``code`` is its 0019 status."""

    lane_hex: str
    name: str
    use: Words
    code: str
    exit: bool
    enabled: bool


class Setup(Protocol):
    """系统配置 and what the pages know of the station."""

    def station_name(self) -> str:
        """Return the station's name, empty before the first parameters."""
        ...

    def home_initial(self) -> str:
        """Return the province's initial that most plates here begin with, or an empty text."""
        ...

    def lanes(self) -> tuple[LaneSetting, ...]:
        """Return all lanes that the centre registered for this station."""
        ...

    def enable(self, lanes_hex: frozenset[str]) -> Answer:
        """Enable exactly these lanes; administrators only (the page checks the role)."""
        ...


class PsamReadiness(StrEnum):
    """The PSAM as the top line shows it."""

    READY = "ready"
    UNAUTHORISED = "unauthorised"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopLine:
    """What the top line shows. ``list_age_s`` is None without a list; ``battery_percent`` where it can't be read."""

    unsent: int
    rejected: int
    open_debits: int
    online: bool
    list_age_s: int | None
    list_stale: bool
    psam: PsamReadiness
    battery_percent: int | None


class Photos(Protocol):
    """Stored photos by their SHA-256."""

    def get(self, sha256: str) -> bytes | None:
        """Return the stored JPEG; None for an unknown one."""
        ...

    def watermarked(self, sha256: str) -> bytes | None:
        """Return a copy with lane, time and operator drawn into it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoVehicle:
    """A vehicle that the demo can put at the lane, with what is expected of it."""

    name: str
    title: Words
    expected: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoState:
    """What is at the demo's lane. ``vehicle`` is empty when nothing is."""

    vehicle: str
    plate: str
    card_inserted: bool
    barrier_open: bool
    display: str
    balance_fen: int | None
    counter: int | None


class DemoPanel(Protocol):
    """The virtual roadside as the demo's panel moves it. Calls may block for a moment; raise LinkLostError."""

    def vehicles(self) -> Sequence[DemoVehicle]:
        """Return what may be put at the lane."""
        ...

    def state(self) -> DemoState:
        """Return what is at the lane."""
        ...

    def place(self, vehicle: str, /, *, fresh: bool) -> Answer:
        """Put a vehicle at the lane; ``fresh`` forgets what was debited from it before."""
        ...

    def remove(self) -> Answer:
        """Let the vehicle drive away."""
        ...

    def insert_card(self) -> Answer:
        """Put the card into the tag."""
        ...

    def withdraw_card(self) -> Answer:
        """Take the card out of the tag."""
        ...

    def picture(self) -> bytes | None:
        """Return a drawn JPEG of the vehicle with its plate; None without one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything the pages need. ``demo`` is None outside the demo.

    ``top_line`` must not wait for a device. ``checkup`` is 班前检查, which may take seconds where centre or reader do
    not answer. ``traces_of`` returns a vehicle's radio sessions by its passage's id, oldest first.
    """

    desk: Desk
    duty: Duty
    history: History
    setup: Setup
    photos: Photos
    preferences: Preferences
    top_line: Callable[[], TopLine]
    checkup: Callable[[], CheckReport]
    traces_of: Callable[[str], tuple[Trace, ...]]
    demo: DemoPanel | None = None
