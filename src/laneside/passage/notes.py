"""The notes of a passage: what the journal keeps of each step, and the only thing from which its state is known.

A passage is the fold over its notes (:mod:`laneside.passage.state`), so that a page, a restart and a test see the same.
A note's tag is the ``kind`` of its journal entry. What a port returned is the note itself (``FeeQuote``, ``Intent``,
``Debited``, …) or is in it unchanged (``Presented``, ``Waiting``, ``Finding``, ``PlateReading``). The names on disk
are written out beside each field; a changed shape gets a new tag, and :mod:`laneside.passage.older_notes` reads the
former one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final, get_args

import msgspec
from msgspec import field

from laneside.card.outcome import Debited, Intent, NotDebited, TagWrite, Unknown
from laneside.passage.lane import Waiting
from laneside.plates.reading import PlateReading
from laneside.reader.port import Presented
from laneside.rules.finding import Finding
from laneside.tariff.quote import FeeQuote

__all__ = [
    "KINDS",
    "VOIDS",
    "AnyNote",
    "Debited",
    "Ended",
    "Ending",
    "FeeQuote",
    "Intent",
    "LaneAnswer",
    "LaneTold",
    "Left",
    "NotDebited",
    "NotReady",
    "Note",
    "Opened",
    "PairRead",
    "PhotoTaken",
    "PictureSubmitted",
    "PlateRead",
    "ReadFailed",
    "Released",
    "Resumed",
    "Sealed",
    "Selected",
    "Stage",
    "Stopped",
    "TagWritten",
    "Unknown",
    "changes_revision",
    "kind_of",
    "read",
    "record_id_of",
    "write",
]


class Ending(StrEnum):
    """How a vehicle ends; every passage has exactly one."""

    COMPLETED = "completed"
    TRANSFERRED = "transferred"
    REFUSED = "refused"
    ABANDONED = "abandoned"
    UNKNOWN = "unknown"


class Stage(StrEnum):
    """When a check was made: its findings replace those of the same stage."""

    READ = "read"
    CONFIRMED = "confirmed"
    FEE = "fee"


class LaneAnswer(StrEnum):
    """What the lane said to the end of a vehicle."""

    TOLD = "told"
    MUTE = "mute"
    NONE = "none"
    """No lane is linked (人工放行)."""


class Note(msgspec.Struct, frozen=True, kw_only=True, tag_field="note"):
    """The base of the notes that no lower room has."""


class Opened(Note, frozen=True, kw_only=True, tag="opened"):
    """A collector took a lane and began a vehicle; ``flow`` names how it is worked."""

    lane_id: str = field(name="lane_id")
    lane_hex: str = field(name="lane_hex")
    lane_name: str = field(name="lane_name")
    mixed: bool = field(name="mixed")
    captured_plate: str = field(name="captured_plate")
    operator_id: str = field(name="operator_id")
    operator_name: str = field(name="operator_name")
    shift: int = field(name="shift")
    work_date: date = field(name="work_date")
    flow: str = field(name="flow", default="open-exit")


class PairRead(Note, frozen=True, kw_only=True, tag="pair-read"):
    """【读卡】 found something; with what the checks said and which list they used."""

    presented: Presented = field(name="presented")
    waiting: Waiting = field(name="waiting")
    findings: tuple[Finding, ...] = field(name="findings")
    list_version: str = field(name="list_version")


class ReadFailed(Note, frozen=True, kw_only=True, tag="read-failed"):
    """【读卡】 found nothing, or the link broke; nothing was written to any chip."""

    code: str = field(name="code")


class PhotoTaken(Note, frozen=True, kw_only=True, tag="photo-taken"):
    """A photo is on the disk under its digest. ``live`` is False for a file picked from elsewhere (非现场拍摄)."""

    sha256: str = field(name="sha256")
    live: bool = field(name="live")


class PlateRead(Note, frozen=True, kw_only=True, tag="plate-read"):
    """The plates read in a photo, the one that counts first. ``trouble`` says why nothing was read.

    ``by_pair``: it counts because card or tag have it, although another plate is larger or nearer to the middle.
    """

    photo_sha256: str = field(name="photo_sha256")
    plates: tuple[PlateReading, ...] = field(name="plates", default=())
    by_pair: bool = field(name="by_pair", default=False)
    trouble: str = field(name="trouble", default="")

    @property
    def best(self) -> PlateReading | None:
        """The plate that counts."""
        return self.plates[0] if self.plates else None


class PictureSubmitted(Note, frozen=True, kw_only=True, tag="picture-submitted"):
    """【提交图片数据】: plate and colour as the collector saw them, with the image record's id."""

    plate: str = field(name="plate")
    colour: int = field(name="colour")
    photo_sha256: str = field(name="photo_sha256")
    live: bool = field(name="live")
    image_id: str = field(name="image_id")


