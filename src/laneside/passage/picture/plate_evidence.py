"""What the plates in a photo are evidence of: which one counts, what it may fill in, what is compared. Pure.

The reading never comes from card or tag: they are the witnesses that it is held against. The only thing that they may
do is point at one of several plates in the picture, and then the page says so.
"""

from __future__ import annotations

from math import dist, hypot
from typing import Final, Literal

from laneside.codec.plate import vehicle_id
from laneside.contract.records import PlateEvidence
from laneside.passage.picture.plate_entry import PlateForm
from laneside.passage.state import PassageState
from laneside.plates.reading import PlateReading, PlatesSeen, SeenPlate
from laneside.reader.port import Presented
from laneside.rules.pair import same_plate
from laneside.rules.vehicle_facts import NO_COLOUR, ReadPlate

Use = Literal["prefill", "compare", "off"]

PLATES_MAX: Final = 4
"""The page has room for this many, and more than the worked vehicle and its neighbours are never chosen from."""
_PLATE_AT_ALL: Final = 0.5
"""Below it, lettering on a near lorry could come before the plate in the middle: it goes behind all others."""


def ranked(seen: PlatesSeen, pair_plates: frozenset[str]) -> tuple[tuple[SeenPlate, ...], bool]:
    """Order the plates of a photo, the one that counts first, and return whether only the pair made it so.

    The vehicle that is worked is large and in the middle of the picture. A plate of the car behind counts only where it
    is the one that card or tag have and was read with confidence.
    """
    placed = sorted(_apart(seen.plates), key=lambda plate: _rank(plate.reading, seen), reverse=True)[:PLATES_MAX]
    chosen = next((plate for plate in placed if _is_pairs(plate.reading, pair_plates)), None)
    if chosen is None or chosen is placed[0] or _same_text(placed[0].reading.text, pair_plates):
        return tuple(placed), False
    return (chosen, *(plate for plate in placed if plate is not chosen)), True


def _apart(plates: tuple[SeenPlate, ...]) -> list[SeenPlate]:
    """Keep the surest reading of each place: two texts for one plate are not two plates."""
    kept: list[SeenPlate] = []
    for plate in sorted(plates, key=lambda plate: plate.reading.confidence, reverse=True):
        here = _middle(plate.reading)
        # Two plates never hang closer than half a width apart; two boxes of one plate nearly always do.
        if all(dist(here, _middle(other.reading)) > _width(other.reading) / 2 for other in kept):
            kept.append(plate)
    return kept


def _rank(reading: PlateReading, seen: PlatesSeen) -> tuple[bool, float]:
    """Tell large and near the middle from small and far off; what is hardly a plate comes last."""
    # Width times nearness: a lorry's plate at the edge does not beat a car's in the middle, nor does a far small one.
    off = dist(_middle(reading), (seen.width_px / 2, seen.height_px / 2)) / (hypot(seen.width_px, seen.height_px) / 2)
    return reading.confidence >= _PLATE_AT_ALL, _width(reading) * max(0.0, 1.0 - off)


def _middle(reading: PlateReading) -> tuple[float, float]:
    across, down = zip(*reading.corners, strict=True)
    return sum(across) / len(across), sum(down) / len(down)


def _width(reading: PlateReading) -> float:
    return dist(reading.corners[0], reading.corners[1])


def _is_pairs(reading: PlateReading, pair_plates: frozenset[str]) -> bool:
    return reading.offered and _same_text(reading.text, pair_plates)


def _same_text(text: str, pair_plates: frozenset[str]) -> bool:
    return any(same_plate(text, plate) for plate in pair_plates)


def pair_plates(presented: Presented | None) -> frozenset[str]:
    """Return the plates that card and tag hold."""
    if presented is None:
        return frozenset()
    card = "" if presented.card is None else presented.card.issue.plate
    tag = "" if presented.vehicle is None else presented.vehicle.plate
    return frozenset(plate for plate in (card, tag) if plate)


def agreed_plate(presented: Presented | None) -> PlateForm | None:
    """Return plate and colour on which card and tag agree, or None where they do not both say the same."""
    if presented is None or presented.card is None or presented.vehicle is None:
        return None
    issue, vehicle = presented.card.issue, presented.vehicle
    if (issue.plate, issue.plate_colour) != (vehicle.plate, vehicle.plate_colour):
        return None
    return PlateForm(plate=issue.plate, colour=issue.plate_colour)


def best_of(state: PassageState) -> PlateReading | None:
    """Return the plate of the present photo that counts."""
    return None if state.plate_read is None else state.plate_read.best


def filled_in(state: PassageState, use: Use) -> PlateForm:
    """Return what the reading fills into an untouched form: only what it is sure of."""
    best = best_of(state)
    if use != "prefill" or best is None or not best.offered:
        return PlateForm()
    return PlateForm(plate=best.text, colour=best.sure_colour)


def takable(state: PassageState, form: PlateForm, use: Use) -> PlateForm | None:
    """Return what the photo has instead of the form's plate and colour; a doubtful colour replaces none."""
    best = best_of(state)
    if use != "prefill" or best is None:
        return None
    taken = PlateForm(plate=best.text, colour=form.colour if best.sure_colour is None else best.sure_colour)
    return None if taken == form else taken


def witness_of(state: PassageState) -> ReadPlate | None:
    """Return what was read in the photo that was submitted; a doubtful reading is no evidence."""
    read, picture = state.plate_read, state.picture
    if read is None or picture is None or read.photo_sha256 != picture.photo_sha256:
        return None
    best = read.best
    if best is None or not best.offered:
        return None
    return ReadPlate(plate=best.text, colour=NO_COLOUR if best.sure_colour is None else best.sure_colour)


def evidence(state: PassageState) -> PlateEvidence | None:
    """Return the reading of the present photo as the image record keeps it."""
    read = state.plate_read
    best = None if read is None else read.best
    if read is None or best is None:
        return None
    return PlateEvidence(
        vehicle_id=vehicle_id(best.text, best.colour),
        confidence=best.confidence,
        colour_confidence=best.colour_confidence,
        characters=best.characters,
        corners=best.corners,
        cut_out_sha256=best.cut_out_sha256,
        others=tuple(vehicle_id(other.text, other.colour) for other in read.plates[1:]),
    )
