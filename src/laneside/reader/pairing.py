"""The second look at a pair: the same card and tag as in the first session, or a reason why not (卡签已更换)."""

from __future__ import annotations

from laneside.card import CardContents, ForeignCardError, RefusedError, read_card
from laneside.card.tag import read_system
from laneside.errors import CodecError, NothingPresentedError
from laneside.reader.field import Field, play
from laneside.reader.port import NotPrepared, Pair, PrepareRefusal


def find_pair(field: Field, pair: Pair) -> CardContents | NotPrepared:
    """Read tag and card again and compare their marks. Raises NothingPresentedError, AnswerLostError."""
    try:
        return _same_tag(field, pair) or _same_card(field, pair)
    except ForeignCardError as error:
        return _changed(str(error))
    except (RefusedError, CodecError) as error:
        return NotPrepared(refusal=PrepareRefusal.CARD_REFUSED, detail=str(error))


def _same_tag(field: Field, pair: Pair) -> NotPrepared | None:
    if pair.contract_serial is None:
        return None
    if field.presence is None:
        raise NothingPresentedError("no tag answers")
    system = play(read_system(), field.chips)
    if system.contract_serial != pair.contract_serial:
        return _changed(f"tag {system.contract_serial} instead of {pair.contract_serial}")
    return None


def _same_card(field: Field, pair: Pair) -> CardContents | NotPrepared:
    if not field.has_card:
        raise NothingPresentedError(field.card_trouble)
    card = play(read_card(), field.chips)
    if card.issue.card_id != pair.card_id:
        return _changed(f"card {card.issue.card_id} instead of {pair.card_id}")
    if card.capp != pair.capp:
        return _changed("0019 is not as it was read")
    counter = None if card.log is None else card.log.counter
    if counter != pair.counter:
        return _changed(f"counter {counter} instead of {pair.counter}")
    if card.locked:
        return NotPrepared(refusal=PrepareRefusal.CARD_REFUSED, detail="the card's application is locked")
    return card


def _changed(detail: str) -> NotPrepared:
    return NotPrepared(refusal=PrepareRefusal.PAIR_CHANGED, detail=detail)
