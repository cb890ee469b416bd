"""Look-ups in the status list."""

from datetime import UTC, datetime, timedelta

import pytest

from laneside.contract.parameters import ListedObject, StatusListFull, StatusListRow
from laneside.statuslist.index import StatusListIndex

MADE = datetime(2024, 5, 6, 6, 0, tzinfo=UTC)
CARD, OBU = ListedObject.CARD, ListedObject.OBU
CARD_ID, SERIAL = "62011234567890123456", "6201000011112222"


def index(*rows):
    made = tuple(StatusListRow(listed=listed, key=key, type_code=code) for listed, key, code in rows)
    return StatusListIndex.build(StatusListFull(list_version="202405061400", made_at=MADE, rows=made))


def test_what_is_not_listed_has_no_types():
    assert index().types_of(CARD, CARD_ID) == ()
    assert index((CARD, CARD_ID, 1)).types_of(OBU, CARD_ID) == ()


def test_one_key_keeps_all_its_types_once():
    assert index((CARD, CARD_ID, 6), (CARD, CARD_ID, 1), (CARD, CARD_ID, 6)).types_of(CARD, CARD_ID) == (1, 6)


@pytest.mark.parametrize(
    ("listed", "given", "ordered"),
    [
        (CARD, (7, 6, 5, 4, 3, 2, 1), (1, 3, 2, 4, 5, 6, 7)),
        (OBU, (103, 4, 105, 104, 5, 102, 2, 101, 3, 1), (1, 3, 101, 2, 102, 5, 104, 105, 4, 103)),
    ],
)
def test_the_most_severe_type_comes_first(listed, given, ordered):
    rows = [(listed, SERIAL, code) for code in given]
    assert index(*rows).types_of(listed, SERIAL) == ordered


@pytest.mark.parametrize("code", [0, 7, 8, 99, 101, 105, 250, 70000])
def test_every_type_code_is_accepted(code):
    assert index((OBU, SERIAL, code)).types_of(OBU, SERIAL) == (code,)


def test_keys_are_compared_without_letter_case_and_blanks():
    assert index((OBU, " 62010000abcd0000 ", 1)).types_of(OBU, "62010000ABCD0000") == (1,)


def test_version_and_age():
    built = index((CARD, CARD_ID, 1), (CARD, CARD_ID, 2), (OBU, SERIAL, 1))
    assert built.version == "202405061400"
    assert (built.types_of(CARD, CARD_ID), built.types_of(OBU, SERIAL)) == ((1, 2), (1,))
    assert built.age_s(MADE + timedelta(minutes=5, milliseconds=900)) == 300
    assert built.age_s(MADE - timedelta(hours=1)) == 0
