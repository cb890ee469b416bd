"""Rules for what the collector confirmed: events 138 and 140, and warnings about unlikely input."""

from __future__ import annotations

from laneside.codec.plate import plate_kind
from laneside.rules.finding import Finding, stop, warn
from laneside.rules.pair import colours_differ, same_plate
from laneside.rules.vehicle_facts import NO_CLASS, NO_COLOUR, Facts, IssuedVehicle, ReadPlate, SeenVehicle
from laneside.vocab.vehicle import TollClass, VehicleKind

PASSENGER = frozenset(
    int(member)
    for member in (TollClass.PASSENGER_1, TollClass.PASSENGER_2, TollClass.PASSENGER_3, TollClass.PASSENGER_4)
)
GOODS_KINDS = frozenset(
    int(member)
    for member in (
        VehicleKind.GREEN,
        VehicleKind.CONTAINER_J1,
        VehicleKind.CONTAINER_J2,
        VehicleKind.OVERSIZE,
        VehicleKind.TRUCK_TRAIN,
    )
)


def actual_plate_differs(facts: Facts, confirmed: SeenVehicle) -> Finding | None:
    """Find event 138: plate or colour are not those for which the tag (without a tag, the card) was issued."""
    issued = _issued_plate(facts)
    if issued is None or _agree(issued, confirmed):
        return None
    return stop(
        138,
        releasable=True,
        actual_plate=confirmed.plate,
        actual_colour=confirmed.colour,
        issued_plate=issued.plate,
        issued_colour=issued.colour,
    )


def read_plate_differs(facts: Facts, confirmed: SeenVehicle) -> Finding | None:
    """Find event 138 from the photo: the collector confirmed the issued plate, but software read another one.

    It warns and does not stop: about one in three hundred confident readings is wrong, and the collector has looked.
    Where the collector saw a difference, ``actual_plate_differs`` finds it.
    """
    issued, read = _issued_plate(facts), confirmed.read
    if issued is None or read is None or not _agree(issued, confirmed) or _agree(issued, read):
        return None
    return warn(
        138,
        witness="photo",
        read_plate=read.plate,
        read_colour=read.colour,
        issued_plate=issued.plate,
        issued_colour=issued.colour,
    )


def actual_class_differs(facts: Facts, confirmed: SeenVehicle) -> Finding | None:
    """Find event 140: the class differs from that of tag or card; the actual class is charged after release."""
    issued = [vehicle.toll_class for vehicle in _issued(facts) if vehicle.toll_class not in NO_CLASS]
    other = next((toll_class for toll_class in issued if toll_class != confirmed.toll_class), None)
    if confirmed.toll_class is None or other is None:
        return None
    return stop(140, releasable=True, actual_class=confirmed.toll_class, issued_class=other)


def kind_unlikely(_facts: Facts, confirmed: SeenVehicle) -> Finding | None:
    """Find ``kind-unlikely``: a kind of goods vehicle was chosen for a passenger car."""
    if confirmed.toll_class not in PASSENGER or confirmed.vehicle_kind not in GOODS_KINDS:
        return None
    return warn("kind-unlikely", kind=confirmed.vehicle_kind, toll_class=confirmed.toll_class)


def plate_form(_facts: Facts, confirmed: SeenVehicle) -> Finding | None:
    """Find ``plate-form``: the plate has no known form (spec/codes.md 5.3: a warning, never a reject)."""
    return warn("plate-form", plate=confirmed.plate) if plate_kind(confirmed.plate) is None else None


def _issued_plate(facts: Facts) -> ReadPlate | None:
    """Return the plate that the vehicle should have, with the first colour that tag or card holds."""
    issued = _issued(facts)
    if not issued:
        return None
    colour = next((vehicle.colour for vehicle in issued if vehicle.colour != NO_COLOUR), NO_COLOUR)
    return ReadPlate(plate=issued[0].plate, colour=colour)


def _agree(issued: ReadPlate, seen: SeenVehicle | ReadPlate) -> bool:
    return same_plate(issued.plate, seen.plate) and not colours_differ(issued.colour, seen.colour)


def _issued(facts: Facts) -> tuple[IssuedVehicle, ...]:
    """Return what tag and card were issued for, the tag first."""
    tag = None if facts.tag is None else facts.tag.vehicle
    card = None if facts.card is None else facts.card.vehicle
    return tuple(vehicle for vehicle in (tag, card) if vehicle is not None)
