"""The notes of a passage: what the journal keeps of each step, and the only thing from which its state is known.

A passage is the fold over its notes (:mod:`laneside.passage.state`), so that a page, a restart and a test see the same.
The journal's ``kind`` of an entry is the note's tag. Chips' files are kept as the raw bytes that were read.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any, get_args

import msgspec

from laneside.codec import IssueInfo, PassageBlock, SystemInfo, WalletLogRecord, parse_vehicle
from laneside.passage.lane import Waiting
from laneside.reader import (
    Algorithm,
    Debited,
    Intent,
    NotDebited,
    Presented,
    PresentedCard,
    PresentedTag,
    Proof,
    PsamState,
    TagWrite,
)


class Note(msgspec.Struct, frozen=True, kw_only=True, tag_field="note"):
    """The base of every note; ``note`` on disk is the tag."""


class Opened(Note, frozen=True, kw_only=True, tag="opened"):
    """A collector took a lane and began a vehicle."""

    lane_id: str
    lane_hex: str
    lane_name: str
    mixed: bool
    captured_plate: str
    operator_id: str
    operator_name: str
    shift: int
    work_date: date


class TagNote(msgspec.Struct, frozen=True, kw_only=True):
    """A tag as read."""

    mac_id: bytes
    status: int
    system: bytes
    vehicle: bytes | None
    passage: bytes | None
    trouble: str
    single_chip: bool = False


class CardNote(msgspec.Struct, frozen=True, kw_only=True):
    """A card as read."""

    issue: bytes
    capp: bytes
    balance_fen: int
    log: bytes | None
    locked: bool


class FindingRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A finding as it stood when it was made; its texts are looked up when shown."""

    code: int | str
    severity: str
    releasable: bool
    params: dict[str, str]


class Read(Note, frozen=True, kw_only=True, tag="read"):
    """【读卡】 found something; with what the checks said and which list they used."""

    tag: TagNote | None
    card: CardNote | None
    card_trouble: str
    tag_trouble: str
    psam_present: bool
    psam_authorised: bool
    psam_terminal_number: bytes
    waiting: Waiting
    findings: tuple[FindingRecord, ...]
    list_version: str
    other_tags: tuple[bytes, ...] = ()


class ReadFailed(Note, frozen=True, kw_only=True, tag="read-failed"):
    """【读卡】 found nothing, or the link broke; nothing was written to any chip."""

    code: str


class PhotoTaken(Note, frozen=True, kw_only=True, tag="photo-taken"):
    """A photo lies on the disk under its digest. ``live`` is False for a file picked from elsewhere (非现场拍摄)."""

    sha256: str
    live: bool


class PlateNote(msgspec.Struct, frozen=True, kw_only=True):
    """One plate that was read in a photo; its cut-out lies among the photos under its digest."""

    text: str
    colour: int
    kind: str
    confidence: float
    colour_confidence: float
    characters: tuple[float, ...]
    corners: tuple[tuple[float, float], ...]
    rows: int
    offered: bool
    cut_out_sha256: str = ""


class PlateRead(Note, frozen=True, kw_only=True, tag="plate-read"):
    """The software's witness: the plates in a photo, the one that counts first. ``trouble`` says why there is none.

    ``by_pair``: it counts because card or tag have it, although another plate is larger or nearer to the middle.
    """

    photo_sha256: str
    plates: tuple[PlateNote, ...] = ()
    by_pair: bool = False
    trouble: str = ""

    @property
    def best(self) -> PlateNote | None:
        """The plate that counts."""
        return self.plates[0] if self.plates else None


class PictureSubmitted(Note, frozen=True, kw_only=True, tag="picture-submitted"):
    """【提交图片数据】: the collector's witness of plate and colour, with the image record's id."""

    plate: str
    colour: int
    photo_sha256: str
    live: bool
    image_id: str


class Selected(Note, frozen=True, kw_only=True, tag="selected"):
    """The actual class and kind, each None until chosen; voids a fee."""

    toll_class: int | None
    vehicle_kind: int | None


