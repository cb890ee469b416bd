"""Rules for the user card: events 21 to 31 (spec/codes.md 9.2). Only 31 is found without a readable card."""

from __future__ import annotations

from laneside.clock import BEIJING
from laneside.rules.finding import Finding, stop, warn
from laneside.rules.issuers import issuer_is_known
from laneside.rules.vehicle_facts import Facts
from laneside.vocab.media import CardType, TagStatusBit

LEGAL_TYPES = frozenset((int(CardType.STORED_VALUE), int(CardType.CHARGE)))


def card_expired(facts: Facts) -> Finding | None:
    """Find event 21: the Beijing day is after the card's last valid day."""
    if facts.card is None or facts.card.expiry is None:
        return None
    today = facts.now.astimezone(BEIJING).date()
    return stop(21, expiry=facts.card.expiry, today=today) if today > facts.card.expiry else None


def card_not_enabled(facts: Facts) -> Finding | None:
    """Find event 22: the Beijing day is before the card's first valid day."""
    if facts.card is None or facts.card.start is None:
        return None
    today = facts.now.astimezone(BEIJING).date()
    return stop(22, start=facts.card.start, today=today) if today < facts.card.start else None


def card_locked(facts: Facts) -> Finding | None:
    """Find event 23: the card's application is locked."""
    return stop(23) if facts.card is not None and facts.card.locked else None


def card_listed(facts: Facts) -> Finding | None:
    """Find event 24, a card on the status list; every type stops (spec/status-lists.md section 6)."""
    if facts.card is None or not facts.card.listed:
        return None
    types = ",".join(map(str, facts.card.listed))
    return stop(24, releasable=True, types=types, card=facts.card.card_id)


def card_issuer(facts: Facts) -> Finding | None:
    """Find event 25: the card's issuer is neither a province's nor allowed by the policy."""
    if facts.card is None or issuer_is_known(facts.card.issuer, facts.policy):
        return None
    return stop(25, issuer=facts.card.issuer.hex().upper())


def empty_wallet(facts: Facts) -> Finding | None:
    """Find event 28, an empty stored-value wallet; only a warning here, because a free passage needs no money."""
    if not _is_stored_value(facts) or facts.card is None or facts.card.balance_fen > 0:
        return None
    return warn(28)


def card_type(facts: Facts) -> Finding | None:
    """Find event 31: the card's type is neither 22 nor 23, or the tag reports a logic-encrypted card."""
    if facts.card is not None and facts.card.card_type not in LEGAL_TYPES:
        return stop(31, card_type=facts.card.card_type)
    if facts.tag is None or facts.tag.single_chip or facts.tag.status & TagStatusBit.NO_CARD:
        return None
    return stop(31, card_type="-") if facts.tag.status & TagStatusBit.LOGIC_CARD else None


def balance_short(facts: Facts, amount_fen: int) -> Finding | None:
    """Find event 27: a stored-value card holds less than the amount; a charge card's virtual balance is never short."""
    if not _is_stored_value(facts) or facts.card is None or facts.card.balance_fen >= amount_fen:
        return None
    balance_fen = facts.card.balance_fen
    return stop(27, balance_fen=balance_fen, amount_fen=amount_fen, short_fen=amount_fen - balance_fen)


def _is_stored_value(facts: Facts) -> bool:
    return facts.card is not None and facts.card.card_type == CardType.STORED_VALUE