class Selected(Note, frozen=True, kw_only=True, tag="selected"):
    """The actual class and kind, each None until chosen."""

    toll_class: int | None = field(name="toll_class")
    vehicle_kind: int | None = field(name="vehicle_kind")


class Stopped(Note, frozen=True, kw_only=True, tag="stopped"):
    """What a later check (confirmed vehicle, fee) found; replaces the findings of the same stage."""

    stage: Stage = field(name="stage")
    findings: tuple[Finding, ...] = field(name="findings")


class Released(Note, frozen=True, kw_only=True, tag="released"):
    """A shift leader let one finding pass, for this vehicle only."""

    code: int | str = field(name="code")
    leader_id: str = field(name="leader_id")
    leader_name: str = field(name="leader_name")
    reason: str = field(name="reason")


class NotReady(Note, frozen=True, kw_only=True, tag="not-ready"):
    """【提交数据】 did not come to a debit; card and tag are as before."""

    refusal: str = field(name="refusal")
    detail: str = field(name="detail")


class Sealed(Note, frozen=True, kw_only=True, tag="sealed"):
    """The record is sealed; its upload is the entry of kind ``record`` written together with this note."""

    record_id: str = field(name="record_id")


class TagWritten(Note, frozen=True, kw_only=True, tag="tag-written"):
    """The tag's copy was written again (补写标签)."""

    tag_write: TagWrite = field(name="tag_write")


class LaneTold(Note, frozen=True, kw_only=True, tag="lane-told"):
    """What the lane answered to the end of the vehicle."""

    answer: LaneAnswer = field(name="answer")


class Ended(Note, frozen=True, kw_only=True, tag="ended"):
    """How the vehicle ended, with the reason that a person gave, if any."""

    ending: Ending = field(name="ending")
    reason: str = field(name="reason")


class Resumed(Note, frozen=True, kw_only=True, tag="resumed"):
    """继续: the collector is back at a page that was idle."""


class Left(Note, frozen=True, kw_only=True, tag="left"):
    """The page is left and the lane released; no vehicle is in work."""


AnyNote = (
    Opened
    | PairRead
    | ReadFailed
    | PhotoTaken
    | PlateRead
    | PictureSubmitted
    | Selected
    | FeeQuote
    | Stopped
    | Released
    | NotReady
    | Intent
    | Debited
    | NotDebited
    | Unknown
    | Sealed
    | TagWritten
    | LaneTold
    | Ended
    | Resumed
    | Left
)

VOIDS: Final[Mapping[type[msgspec.Struct], tuple[type[msgspec.Struct], ...]]] = MappingProxyType(
    {
        # The vehicle starts again: what was confirmed for another reading does not hold for this one.
        PairRead: (ReadFailed, PictureSubmitted, Selected, FeeQuote, Stopped, Released, NotReady),
        PhotoTaken: (PlateRead,),
        PictureSubmitted: (FeeQuote,),
        Selected: (FeeQuote,),
        FeeQuote: (NotReady,),
        Intent: (Debited, NotDebited, Unknown, NotReady),
        Debited: (NotDebited, Unknown, TagWritten),
        NotDebited: (Debited, Unknown),
    }
)
"""Which earlier notes a note takes back. The findings of the fee go with the fee."""

_decoder: msgspec.json.Decoder[AnyNote] = msgspec.json.Decoder(AnyNote)
_encoder = msgspec.json.Encoder(order="deterministic")


def kind_of(note: type[msgspec.Struct]) -> str:
    """Return the journal kind of a class of notes."""
    tag = note.__struct_config__.tag
    assert isinstance(tag, str), "every note has a tag of its own"
    return tag


KINDS: Final = frozenset(kind_of(kind) for kind in get_args(AnyNote))


def changes_revision(note: AnyNote) -> bool:
    """Return whether a note changes what may be done next; a page drawn before one that does is stale."""
    return not isinstance(note, PlateRead)


def record_id_of(note: AnyNote) -> str:
    """Return the record id under which a note of the debit is found; empty for all others."""
    return note.record_id if isinstance(note, Intent | Debited | NotDebited | Sealed) else ""


def write(note: AnyNote) -> bytes:
    """Return the journal payload of a note."""
    return _encoder.encode(note)


def read(payload: bytes) -> AnyNote:
    """Return the note of a journal payload of today's kinds."""
    return _decoder.decode(payload)
