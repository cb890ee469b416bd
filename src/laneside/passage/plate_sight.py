"""What a photo's plates say: which one counts, what it may fill in, and what witness it bears. Pure.

The reading never comes from card or tag: they are the witnesses that it is held against. The only thing that they may
do is point at one of several plates in the picture, and then the page says so.
"""

from __future__ import annotations

from math import dist, hypot
from typing import Final, Literal

from laneside.codec import vehicle_id
from laneside.contract.records import PlateEvidence
from laneside.passage import notes as n
from laneside.passage.ports import PlatesSeen, SeenPlate
from laneside.passage.state import PassageState
from laneside.plates.reading import PlateReading
from laneside.rules import ReadPlate
from laneside.rules.pair import same_plate
from laneside.rules.vehicle_facts import NO_COLOUR

Use = Literal["prefill", "compare", "off"]
Typed = tuple[str, int | None]

SURE: Final = 0.9
"""A colour or a character below this is doubtful; for the whole plate ``PlateReading.offered`` decides."""

PLATES_MAX: Final = 4
_PLATE_AT_ALL: Final = 0.5


def ranked(seen: PlatesSeen, pair_plates: frozenset[str]) -> tuple[tuple[SeenPlate, ...], bool]:
    """Order the plates of a photo, the one that counts first, and say whether only the pair's word made it so.

    The vehicle that is worked stands large and in the middle. A plate of the car behind counts only where it is the
    one that card or tag have and was read with confidence.
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
        if all(dist(here, _middle(other.reading)) > _width(other.reading) / 2 for other in kept):
            kept.append(plate)
    return kept


def _rank(reading: PlateReading, seen: PlatesSeen) -> tuple[bool, float]:
    """Tell large and near the middle from small and far off; what is hardly a plate comes last."""
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


def pair_plates(state: PassageState) -> frozenset[str]:
    """Return the plates that card and tag hold."""
    presented = state.presented
    if presented is None:
        return frozenset()
    card = None if presented.card is None else presented.card.issue.plate
    vehicle = None if presented.tag is None else presented.tag.vehicle
    return frozenset(plate for plate in (card, None if vehicle is None else vehicle.plate) if plate)


def plate_note(seen: SeenPlate, cut_out_sha256: str) -> n.PlateNote:
    """Keep one plate."""
    reading = seen.reading
    return n.PlateNote(
        text=reading.text,
        colour=int(reading.colour),
        kind=reading.kind.value,
        confidence=reading.confidence,
        colour_confidence=reading.colour_confidence,
        characters=reading.characters,
        corners=reading.corners,
        rows=reading.rows,
        offered=reading.offered,
        cut_out_sha256=cut_out_sha256,
    )


def best_of(state: PassageState) -> n.PlateNote | None:
    """Return the plate of the present photo that counts."""
    return None if state.plate_read is None else state.plate_read.best


def filled_in(state: PassageState, use: Use) -> Typed:
    """Return what the reading fills into plate and colour that nobody touched: only what it is sure of."""
    best = best_of(state)
    if use != "prefill" or best is None or not best.offered:
        return "", None
    return best.text, sure_colour(best)


def takable(state: PassageState, form: Typed, use: Use) -> Typed | None:
    """Return what the photo has instead of the form's plate and colour; a doubtful colour replaces none."""
    best = best_of(state)
    if use != "prefill" or best is None:
        return None
    seen = sure_colour(best)
    taken = best.text, form[1] if seen is None else seen
    return None if taken == form else taken


def sure_colour(plate: n.PlateNote) -> int | None:
    """Return the colour of a plate, or None where it is doubtful."""
    return plate.colour if plate.colour_confidence >= SURE else None


def witness(state: PassageState) -> ReadPlate | None:
    """Return what the photo that was submitted bears witness of; a doubtful reading bears none."""
    read, picture = state.plate_read, state.picture
    if read is None or picture is None or read.photo_sha256 != picture.photo_sha256:
        return None
    best = read.best
    if best is None or not best.offered:
        return None
    colour = sure_colour(best)
    return ReadPlate(plate=best.text, colour=NO_COLOUR if colour is None else colour)


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
