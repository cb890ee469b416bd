"""What a page (or a script) may show of the passage in work: values ready to print, and which actions are open now.

Texts are Chinese and English in one ``Words``; a page picks its language. Nothing here decides anything.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from laneside.passage.flows.flow import Activity
from laneside.passage.notes import Ending
from laneside.tariff.quote import FeeQuote
from laneside.vocab.words import Words


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """One chip of the page, its area and the action of its main button, if the flow names one."""

    name: str
    title: Words
    area: str
    main: str
    main_title: Words | None


class FindingView(msgspec.Struct, frozen=True, kw_only=True):
    """One finding: ``severity`` is stop, warn or note; ``releasable`` says a shift leader may let it pass once."""

    code: int | str
    severity: str
    text: Words
    why: Words
    remedy: Words
    releasable: bool
    released: bool


class VehicleView(msgspec.Struct, frozen=True, kw_only=True):
    """What card and tag say of the vehicle after 读卡. ``balance_fen`` is None for charge cards."""

    plate: str
    colour: int
    toll_class: Words
    seats: int | None
    card_type: Words
    card_last4: str
    obu_last4: str
    balance_fen: int | None


class Sight(StrEnum):
    """How far the reading of a photo's plate is."""

    READING = "reading"
    FOUND = "found"
    NOTHING = "nothing"
    FAILED = "failed"


class ReadCharacter(msgspec.Struct, frozen=True, kw_only=True):
    """One character of a read plate."""

    text: str
    doubtful: bool


class ReadingView(msgspec.Struct, frozen=True, kw_only=True):
    """What was read in the photo: the cut-out, its characters, and words on what to do with it.

    ``offered``: it was sure enough to be filled in. ``agrees`` with the form, None while that is empty.
    """

    sight: Sight
    said: Words | None = None
    plate: str = ""
    colour: int | None = None
    characters: tuple[ReadCharacter, ...] = ()
    cut_out_sha256: str = ""
    offered: bool = False
    agrees: bool | None = None


class PictureView(msgspec.Struct, frozen=True, kw_only=True):
    """A photo with plate and colour, their agreement with card, tag and reading, and where the photo is."""

    photo_sha256: str | None
    live: bool
    plate: str
    colour: int | None
    card_agrees: bool | None
    tag_agrees: bool | None
    submitted: bool
    delivered: bool
    plate_warning: Words | None
    reading: ReadingView | None = None


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One selectable class or kind."""

    code: int
    name: Words
    selected: bool


class ResultView(msgspec.Struct, frozen=True, kw_only=True):
    """The full-screen end: what happened, the amount, why, and what to do."""

    ending: Ending | None
    title: Words
    cause: Words
    remedy: Words
    fee_fen: int | None
    balance_after_fen: int | None
    tag_write: str
    record_id: str


class PassageView(msgspec.Struct, frozen=True, kw_only=True):
    """The whole linkage page. ``revision`` rises with every change; an action carries that of its page.

    ``step`` is the name of the open one of ``steps``, ``done`` when the vehicle has ended.

    ``picture`` is the picture area's form as it is typed now, ``taken`` what was submitted and counts, None before.
    """

    passage_id: str
    revision: int
    lane_name: str
    lane_hex: str
    lane_use: Words
    captured_plate: str
    flow: str
    steps: tuple[StepView, ...]
    step: str
    activity: Activity
    trouble: Words | None
    vehicle: VehicleView | None
    findings: tuple[FindingView, ...]
    clean: bool
    picture: PictureView
    taken: PictureView | None = None
    classes: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    quote: FeeQuote | None
    result: ResultView | None
    actions: frozenset[str]
    ask_idle: bool
    age_s: int


class LaneChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A lane that may be worked: ten hex digits, name, type, and the 0019 status (``05``, ``06``)."""

    lane_hex: str
    name: str
    use: Words
    code: str


class RecordState(StrEnum):
    """Where a finished vehicle's message is: 待传, 已传, 被拒待处理, 待确认."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


class HistoryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One vehicle in today's list. ``ending`` is None while it is in work."""

    passage_id: str
    at: datetime
    plate: str
    colour: int | None
    ending: Ending | None
    state: RecordState
    fee_fen: int | None


class CardChange(msgspec.Struct, frozen=True, kw_only=True):
    """A card before and after its debit; 0019 as upper-case hex, empty where it was not read."""

    card_number: str
    balance_before_fen: int | None
    balance_after_fen: int | None
    counter_before: int | None
    counter_after: int | None
    file_0019_before: str
    file_0019_after: str


class HistoryDetail(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the terminal keeps of one vehicle. ``note`` is the centre's refusal, if any."""

    row: HistoryRow
    lane_name: str
    lane_use: Words
    operator: str
    shift_name: str
    toll_class: Words | None
    vehicle_kind: Words | None
    photo_sha256: str | None
    photo_live: bool
    findings: tuple[FindingView, ...]
    quote: FeeQuote | None
    card: CardChange | None
    contract_serial: str
    tag_write: str
    record_id: str
    reason: str
    note: str
    delivered_at: datetime | None
    reading: ReadingView | None = None
