"""Rows and lists (spec/status-lists.md)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from laneside.clock import beijing_digits
from laneside.contract.parameters import ListedObject, StatusListFull, StatusListRow


def listed_card(card_id: str, type_code: int) -> StatusListRow:
    """List a card: 20 digits, type as in spec/codes.md section 7."""
    assert len(card_id) == 20, "a card is listed by its 20 digits"
    return StatusListRow(listed=ListedObject.CARD, key=card_id, type_code=type_code)


def listed_obu(obu_id: str, type_code: int) -> StatusListRow:
    """List a tag: the 16 digits of its contract serial, type as in spec/codes.md section 7."""
    assert len(obu_id) == 16, "a tag is listed by its 16 digits"
    return StatusListRow(listed=ListedObject.OBU, key=obu_id, type_code=type_code)


def whole_list(rows: Iterable[StatusListRow], made_at: datetime) -> StatusListFull:
    """Make a whole list with a version of the form yyyyMMddHHmm in Beijing time."""
    return StatusListFull(list_version=beijing_digits(made_at)[:12], made_at=made_at, rows=tuple(rows))
