"""Rules that compare card and tag: events 41 to 44 (spec/obu.md 4.3)."""

from __future__ import annotations

from laneside.rules.finding import Finding, stop
from laneside.rules.issuers import issuer_is_known
from laneside.rules.tag import LEGAL_CLASSES
from laneside.rules.vehicle_facts import NO_CLASS, NO_COLOUR, CardFacts, Facts, IssuedVehicle, TagFacts


def plates_differ(facts: Facts) -> Finding | None:
    """Find event 41: the plates differ. Blank texts are compared too, colours only where both sides have one."""
    both = _vehicles(facts)
    if both is None:
        return None
    card, tag = both
    if same_plate(card.plate, tag.plate) and not colours_differ(card.colour, tag.colour):
        return None
    return stop(41, card_plate=card.plate, card_colour=card.colour, tag_plate=tag.plate, tag_colour=tag.colour)


def classes_differ(facts: Facts) -> Finding | None:
    """Find event 42: the classes differ. Both sides must have one and the tag's be legal (else it is event 9)."""
    both = _vehicles(facts)
    if both is None:
        return None
    card, tag = both
    if card.toll_class in NO_CLASS or tag.toll_class not in LEGAL_CLASSES or card.toll_class == tag.toll_class:
        return None
    return stop(42, card_class=card.toll_class, tag_class=tag.toll_class)


def issuers_differ(facts: Facts) -> Finding | None:
    """Find event 43: the issuers differ in any of eight bytes. Both must be known (else it is event 8 or 25)."""
    both = _pair(facts)
    if both is None:
        return None
    card, tag = both
    known = all(issuer_is_known(issuer, facts.policy) for issuer in (card.issuer, tag.issuer))
    if not known or card.issuer == tag.issuer:
        return None
    return stop(43, card_issuer=card.issuer.hex().upper(), tag_issuer=tag.issuer.hex().upper())


def copied_card_differs(facts: Facts) -> Finding | None:
    """Find event 44: the card number in EF04 is another card's. A copy that was never written is 00 or FF."""
    both = _pair(facts)
    if both is None:
        return None
    card, tag = both
    copied = (tag.copied_card_id or "").upper()
    if not copied.strip("0") or not copied.strip("F") or copied == card.card_id.upper():
        return None
    return stop(44, card=card.card_id, copied=copied)


def same_plate(one: str, other: str) -> bool:
    """Return whether two plate texts are the same but for blanks around them and letter case."""
    return one.strip().upper() == other.strip().upper()


def colours_differ(one: int, other: int) -> bool:
    """Return whether two colours differ; ``FF`` is no colour and differs from none."""
    return NO_COLOUR not in (one, other) and one != other


def _pair(facts: Facts) -> tuple[CardFacts, TagFacts] | None:
    return None if facts.card is None or facts.tag is None else (facts.card, facts.tag)


def _vehicles(facts: Facts) -> tuple[IssuedVehicle, IssuedVehicle] | None:
    if facts.card is None or facts.tag is None or facts.tag.vehicle is None:
        return None
    return facts.card.vehicle, facts.tag.vehicle
