"""Rules for the tag alone: events 1 to 9, and whether there is a tag at all (spec/obu.md, codes.md 10.1)."""

from __future__ import annotations

from laneside.clock import BEIJING
from laneside.rules.finding import Finding, note, stop, warn
from laneside.rules.issuers import issuer_is_known
from laneside.rules.vehicle_facts import Facts
from laneside.vocab.media import TagStatusBit
from laneside.vocab.vehicle import TollClass

LEGAL_CLASSES = frozenset(int(member) for member in TollClass)


def low_battery(facts: Facts) -> Finding | None:
    """Find event 1, a tag that reports a low battery; a warning only."""
    if facts.tag is None or not facts.tag.status & TagStatusBit.LOW_BATTERY:
        return None
    return warn(1)


def removed(facts: Facts) -> Finding | None:
    """Find event 2: the removal flag of EF01 is not "installed", or status bit 1 reports a removal.

    The flag's high nibble is not understood, so the policy's mask leaves it out (spec/unknowns.md 15).
    """
    tag, policy = facts.tag, facts.policy
    if tag is None:
        return None
    flag = tag.removal_flag
    flag_fails = flag is not None and flag & policy.removal_mask != policy.removal_ok
    if not flag_fails and not tag.status & TagStatusBit.REMOVED:
        return None
    return stop(2, flag="--" if flag is None else f"{flag:02X}", status=f"{tag.status:02X}")


def tag_expired(facts: Facts) -> Finding | None:
    """Find event 3: the Beijing day is after the tag's last valid day."""
    if facts.tag is None or facts.tag.expiry is None:
        return None
    today = facts.now.astimezone(BEIJING).date()
    return stop(3, expiry=facts.tag.expiry, today=today) if today > facts.tag.expiry else None


def tag_not_enabled(facts: Facts) -> Finding | None:
    """Find event 4: the Beijing day is before the day for which the tag was signed."""
    if facts.tag is None or facts.tag.signed is None:
        return None
    today = facts.now.astimezone(BEIJING).date()
    return stop(4, start=facts.tag.signed, today=today) if today < facts.tag.signed else None


def no_tag(facts: Facts) -> Finding | None:
    """Find ``card-only``: no tag answered; by the policy the card alone may pay (transPayType 2) or not."""
    if facts.tag is not None or facts.tag_trouble:
        return None
    return note("card-only") if facts.policy.card_only == "allow" else stop("card-only")


def single_chip(facts: Facts) -> Finding | None:
    """Find ``single-chip-tag``: the tag itself is the account, there is no card that could be debited."""
    return stop("single-chip-tag") if facts.tag is not None and facts.tag.single_chip else None


def several_tags(facts: Facts) -> Finding | None:
    """Find event 124: other tags answered beside this one, so it is not certain that this one is the vehicle's."""
    return stop(124, others=facts.other_tags) if facts.other_tags else None


def no_card(facts: Facts) -> Finding | None:
    """Find event 5: the tag reports that it holds no card, or no card was found in it."""
    tag = facts.tag
    if tag is None or tag.single_chip:
        return None
    missing = facts.card is None and facts.card_trouble in {"", "absent"}
    return stop(5) if missing or tag.status & TagStatusBit.NO_CARD else None


def card_unreadable(facts: Facts) -> Finding | None:
    """Find ``card-unreadable``: there is a card, but it did not answer as an ETC card does."""
    if facts.card is not None or no_card(facts) is not None:
        return None
    tag = facts.tag
    if tag is not None and (tag.single_chip or tag.status & TagStatusBit.LOGIC_CARD):
        return None
    return stop("card-unreadable", trouble=facts.card_trouble or "absent")


def tag_unreadable(facts: Facts) -> Finding | None:
    """Find ``tag-unreadable``: without system and vehicle file it is unknown for which vehicle the tag was issued.

    Without an authorised PSAM no vehicle file can be decrypted: then the PSAM is the finding, not the tag.
    """
    if facts.tag is None:
        return stop("tag-unreadable", trouble=facts.tag_trouble) if facts.tag_trouble else None
    if not (facts.psam_present and facts.psam_authorised):
        return None
    return None if facts.tag.vehicle is not None else stop("tag-unreadable", trouble=facts.tag.trouble or "-")


def tag_listed(facts: Facts) -> Finding | None:
    """Find event 6, a tag on the status list; every type stops (spec/status-lists.md section 6)."""
    if facts.tag is None or not facts.tag.listed:
        return None
    types = ",".join(map(str, facts.tag.listed))
    return stop(6, releasable=True, types=types, serial=facts.tag.contract_serial)


def tag_locked(facts: Facts) -> Finding | None:
    """Find event 7: status bit 2 reports that the tag is locked."""
    return stop(7) if facts.tag is not None and facts.tag.status & TagStatusBit.LOCKED else None


def tag_issuer(facts: Facts) -> Finding | None:
    """Find event 8: the tag's issuer is neither a province's nor allowed by the policy."""
    if facts.tag is None or issuer_is_known(facts.tag.issuer, facts.policy):
        return None
    return stop(8, issuer=facts.tag.issuer.hex().upper())


def tag_class(facts: Facts) -> Finding | None:
    """Find event 9: the class in the vehicle file is not one of JT/T 489."""
    if facts.tag is None or facts.tag.vehicle is None or facts.tag.vehicle.toll_class in LEGAL_CLASSES:
        return None
    found = facts.tag.vehicle.toll_class
    return stop(9, toll_class="-" if found is None else found)