class LineNote(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the fee's explanation, in both languages."""

    zh: str
    en: str


class Quoted(Note, frozen=True, kw_only=True, tag="quoted"):
    """【算费】 gave an amount; ``taken_over`` when the fixed lane has already debited it."""

    pay_fen: int
    discount_fen: int
    province_discount_fen: int
    fee_fen: int
    discount_type: int | None
    rate_version: str
    lines: tuple[LineNote, ...]
    taken_over: bool = False


class Stopped(Note, frozen=True, kw_only=True, tag="stopped"):
    """A later check (confirmed vehicle, amount, no tariff) speaks; replaces the findings of the same stage."""

    stage: str
    findings: tuple[FindingRecord, ...]


class Released(Note, frozen=True, kw_only=True, tag="released"):
    """A shift leader let one finding pass, for this vehicle only."""

    code: int | str
    leader_id: str
    leader_name: str
    reason: str


class NotReady(Note, frozen=True, kw_only=True, tag="not-ready"):
    """【提交数据】 did not come to a debit; card and tag are as before."""

    refusal: str
    detail: str


class IntentNote(Note, frozen=True, kw_only=True, tag="intent"):
    """On disk before the debit (spec/recovery.md section 2); the journal's subject is the record id."""

    record_id: str
    card_id: str
    contract_serial: str | None
    mac_id: bytes | None
    counter: int | None
    balance_before_fen: int
    amount_fen: int
    capp_before: bytes
    capp_after: bytes
    write_tag: bool
    terminal_number: bytes
    transaction_number: bytes | None
    purchase_time: bytes
    mac1: bytes | None
    algorithm: str | None
    key_index: int | None
    key_version: int | None
    plate: str
    taken_over: bool = False

    @classmethod
    def of(cls, intent: Intent, *, record_id: str, plate: str, taken_over: bool = False) -> IntentNote:
        """Keep a reader's intent."""
        values = {name: getattr(intent, name) for name in intent.__slots__}
        return cls(record_id=record_id, plate=plate, taken_over=taken_over, **values)

    def intent(self) -> Intent:
        """Give back what the reader needs for a proof."""
        values: dict[str, Any] = {name: getattr(self, name) for name in Intent.__slots__}
        values["algorithm"] = None if self.algorithm is None else Algorithm(self.algorithm)
        return Intent(**values)


class DebitNote(Note, frozen=True, kw_only=True, tag="debit-settled"):
    """It is known how a debit ended; the journal's subject is the record id of its intent."""

    record_id: str
    debited: bool
    detail: str = ""
    tac: bytes | None = None
    mac2: bytes | None = None
    balance_after_fen: int = 0
    counter: int | None = None
    transaction_number: bytes | None = None
    mac2_verified: bool | None = None
    tag_write: str = TagWrite.NOT_ASKED
    proof: str = Proof.UNCHANGED
    algorithm: str | None = None
    key_version: int | None = None

    @classmethod
    def of(cls, outcome: Debited | NotDebited, *, record_id: str) -> DebitNote:
        """Keep a settled outcome."""
        if isinstance(outcome, NotDebited):
            return cls(record_id=record_id, debited=False, detail=outcome.detail, proof=outcome.proof)
        return cls(record_id=record_id, debited=True, **{name: getattr(outcome, name) for name in outcome.__slots__})


class DebitUnknown(Note, frozen=True, kw_only=True, tag="debit-unknown"):
    """Nobody can say how the debit ended; only a proof may follow.

    ``counter`` and ``transaction_number`` are what the intent did not know and the reader told with its error.
    """

    detail: str
    counter: int | None = None
    transaction_number: bytes | None = None


class Sealed(Note, frozen=True, kw_only=True, tag="sealed"):
    """The exit record is sealed; its upload is the entry of kind ``record`` written together with this note."""

    record_id: str


class TagWritten(Note, frozen=True, kw_only=True, tag="tag-written"):
    """The tag's copy was written again (补写标签)."""

    tag_write: str


class LaneTold(Note, frozen=True, kw_only=True, tag="lane-told"):
    """What the lane answered to the end of the vehicle: told, none (人工放行) or mute."""

    answer: str


class Ended(Note, frozen=True, kw_only=True, tag="ended"):
    """How the vehicle ended, with the reason that a person gave, if any."""

    ending: str
    reason: str


class Resumed(Note, frozen=True, kw_only=True, tag="resumed"):
    """继续: the collector is back at a page that stood idle."""


class Left(Note, frozen=True, kw_only=True, tag="left"):
    """The page is left and the lane released; no vehicle is in work."""


AnyNote = (
    Opened
    | Read
    | ReadFailed
    | PhotoTaken
    | PlateRead
    | PictureSubmitted
    | Selected
    | Quoted
    | Stopped
    | Released
    | NotReady
    | IntentNote
    | DebitNote
    | DebitUnknown
    | Sealed
    | TagWritten
    | LaneTold
    | Ended
    | Resumed
    | Left
)

_decoder: msgspec.json.Decoder[AnyNote] = msgspec.json.Decoder(AnyNote)
_encoder = msgspec.json.Encoder(order="deterministic")


def kind_of(note: AnyNote) -> str:
    """Return the journal kind of a note."""
    return _tag(type(note))


def moves(note: AnyNote) -> bool:
    """Say whether a note changes what may be done next; a page drawn before one that does is stale."""
    return not isinstance(note, PlateRead)


def _tag(kind: type[Note]) -> str:
    tag = kind.__struct_config__.tag
    assert isinstance(tag, str), "every note has a tag of its own"
    return tag


KEPT_DECODED = 8
"""A page asks for the same chips' files at every step; more than one vehicle's are seldom wanted."""

KINDS = frozenset(_tag(kind) for kind in get_args(AnyNote))


def write(note: AnyNote) -> bytes:
    """Return the journal payload of a note."""
    return _encoder.encode(note)


def read(payload: bytes) -> AnyNote:
    """Return the note of a journal payload."""
    return _decoder.decode(payload)


def note_presented(presented: Presented) -> tuple[TagNote | None, CardNote | None]:
    """Keep what a radio session found, as raw bytes."""
    tag, card = presented.tag, presented.card
    return None if tag is None else _note_tag(tag), None if card is None else _note_card(card)


def presented_of(note: Read) -> Presented:
    """Give back what a radio session found."""
    return Presented(
        tag=None if note.tag is None else _tag_of(note.tag),
        card=None if note.card is None else _card_of(note.card),
        psam=PsamState(
            present=note.psam_present,
            authorised=note.psam_authorised,
            terminal_number=note.psam_terminal_number,
        ),
        card_trouble=note.card_trouble,
        tag_trouble=note.tag_trouble,
        other_tags=note.other_tags,
    )


def _note_tag(tag: PresentedTag) -> TagNote:
    return TagNote(
        mac_id=tag.mac_id,
        status=tag.status,
        system=bytes(tag.system),
        vehicle=None if tag.vehicle is None else bytes(tag.vehicle),
        passage=None if tag.passage is None else bytes(tag.passage),
        trouble=tag.trouble,
        single_chip=tag.single_chip,
    )


def _note_card(card: PresentedCard) -> CardNote:
    return CardNote(
        issue=bytes(card.issue),
        capp=card.capp,
        balance_fen=card.balance_fen,
        log=None if card.log is None else bytes(card.log),
        locked=card.locked,
    )


@lru_cache(maxsize=KEPT_DECODED)
def _tag_of(tag: TagNote) -> PresentedTag:
    return PresentedTag(
        mac_id=tag.mac_id,
        status=tag.status,
        system=SystemInfo.from_bytes(tag.system),
        vehicle=None if tag.vehicle is None else parse_vehicle(tag.vehicle),
        passage=None if tag.passage is None else PassageBlock.from_bytes(tag.passage),
        trouble=tag.trouble,
        single_chip=tag.single_chip,
    )


@lru_cache(maxsize=KEPT_DECODED)
def _card_of(card: CardNote) -> PresentedCard:
    return PresentedCard(
        issue=IssueInfo.from_bytes(card.issue),
        capp=card.capp,
        balance_fen=card.balance_fen,
        log=None if card.log is None else WalletLogRecord.from_bytes(card.log),
        locked=card.locked,
    )
