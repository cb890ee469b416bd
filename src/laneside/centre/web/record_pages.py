"""The pages of records, events and photos."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response

from laneside.centre.ingest.kept_uploads import KeptEvent, KeptRecord, Unreadable
from laneside.centre.ingest.uploads import EVENT, RECORD, UploadKind
from laneside.centre.web.language import Translator, spaced_digits
from laneside.centre.web.login_pages import no_such_page
from laneside.centre.web.pages import PageVisit, row_number
from laneside.contract.records import ExitRecord, ImageRecord, PlateEvidence
from laneside.vocab.words import yuan

_PAGE: Final = 50

_DIGIT_TIMES: Final = frozenset({"exit_time", "entry_time"})


def home(_visit: PageVisit) -> Response:
    """Show the records first."""
    return RedirectResponse("/records", 303)


def records(visit: PageVisit) -> Response:
    """List records, newest first."""
    kept = visit.services.kept.records(before=_before(visit), limit=_PAGE)
    wanted = [item.upload.photo_sha256 for item in kept if isinstance(item, KeptRecord) and item.upload.photo_sha256]
    arrived = visit.services.photos.among(wanted)
    return visit.page("records.html", kept=kept, arrived=arrived, older=_older(kept))


def record(visit: PageVisit) -> Response:
    """Show one record with its photo, its checks, its fee and every field."""
    kept = visit.services.kept.record(visit.request.path_params["record_id"])
    if kept is None:
        return no_such_page(visit.request)
    if isinstance(kept, Unreadable):
        return visit.page("unreadable.html", kept=kept, noun="records")
    upload = kept.upload
    record_id, photo = upload.record.record_id, upload.photo_sha256
    image = visit.services.kept.image(upload.terminal_id, upload.passage_id, upload.record.image_record_id)
    return visit.page(
        "record.html",
        kept=kept,
        photo_here=photo is not None and visit.services.photos.file(photo) is not None,
        **_reading(visit, image),
        fields=record_fields(kept.upload.record, visit.translator),
        conflicts=visit.services.kept.conflicts(record_id),
    )


def conflicts(visit: PageVisit) -> Response:
    """Show what was sent under an id whose keys were taken, whatever it was."""
    subject = visit.request.path_params["subject"]
    kept = visit.services.kept.conflicts(subject)
    return visit.page("conflicts.html", subject=subject, conflicts=kept) if kept else no_such_page(visit.request)


def events(visit: PageVisit) -> Response:
    """List events, newest first."""
    kept = visit.services.kept.events(before=_before(visit), limit=_PAGE)
    wanted = [item.event.photo_sha256 for item in kept if isinstance(item, KeptEvent) and item.event.photo_sha256]
    arrived = visit.services.photos.among(wanted)
    open_debits = visit.services.kept.open_debits() if _before(visit) is None else ()
    return visit.page("events.html", kept=kept, arrived=arrived, older=_older(kept), open_debits=open_debits)


def event(visit: PageVisit) -> Response:
    """Show one event with its reason and picture."""
    kept = visit.services.kept.event(visit.request.path_params["event_id"])
    if kept is None:
        return no_such_page(visit.request)
    if isinstance(kept, Unreadable):
        return visit.page("unreadable.html", kept=kept, noun="events")
    photo = kept.event.photo_sha256
    here = photo is not None and visit.services.photos.file(photo) is not None
    image = visit.services.kept.image(kept.event.terminal_id, kept.event.passage_id) if photo else None
    same_photo = image if image is not None and image.photo_sha256 == photo else None
    return visit.page("event.html", kept=kept, photo_here=here, **_reading(visit, same_photo))


def raw_record(visit: PageVisit) -> Response:
    """Show a record as it was sent, whatever it is."""
    return _raw(visit, RECORD)


def raw_event(visit: PageVisit) -> Response:
    """Show an event as it was sent, whatever it is."""
    return _raw(visit, EVENT)


def _raw(visit: PageVisit, kind: UploadKind) -> Response:
    seq = row_number(visit.request.path_params["seq"])
    body = None if seq is None else visit.services.kept.body(kind, seq)
    return no_such_page(visit.request) if body is None else PlainTextResponse(body)


def _reading(visit: PageVisit, image: ImageRecord | None) -> dict[str, Any]:
    """Return what the terminal read in the photo, the collector's word beside it, and whether the cut-out has come."""
    reading = None if image is None or not isinstance(image.plate_reading, PlateEvidence) else image.plate_reading
    return {
        "reading": reading,
        "seen_vehicle_id": "" if image is None else image.vehicle_id,
        "cut_out_here": reading is not None and visit.services.photos.file(reading.cut_out_sha256) is not None,
    }


def photo(visit: PageVisit) -> Response:
    """Send a photo as it came."""
    path = visit.services.photos.file(visit.request.path_params["sha256"])
    if path is None:
        return no_such_page(visit.request)
    headers = {"Cache-Control": "private, max-age=31536000, immutable"}  # its name is its content
    return FileResponse(path, media_type="image/jpeg", headers=headers)


def record_fields(kept: ExitRecord, translator: Translator) -> list[tuple[str, str, str]]:
    """Return label, wire name and readable value of every field, in the order of the spec."""
    wire: dict[str, Any] = msgspec.to_builtins(kept)
    return [
        (
            translator.known("field", item.encode_name),
            item.encode_name,
            _readable(item.name, wire[item.encode_name], translator),
        )
        for item in msgspec.structs.fields(ExitRecord)
    ]


def _readable(name: str, value: Any, translator: Translator) -> str:
    """Write a value by the unit that its name ends with."""
    if value is None or value == "":
        return "—"
    if name.endswith("_fen"):
        return yuan(value)
    if name in _DIGIT_TIMES:
        return spaced_digits(value)
    if name == "toll_class":
        return f"{value} {translator.toll_class(value)}"
    if name == "vehicle_kind":
        return f"{value} {translator.vehicle_kind(value)}"
    return str(value)


def _before(visit: PageVisit) -> int | None:
    return row_number(visit.request.query_params.get("before", ""))


def _older(kept: Sequence[KeptRecord | KeptEvent | Unreadable]) -> int | None:
    return kept[-1].seq if len(kept) == _PAGE else None
